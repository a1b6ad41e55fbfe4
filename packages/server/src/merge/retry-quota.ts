/**
 * Keeps retries from making an outage worse: they cost, and calls that needed none earn. When nothing is left a call fails at
 * once, and its work is scheduled anew with back-off. The numbers are those of the AWS SDKs' standard mode.
 */
export interface RetryQuota {
  /** False: not now. */
  spend(reason: 'transient' | 'throttled'): boolean
  earn(): void
}

const FULL = 500
const COSTS = { transient: 14, throttled: 5 }

export function createRetryQuota(): RetryQuota {
  let left = FULL
  return {
    spend(reason) {
      if (left < COSTS[reason]) return false
      left -= COSTS[reason]
      return true
    },
    earn() {
      left = Math.min(FULL, left + 1)
    },
  }
}
