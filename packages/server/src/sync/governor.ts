import type { Clock, Sleep } from '../system.ts'

/** Paces the calls for one linked account: all its models share one allowance. */
export interface Governor {
  /** Resolves when the next call may be made. */
  turn(signal?: AbortSignal): Promise<void>
  /** Merge answered 429: half the pace from now on, growing back by a twentieth of the plan each minute. */
  throttled(): void
}

export type MergePlan = 'launch' | 'professional' | 'enterprise'

/** Requests a minute for each linked account. Source: docs.merge.dev, merge-api-basics/rate-limits. */
const PER_MINUTE: Record<MergePlan, number> = { launch: 100, professional: 400, enterprise: 600 }
const SHARE = 0.98

export function createGovernor(plan: MergePlan, clock: Clock, sleep: Sleep): Governor {
  const full = (PER_MINUTE[plan] * SHARE) / 60_000
  let pace = full
  let paceSince = clock.now()
  let nextTurn = clock.now()

  return {
    async turn(signal) {
      const now = clock.now()
      pace = Math.min(full, pace + ((now - paceSince) / 60_000) * full * 0.05)
      paceSince = now
      const at = Math.max(now, nextTurn)
      nextTurn = at + 1 / pace
      if (at > now) await sleep(at - now, signal ? { signal } : {})
    },
    throttled() {
      pace = Math.max(full / 64, pace / 2)
      paceSince = clock.now()
    },
  }
}
