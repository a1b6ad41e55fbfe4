import { ErrorCode } from '../errors.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import { parseStamp } from '../merge/stamp.ts'
import type { AccountCheckpoint } from './account-checkpoint.ts'
import type { WalkResult } from './look.ts'

const FIRST_WAIT_MS = 3_000
const LONGEST_WAIT_MS = 60_000
const FIRST_BACKOFF_MS = 30_000
const LONGEST_BACKOFF_MS = 6 * 3_600_000
const SHORTEST_PAUSE_MS = 5 * 60_000
const LONGEST_PAUSE_MS = 3_600_000
/** So many failed looks in a row are told. */
export const DEGRADED_AFTER = 5
/** After Merge was down not every account is looked at in the same moment. */
const SPREAD_MS = 30_000
/** After a sync was to begin at Merge: time for it to have something to show. */
const AFTER_START_MS = 60_000

/** So many looks in a row that ended at their deadline with nothing to show for it are told as `SYNC_TOO_SLOW`. */
export const TOO_SLOW_AFTER = 3

export interface NextLookContext {
  /** The store's clock, epoch milliseconds. */
  now: number
  random: () => number
  /** As configured; `null`: by the account's own cadence. */
  lookEveryMs: number | null
  /** Merge's word on every model, from this look. */
  statuses: readonly ModelStatus[]
  /** Merge's clock now, epoch milliseconds, as far as it said: what it announces is held against nothing else. */
  mergeNow: number | null
  dirty: number
  /** Ended by whoever runs it, not by its deadline. */
  aborted: boolean
  /** Something came of this look: an answer, a page. */
  moved: boolean
}

/** What an account's owner is told when it turns: it has failed five looks in a row, or is read again after that. */
export type Turn = 'degraded' | 'recovered'

/** In how many milliseconds to look again, what the next look should know, and what is to be told. Pure. */
export function nextLook(
  before: AccountCheckpoint,
  results: readonly WalkResult[],
  context: NextLookContext,
): { after: Omit<AccountCheckpoint, Kept>; waitMs: number; turn: Turn | null } {
  const failed = results.flatMap((result) => (result.outcome === 'failed' ? [result.error] : []))
  const postponed = results.flatMap((result) => (result.outcome === 'postponed' ? [result.retryAfterMs] : []))
  const waiting = results.some((result) => result.outcome === 'waiting')
  const unfinished = context.aborted || results.some((result) => result.outcome === 'unfinished')
  // A look that was cut off or found Merge down says nothing about its account.
  const silent = postponed.length > 0 || (context.aborted && failed.length === 0)
  const failures = silent ? before.failures : failed.length > 0 ? before.failures + 1 : 0
  const strange = results.some((result) => result.outcome === 'strange')
  const fruitless = context.moved || !unfinished ? 0 : context.aborted ? before.fruitless : before.fruitless + 1
  const waitMs = Math.round(wait())

  function wait(): number {
    if (postponed.length > 0) return Math.max(...postponed, ...failed.map(wish)) + context.random() * SPREAD_MS
    const pause = pauseOf(context)
    // One model that fails for ever must not make its siblings stale: the long waits are for accounts of which nothing can be read.
    const longest = results.every(({ outcome }) => outcome === 'failed' || outcome === 'off') ? LONGEST_BACKOFF_MS : pause
    if (failed.length > 0) return backOff(failures, failed, { longest, random: context.random })
    // What goes on goes on at once; what Merge does not answer is tried ever more seldom.
    if (unfinished) return fruitless === 0 ? 0 : Math.min(pause, FIRST_BACKOFF_MS * 2 ** (fruitless - 1))
    return waiting ? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 1.2 ** before.waits, pause) : pause
  }

  return {
    waitMs,
    turn: turnOf(before.failures, failures),
    after: {
      // What was asked for and not reached stays asked for.
      dirtySeen: silent || unfinished || failed.length > 0 ? before.dirtySeen : context.dirty,
      waits: silent ? before.waits : waiting ? before.waits + 1 : 0,
      failures,
      fruitless,
      problem: problem(),
      lookedAt: context.now,
      nextLookAt: context.now + waitMs,
    },
  }

  function problem(): string | null {
    if (failed[0] !== undefined) return failed[0].code
    if (strange) return ErrorCode.OTHER_COMPANY
    if (fruitless >= TOO_SLOW_AFTER) return ErrorCode.SYNC_TOO_SLOW
    if (!silent || (context.moved && before.problem === ErrorCode.SYNC_TOO_SLOW)) return null
    return before.problem
  }
}

/** What a look keeps by itself. */
type Kept = 'wishesSeen' | 'company' | 'facts' | 'pace'

function turnOf(before: number, after: number): Turn | null {
  if (before < DEGRADED_AFTER && after >= DEGRADED_AFTER) return 'degraded'
  return before >= DEGRADED_AFTER && after === 0 ? 'recovered' : null
}

/**
 * Until the next look when all is well: right after the next sync that Merge has announced, and at least every 24th part of the time between
 * two of its syncs (5 minutes to an hour), because there are other writers beside them.
 */
function pauseOf({ mergeNow, lookEveryMs, statuses }: NextLookContext): number {
  const cadences = statuses.flatMap((status) => {
    const [last, next] = [milliseconds(status.lastSyncStart), milliseconds(status.nextSyncStart)]
    return last !== null && next !== null && next > last ? [next - last] : []
  })
  const longest = lookEveryMs ?? Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, Math.min(...cadences, 24 * LONGEST_PAUSE_MS) / 24))
  if (mergeNow === null) return longest
  const announced = statuses.flatMap((status) => milliseconds(status.nextSyncStart) ?? []).map((start) => start + AFTER_START_MS - mergeNow)
  return Math.min(longest, ...announced.filter((ms) => ms > 0))
}

function milliseconds(stamp: string | null): number | null {
  const microseconds = parseStamp(stamp)
  return microseconds === null ? null : Math.floor(microseconds / 1000)
}

/** Half of the bound is certain, half random; Merge's own wish is honoured whole. */
function backOff(failures: number, errors: readonly Wish[], context: { longest: number; random: () => number }): number {
  const bound = Math.min(context.longest, FIRST_BACKOFF_MS * 2 ** (failures - 1))
  return Math.max(bound / 2 + (context.random() * bound) / 2, ...errors.map(wish))
}

interface Wish {
  retryAfterMs: number | undefined
}

function wish(error: Wish): number {
  return error.retryAfterMs ?? 0
}
