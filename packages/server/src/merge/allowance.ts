import type { SteadyClock } from '../system.ts'

/**
 * The time that one call may take, all of its attempts together. It passes while `spend` is under way, so while Merge is asked and during the
 * waits between two attempts; it stands still while the call waits for the account's turn and for the error budget.
 */
export interface Allowance {
  /** Milliseconds; never less than 0. */
  leftMs(): number
  spend<Result>(work: () => Promise<Result>): Promise<Result>
}

export function createAllowance(clock: SteadyClock, wholeMs: number): Allowance {
  let spentMs = 0
  return {
    leftMs: () => Math.max(0, wholeMs - spentMs),
    async spend(work) {
      const began = clock.monotonic()
      try {
        return await work()
      } finally {
        spentMs += clock.monotonic() - began
      }
    },
  }
}
