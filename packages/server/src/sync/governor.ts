import type { Clock, Sleep } from '../system.ts'

/** Paces the calls for one linked account: all its models share one allowance. */
export interface Governor {
  /** Resolves when the next call may be made. */
  turn(signal?: AbortSignal): Promise<void>
  /** Merge answered 429: half the pace from now on, growing back by a twentieth of the plan each minute. */
  throttled(): void
  /** What the next look has to know, so that two in a row do not ask for more than one would. */
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

/** `before`: what the look before left, if there was one. One from the future (another clock) delays nothing for more than a minute. */
export function createGovernor(plan: MergePlan, clock: Clock, sleep: Sleep, before: Pace | null = null): Governor {
  const full = (PER_MINUTE[plan] * SHARE) / 60_000
  const start = clock.now()
  let share = before === null ? 1 : Math.min(1, Math.max(LEAST, before.share))
  let at = before === null ? start : Math.min(before.at, start)
  let nextTurn = before === null ? start : Math.min(before.nextTurn, start + 60_000)

  return {
    async turn(signal) {
      const now = clock.now()
      share = Math.min(1, share + ((now - at) / 60_000) * 0.05)
      at = now
      const mine = Math.max(now, nextTurn)
      nextTurn = mine + 1 / (full * share)
      if (mine > now) await sleep(mine - now, signal ? { signal } : {})
    },
    throttled() {
      share = Math.max(LEAST, share / 2)
      at = clock.now()
    },
    pace: () => ({ share, at, nextTurn }),
  }
}
