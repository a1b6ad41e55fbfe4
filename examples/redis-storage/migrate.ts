import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Redis } from 'ioredis'
import { fromStored, type Keys } from './keys.ts'
import { forget } from './purge.ts'

/** The version of what is kept under which key. */
const VERSION = 1

/** Redis has no schema to make: this checks that the server keeps what it is given, writes down the version, and completes purges that a crash has cut off. */
export async function migrate(redis: Redis, keys: Keys): Promise<void> {
  checkEviction(await redis.info('memory'))
  await redis.setnx(keys.version, VERSION)
  const found = Number(await redis.get(keys.version))
  if (found > VERSION) {
    const message = `Redis has version ${found} of this storage, and this code knows ${VERSION}. Deploy the newer code; nothing was touched.`
    throw new IntegrationError(ErrorCode.STORE_CONTRACT, message)
  }
  for (const id of await redis.smembers(keys.purging)) await forget(redis, keys, fromStored(id))
}

/** A server that serves as a cache deletes keys of its own accord: a token or a fence among them. Some hosted ones do not tell. */
function checkEviction(memory: string) {
  const setting = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(memory)?.[1]
  const [policy = 'noeviction', limit = '0'] = [setting('maxmemory_policy'), setting('maxmemory')]
  if (policy === 'noeviction' || limit === '0') return
  const message = `This Redis deletes keys when its memory is full (maxmemory-policy ${policy}). Set it to noeviction, or use another server.`
  throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, message, { retryable: false })
}
