import { ErrorCode, IntegrationError } from '../errors.ts'
import type { SteadyClock } from '../system.ts'

/** At most `limit` takes per key in any minute, in this process. Throws `RATE_LIMITED` with the wait in milliseconds. */
export interface RateLimit {
  take(key: string): void
}

const WINDOW_MS = 60_000
const MOST_KEYS = 10_000

export function createRateLimit(limit: number, clock: SteadyClock): RateLimit {
  const takes = new Map<string, number[]>()
  return {
    take(key) {
      const now = clock.monotonic()
      const recent = (takes.get(key) ?? []).filter((at) => now - at < WINDOW_MS)
      const oldest = recent[0]
      if (recent.length >= limit && oldest !== undefined) {
        throw new IntegrationError(ErrorCode.RATE_LIMITED, `More than ${limit} attempts in a minute.`, {
          retryAfterMs: oldest + WINDOW_MS - now,
        })
      }
      recent.push(now)
      // Newest keys last, so that the map can forget from its front.
      takes.delete(key)
      takes.set(key, recent)
      if (takes.size > MOST_KEYS) for (const first of takes.keys()) return void takes.delete(first)
    },
  }
}
