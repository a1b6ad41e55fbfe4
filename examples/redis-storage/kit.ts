import type { DurabilitySetting, StorageFactory } from '@connect-integration/testkit'
import { Redis } from 'ioredis'
import { redisStorage } from './storage.ts'

/** What the test kit asks for: a prefix for every place, and the same one again for the same place in another process. */
const createStorage: StorageFactory = ({ clock, place }) => {
  const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379')
  const second = redis.duplicate({ lazyConnect: true })
  const prefix = `${place}:`
  return {
    storage: redisStorage(redis, { prefix, clock }),
    clock,
    reopen: async () => redisStorage(second, { prefix, clock }),
    // A server for tests rarely writes to its disk; ask for this one where the server is the one that will be used.
    ...(process.env.REDIS_DURABLE === '1' && { durability: () => durabilityOf(redis) }),
    async close() {
      second.disconnect()
      for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) if (keys.length > 0) await redis.unlink(keys)
      await redis.quit()
    },
  }
}

export default createStorage

async function durabilityOf(redis: Redis): Promise<DurabilitySetting[]> {
  const needed = { appendonly: 'yes', appendfsync: 'always' }
  const setting = async ([name, value]: [string, string]) => {
    const [, found] = (await redis.config('GET', name)) as string[]
    return { name, value: found, needed: value }
  }
  return Promise.all(Object.entries(needed).map(setting))
}
