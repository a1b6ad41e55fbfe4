import type { Claim } from '../storage/port.ts'
import { CLOCK_SLACK_MS } from '../storage/port.ts'
import type { SteadyClock } from '../system.ts'

/**
 * The store's clock as a worker knows it: what the claim said, and what has passed since. All moments that are kept with an account are of this
 * clock, because it is the one that all workers share; two workers' own clocks are never compared.
 */
export function storeTime(claim: Pick<Claim, 'now'>, clock: SteadyClock): () => number {
  const claimedAt = clock.monotonic()
  return () => Math.round(claim.now + clock.monotonic() - claimedAt)
}

/**
 * Whether at least `ms` milliseconds have passed since `at`. Yes, where that is not known: it never happened (`null`), or it lies in the
 * future, so that the clock was set back since. What is done once too often costs a little; what waits for a year is lost.
 */
export function hasPassed(at: number | null, ms: number, now: number): boolean {
  return at === null || at > now + CLOCK_SLACK_MS || now - at >= ms
}
