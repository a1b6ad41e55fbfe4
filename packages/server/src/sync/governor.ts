import type { Sleep, SteadyClock } from '../system.ts'

/** Paces the calls for one linked account: all its models share one allowance. */
export interface Governor {
  /** Resolves when the next call may be made. */
  turn(signal?: AbortSignal): Promise<void>
  /** Merge answered 429: half the pace from now on, growing back by a twentieth of the plan each minute. */
  throttled(): void
  /** What the next sync run has to know, so that two in a row do not ask for more than one would. It is stored, so it has moments of the wall clock. */
  pace(): Pace
}

export interface Pace {
  /** Share of the plan's allowance that was used at `at`, above 0 to 1. */
  share: number
  /** Epoch milliseconds. */
  at: number
  /** The next call may be made then, epoch milliseconds. */
  nextTurn: number
}

export type MergePlan = 'launch' | 'professional' | 'enterprise'

/** Requests a minute for each linked account. Source: docs.merge.dev, merge-api-basics/rate-limits. */
const PER_MINUTE: Record<MergePlan, number> = { launch: 100, professional: 400, enterprise: 600 }
const SHARE = 0.98
const LEAST = 1 / 64

/**
 * `before`: what the sync run before left, if there was one; it delays the first call by one turn at its share at most. One that was left in
 * the future is by a clock that was wrong then, or is now: its share counts, and how long ago it was does not.
 */
export function createGovernor(plan: MergePlan, clock: SteadyClock, sleep: Sleep, before: Pace | null = null): Governor {
  const full = (PER_MINUTE[plan] * SHARE) / 60_000
  const start = clock.monotonic()
  const now = clock.now()
  const known = before !== null && before.at <= now ? before : null
  let share = before === null ? 1 : Math.min(1, Math.max(LEAST, before.share))
  // Both in monotonic milliseconds.
  let at = known === null ? start : start - (now - known.at)
  let nextTurn = known === null ? start : start + Math.min(known.nextTurn - now, turnMs())

  function turnMs(): number {
    return 1 / (full * share)
  }

  return {
    async turn(signal) {
      const time = clock.monotonic()
      share = Math.min(1, share + ((time - at) / 60_000) * 0.05)
      at = time
      const mine = Math.max(time, nextTurn)
      nextTurn = mine + turnMs()
      if (mine > time) await sleep(mine - time, signal ? { signal } : {})
    },
    throttled() {
      share = Math.max(LEAST, share / 2)
      at = clock.monotonic()
    },
    pace() {
      const [time, epoch] = [clock.monotonic(), clock.now()]
      return { share, at: epoch - (time - at), nextTurn: epoch + (nextTurn - time) }
    },
  }
}
