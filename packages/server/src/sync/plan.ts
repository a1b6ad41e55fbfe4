import type { ModelStatus } from '../merge/gateway.ts'
import { isFirstSyncOpen } from '../merge/model-status.ts'
import { parseStamp } from '../merge/stamp.ts'
import type { Checkpoint, Walk } from './checkpoint.ts'
import { hasPassed } from './moments.ts'

/**
 * Rule R, the deciding half: what to do about a model now. Pure.
 *
 * The watermark of the next walk is fixed before this one's first page, from the earliest of three clocks, and ten minutes
 * before that: a record that is stamped and not yet visible, a clock that runs ahead, or a sync that Merge has under
 * way can then never fall between two walks.
 */
export type Plan =
  | { do: 'walk'; walk: Walk; sweep: number; fingerprint: string; generation: number; companies: number; owed: number }
  /** Merge has not finished its own first sync. */
  | { do: 'wait' }
  /** Nothing suggests that there is anything new. */
  | { do: 'rest' }
  /** Switched off at Merge: what was read stays, and is stale. */
  | { do: 'off' }

export interface PlanContext {
  /** The store's clock, epoch milliseconds: what everything that is kept is measured with. */
  now: number
  /** Our own clock, epoch milliseconds: one of the bounds of a watermark, and of nothing else. */
  ours: number
  /** Merge's clock when sync-status was read; `null` when it did not say. */
  date: number | null
  /** What sync-status says of the account's models together: nothing at all, that a first sync is under way, or neither. */
  others: 'silent' | 'busy' | 'settled'
  fingerprint: string
  /** Raised by every `rebuild`: everything is read anew, and believed even where a stamp went backwards. */
  generation: number
  /** Counts the confirmations that another company is meant: two full syncs replace what was there. */
  companies: number
  /** Live records in the store. */
  live: number
  /** A look was asked for. */
  asked: boolean
  modifiedAfter: boolean
  earlyRead: boolean
  sweepEveryMs: number
  /** Walk at least this often even when Merge reports nothing: other writers exist beside its scheduled syncs. */
  idleMs: number
}

export const OVERLAP_MS = 600_000
const DAY_MS = 24 * 3_600_000
/** A model that sync-status does not list may be listed soon after the link: so long nothing is concluded from its absence. */
const UNLISTED_MS = 15 * 60_000
/** Two full syncs, because a record counts as gone only when two in a row missed it. */
const TO_REPLACE = 2

export function plan(state: Checkpoint, status: ModelStatus | null, context: PlanContext): Plan {
  if (status?.status === 'DISABLED') return { do: 'off' }
  const replaced = context.companies > state.companies
  const same = state.fingerprint === context.fingerprint && state.generation >= context.generation && !replaced
  const goal = {
    fingerprint: context.fingerprint,
    generation: Math.max(state.generation, context.generation),
    companies: Math.max(state.companies, context.companies),
    // One that was given up in the middle has shown nothing: both are owed again.
    owed: replaced || (state.owed > 0 && state.walk !== null && !same) ? TO_REPLACE : state.owed,
  }
  if (state.walk !== null && same && !isGivenUp(state, context)) {
    return { do: 'walk', walk: resumed(state.walk, state.problem, context), sweep: state.sweep, ...goal }
  }
  if (isWaiting(state, status, context)) return { do: 'wait' }

  const seen = signature(status)
  const anew = state.walkedAt !== null && (!same || (goal.owed > 0 && state.endlessAt === null) || isSweepDue(state, context))
  const quiet = !context.asked && seen === state.seen && !hasPassed(state.walkedAt, context.idleMs, context.now)
  if (quiet && !anew) return { do: 'rest' }

  const kind = state.walkedAt === null ? 'initial' : anew || !context.modifiedAfter ? 'sweep' : 'incremental'
  // One that waits to be confirmed goes on counting: it must not get through in instalments, a walk's life each.
  const held = state.held ? state.walk : null
  const walk: Walk = {
    kind,
    after: kind === 'incremental' ? state.low : null,
    nextLow: nextLow(status, context),
    goneBefore: goneBefore(status, context),
    cursor: null,
    startedAt: context.now,
    progressedAt: context.now,
    firstCommit: state.commits,
    leftOut: 0,
    withoutId: 0,
    raises: goal.generation > state.generation || state.walk?.raises === true,
    // One that is tried again after such a list is given up at the first sign of it.
    loops: state.endlessAt === null ? 0 : 1,
    endless: false,
    seen,
    unstamped: false,
    completeness: status === null && !state.ready && context.earlyRead && isUnheardOf(state, context) ? 'none' : completeness(status),
    records: 0,
    live: held?.live ?? context.live,
    deleted: held?.deleted ?? 0,
    look: { live: context.live, deleted: held?.deleted ?? 0 },
  }
  return { do: 'walk', walk, sweep: kind === 'sweep' && held?.kind !== 'sweep' ? state.sweep + 1 : state.sweep, ...goal }
}

/**
 * The walk goes on at its cursor, however long ago that was: what changed since has a stamp beyond `nextLow`. Only where Merge itself has kept it from
 * its next page for a day it begins at its first page again, with the same bounds, in case the cursor is to blame.
 *
 * What a page deleted is written down with the next one. A look that ended between the two left it uncounted, and with looks that come no
 * further than a page that would be all: that there are fewer records than when it began tells of it.
 */
function resumed(walk: Walk, problem: string | null, { live, now }: PlanContext): Walk {
  const deleted = Math.max(walk.deleted, walk.look.deleted + walk.look.live - live)
  const stuck = problem?.startsWith('UPSTREAM_') === true && hasPassed(walk.progressedAt, DAY_MS, now)
  return { ...walk, deleted, look: { live, deleted }, ...(stuck ? { cursor: null, progressedAt: now } : {}) }
}

/** A sweep that met a list without an end must not keep what is new from being read: where the list can be asked for that, it makes room. */
function isGivenUp({ walk, low }: Checkpoint, context: PlanContext): boolean {
  return context.modifiedAfter && low !== null && walk?.kind === 'sweep' && walk.endless
}

/** One that met a list without an end is tried again daily. */
function isSweepDue({ sweptAt, endlessAt }: Checkpoint, { sweepEveryMs, now }: PlanContext): boolean {
  return endlessAt === null ? hasPassed(sweptAt, sweepEveryMs, now) : hasPassed(endlessAt, DAY_MS, now)
}

/**
 * Merge's own first sync is not done. Of a model that it does not list, and that was never read, nothing is known right after the link: while
 * others are at their first sync it is waited for (a day at most), and for a quarter of an hour while none is listed.
 */
function isWaiting(state: Checkpoint, status: ModelStatus | null, context: PlanContext): boolean {
  if (context.earlyRead) return false
  return status === null ? state.walkedAt === null && isUnheardOf(state, context) : isFirstSyncOpen(status)
}

function isUnheardOf({ waitingSince }: Checkpoint, { others, now }: PlanContext): boolean {
  if (others === 'settled') return false
  return waitingSince === null || !hasPassed(waitingSince, others === 'busy' ? DAY_MS : UNLISTED_MS, now)
}

/** Source: help.merge.dev/en/articles/8184193. PARTIALLY_SYNCED is final for its run, and may stay so for ever. */
function completeness(status: ModelStatus | null): Walk['completeness'] {
  if (status === null) return 'complete'
  // The result may be left out, and so may the times: then the state is what there is to go by.
  const result = status.lastSyncResult ?? status.status
  if (result === 'DONE') return 'complete'
  if (result === 'PARTIALLY_SYNCED') return 'partial'
  // A later sync is under way, and how the ones before ended is not said.
  return result === 'SYNCING' && status.lastSyncFinished !== null ? 'partial' : 'none'
}

/** `min(Merge's Date, our clock, the store's clock, start of the sync under way) − 10 minutes`: what is earliest can only cost a longer overlap. */
function nextLow(status: ModelStatus | null, context: PlanContext): number {
  const lastStart = milliseconds(status?.lastSyncStart ?? null)
  const bounds = [context.ours, context.now]
  if (context.date !== null) bounds.push(context.date - 1_000)
  // Without Merge's clock the start of its last sync is the only moment that is surely not ahead of it.
  else if (lastStart !== null) bounds.push(lastStart)
  if (status?.status === 'SYNCING' && lastStart !== null) bounds.push(lastStart - 5_000)
  return Math.floor((Math.min(...bounds) - OVERLAP_MS) / 1000) * 1000
}

/**
 * Until when a record must have been written that two sweeps did not meet, to count as gone: ten minutes before this walk by Merge's own clock, which
 * wrote its stamp. Our clock or the store's may be months behind, and then nothing would ever be gone; so where Merge tells no time, the later of the two.
 */
function goneBefore(status: ModelStatus | null, { date, ours, now }: PlanContext): number {
  return (date ?? milliseconds(status?.lastSyncStart ?? null) ?? Math.max(ours, now)) - OVERLAP_MS
}

function milliseconds(stamp: string | null): number | null {
  const microseconds = parseStamp(stamp)
  return microseconds === null ? null : Math.floor(microseconds / 1000)
}

/** Changes whenever Merge has begun or finished a sync since. */
function signature(status: ModelStatus | null): string | null {
  return status === null ? null : [status.status, status.lastSyncResult, status.lastSyncStart, status.lastSyncFinished].join('|')
}
