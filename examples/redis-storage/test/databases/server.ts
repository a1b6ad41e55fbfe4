import { Redis } from 'ioredis'
import { test } from 'vitest'

const NAMED = process.env.REDIS_URL
const URL_OF_SERVER = NAMED ?? 'redis://127.0.0.1:6379'

/** A connection to the server that `REDIS_URL` names, or to the one on this machine; `null` when there is none. */
export async function connectRedis(): Promise<Redis | null> {
  const redis = new Redis(URL_OF_SERVER, { lazyConnect: true, retryStrategy: () => null })
  let reason = 'no answer'
  redis.on('error', (error) => {
    reason = error.message
  })
  try {
    await redis.connect()
    return redis
  } catch {
    redis.disconnect()
    if (NAMED) throw new Error(`REDIS_URL names a server that cannot be used: ${reason}`)
    return null
  }
}

/** In place of the tests: a skip that says why, or a failure where everything has to run. */
export function withoutRedis(name: string) {
  test(name, (context) => {
    const reason = 'needs a Redis server: set REDIS_URL, or start one on 127.0.0.1:6379'
    if (process.env.CONNECT_REQUIRE_DATABASES === '1') throw new Error(`This ${reason}.`)
    context.skip(reason)
  })
}
