import type { Settings } from '../settings.ts'

/** Merge's two limits. Both tell how many milliseconds are left to wait, or 0. */
export interface Limits {
  /** Counts one request of an account token, unless it is over the limit. */
  spend(accountToken: string): number
  blocked(address: string): number
  /** Counts an answer of 400 and up. 429 does not count. */
  countFailure(address: string, status: number): void
  reset(): void
}

const minute = 60_000

export function createLimits(settings: Settings): Limits {
  const spent = new Map<string, number[]>()
  const failures = new Map<string, number[]>()
  const blockedUntil = new Map<string, number>()
  const within = (times: number[] | undefined, windowMs: number) => (times ?? []).filter((time) => time > settings.clock.now() - windowMs)

  return {
    spend(accountToken) {
      const now = settings.clock.now()
      const recent = within(spent.get(accountToken), minute)
      spent.set(accountToken, recent)
      if (recent.length >= settings.rateLimitPerMinute) return (recent[0] ?? now) + minute - now
      recent.push(now)
      return 0
    },
    blocked: (address) => Math.max(0, (blockedUntil.get(address) ?? 0) - settings.clock.now()),
    countFailure(address, status) {
      const rule = settings.addressBlock
      if (!rule || status < 400 || status === 429) return
      const recent = [...within(failures.get(address), rule.windowMs), settings.clock.now()]
      failures.set(address, recent)
      if (recent.length <= rule.errors) return
      failures.delete(address)
      blockedUntil.set(address, settings.clock.now() + rule.blockMs)
    },
    reset() {
      for (const map of [spent, failures, blockedUntil]) map.clear()
    },
  }
}
