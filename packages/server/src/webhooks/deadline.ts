import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Sleep, SteadyClock } from '../system.ts'

/** Work that begins so close together, in milliseconds, shares a timer: one for each would cost as much as the work. */
const SHARED_MS = 250

/** Rejects with `STORE_UNAVAILABLE` when the work takes longer than `ms`, give or take a quarter of a second; it goes on by itself, and doing it twice does no harm. */
export function createDeadline(
  { clock, sleep }: { clock: SteadyClock; sleep: Sleep },
  ms: number,
): <Result>(work: Promise<Result>) => Promise<Result> {
  let newest: Timer | null = null

  function start(now: number): Timer {
    const stop = new AbortController()
    const late = sleep(ms, { signal: stop.signal }).then(() => {
      throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, `It was not done within ${ms} ms.`)
    })
    // Where nobody waits any more, nobody minds.
    late.catch(() => {})
    return { since: now, waiting: 0, stop, late }
  }

  return async (work) => {
    const now = clock.monotonic()
    if (newest === null || now - newest.since >= SHARED_MS) newest = start(now)
    const timer = newest
    timer.waiting++
    try {
      return await Promise.race([work, timer.late])
    } finally {
      timer.waiting--
      if (timer.waiting === 0) {
        timer.stop.abort()
        if (newest === timer) newest = null
      }
    }
  }
}

interface Timer {
  /** `monotonic` milliseconds. */
  since: number
  waiting: number
  stop: AbortController
  late: Promise<never>
}
