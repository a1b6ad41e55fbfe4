import type { Redis } from 'ioredis'
import { fromStored, type Keys, toStored } from './keys.ts'
import { modelNamesIn } from './rows.ts'

const BATCH = 500

/**
 * Deletes what a tombstone still has: records, places, checkpoints. Each record goes before its place in the feed, and `purging` is the last:
 * wherever this is cut off, what is left can be found, and the next purge or `migrate` completes it.
 */
export async function forget(redis: Redis, keys: Keys, accountId: string): Promise<void> {
  const account = keys.account(accountId)
  for (const model of modelNamesIn(await redis.hgetall(account))) {
    const feed = keys.feed(accountId, fromStored(model))
    for (let ids = await redis.zrange(feed, 0, BATCH - 1); ids.length > 0; ids = await redis.zrange(feed, 0, BATCH - 1)) {
      await Promise.all(ids.map((id) => redis.unlink(keys.record(accountId, fromStored(model), fromStored(id)))))
      await redis.zrem(feed, ...ids)
    }
    await redis.hdel(account, `checkpoint:${model}`, `records:${model}`, `seq:${model}`)
  }
  await redis.srem(keys.purging, toStored(accountId))
}
