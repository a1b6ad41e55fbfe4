import type { AccountCheckpoint } from './account-checkpoint.ts'
import type { WalkResult } from './walk-model.ts'

const FIRST_WAIT_MS = 3_000
const LONGEST_WAIT_MS = 60_000
const FIRST_BACKOFF_MS = 30_000
const LONGEST_BACKOFF_MS = 6 * 3_600_000

/** When to look again, and what the next look should know. Pure; `due` in epoch milliseconds. */
export function nextLook(
  before: AccountCheckpoint,
  results: readonly WalkResult[],
  context: { now: number; random: () => number; lookEveryMs: number; dirty: number; aborted: boolean },
): { after: AccountCheckpoint; due: number } {
  const failed = results.flatMap((result) => (result.outcome === 'failed' ? [result.error] : []))
  const waiting = results.some((result) => result.outcome === 'waiting')
  const unfinished = context.aborted || results.some((result) => result.outcome === 'unfinished')
  const failures = failed.length > 0 ? before.failures + 1 : 0
  // One model that fails for ever must not make its siblings stale: the long waits are for accounts of which nothing can be read.
  const longest = results.every(({ outcome }) => outcome === 'failed' || outcome === 'off') ? LONGEST_BACKOFF_MS : context.lookEveryMs
  const waits = waiting ? before.waits + 1 : 0
  const due =
    context.now +
    (failed.length > 0
      ? backOff(failures, failed, { longest, random: context.random })
      : unfinished
        ? 0
        : waiting
          ? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 1.2 ** before.waits, context.lookEveryMs)
          : context.lookEveryMs)
  return {
    due: Math.round(due),
    after: {
      // What was asked for and not reached stays asked for.
      dirtySeen: unfinished || failed.length > 0 ? before.dirtySeen : context.dirty,
      waits,
      failures,
      problem: failed[0]?.code ?? null,
      lookedAt: context.now,
      nextLookAt: Math.round(due),
    },
  }
}

/** Half of the bound is certain, half random; Merge's own wish is honoured whole. */
function backOff(
  failures: number,
  errors: readonly { retryAfterMs: number | undefined }[],
  context: { longest: number; random: () => number },
): number {
  const bound = Math.min(context.longest, FIRST_BACKOFF_MS * 2 ** (failures - 1))
  return Math.max(bound / 2 + (context.random() * bound) / 2, ...errors.map((error) => error.retryAfterMs ?? 0))
}
