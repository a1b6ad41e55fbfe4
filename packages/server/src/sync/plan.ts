import type { ModelStatus } from '../merge/gateway.ts'
import { parseStamp } from '../merge/stamp.ts'
import type { Checkpoint, Walk } from './checkpoint.ts'

/**
 * Rule R, the deciding half: what to do about a model now. Pure.
 *
 * The watermark of the next walk is fixed before this one's first page, from the earliest of three clocks, and ten minutes
 * before that: a record that is stamped and not yet visible, a clock that runs ahead, or a sync that Merge has under
 * way can then never fall between two walks.
 */
export type Plan =
  | { do: 'walk'; walk: Walk; sweep: number; fingerprint: string; generation: number }
  /** Merge has not finished its own first sync. */
  | { do: 'wait' }
  /** Nothing suggests that there is anything new. */
  | { do: 'rest' }
  /** Switched off at Merge: what was read stays, and is stale. */
  | { do: 'off' }

export interface PlanContext {
  /** Our clock, epoch milliseconds. */
  now: number
  /** Merge's clock when sync-status was read; `null` when it did not say. */
  date: number | null
  fingerprint: string
  /** Raised by every `rebuild`: everything is read anew, and believed even where a stamp went backwards. */
  generation: number
  /** Live records in the store. */
  live: number
  /** Where the model's change feed stands. */
  seq: number
  /** Somebody asked for a look. */
  asked: boolean
  modifiedAfter: boolean
  earlyRead: boolean
  sweepEveryMs: number
  /** Walk at least this often even when Merge reports nothing: other writers exist beside its scheduled syncs. */
  idleMs: number
}

export const OVERLAP_MS = 600_000
const WALK_LIFE_MS = 24 * 3_600_000

export function plan(state: Checkpoint, status: ModelStatus | null, context: PlanContext): Plan {
  if (status?.status === 'DISABLED') return { do: 'off' }
  const same = state.fingerprint === context.fingerprint && state.generation >= context.generation
  const { fingerprint } = context
  if (state.walk !== null && same && context.now - state.walk.startedAt < WALK_LIFE_MS && !isGivenUp(state, context)) {
    return { do: 'walk', walk: resumed(state.walk, context), sweep: state.sweep, fingerprint, generation: state.generation }
  }
  if (status !== null && status.lastSyncFinished === null && !context.earlyRead) return { do: 'wait' }

  const seen = signature(status)
  // One of everything that was dropped for its age leaves everything to be read: it was for a rebuild, say, and nothing else remembers that.
  const dropped = state.walk?.kind === 'sweep' && !isGivenUp(state, context)
  const anew = state.walkedAt !== null && (!same || dropped || isSweepDue(state, context))
  const quiet = !context.asked && seen === state.seen && state.walkedAt !== null && context.now - state.walkedAt < context.idleMs
  if (quiet && !anew) return { do: 'rest' }

  const kind = state.walkedAt === null ? 'initial' : anew || !context.modifiedAfter ? 'sweep' : 'incremental'
  // One that waits to be confirmed goes on counting: it must not get through in instalments, a walk's life each.
  const held = state.heldSince === null ? null : state.walk
  const walk: Walk = {
    kind,
    after: kind === 'incremental' ? state.low : null,
    nextLow: nextLow(status, context),
    cursor: null,
    startedAt: context.now,
    seen,
    unstamped: false,
    completeness: completeness(status),
    records: 0,
    live: held?.live ?? context.live,
    seq: kind === 'sweep' ? context.seq : 0,
    deleted: held?.deleted ?? 0,
    look: { live: context.live, deleted: held?.deleted ?? 0 },
  }
  const generation = Math.max(state.generation, context.generation)
  return { do: 'walk', walk, sweep: kind === 'sweep' && held?.kind !== 'sweep' ? state.sweep + 1 : state.sweep, fingerprint, generation }
}

/**
 * What a page deleted is written down with the next one. A look that ended between the two left it uncounted, and with looks that come no
 * further than a page that would be all: that there are fewer records than when it began tells of it.
 */
function resumed(walk: Walk, { live }: PlanContext): Walk {
  const deleted = Math.max(walk.deleted, walk.look.deleted + walk.look.live - live)
  return { ...walk, deleted, look: { live, deleted } }
}

/** A sweep that met a list without an end must not keep what is new from being read: where the list can be asked for that, it makes room. */
function isGivenUp({ walk, endlessAt, low }: Checkpoint, context: PlanContext): boolean {
  return context.modifiedAfter && low !== null && walk?.kind === 'sweep' && endlessAt !== null && endlessAt >= walk.startedAt
}

/** One that met a list without an end is tried again daily. */
function isSweepDue({ sweptAt, endlessAt }: Checkpoint, context: PlanContext): boolean {
  return endlessAt === null ? context.now - (sweptAt ?? 0) >= context.sweepEveryMs : context.now - endlessAt >= WALK_LIFE_MS
}

/** Source: help.merge.dev/en/articles/8184193. PARTIALLY_SYNCED is final for its run, and may stay so for ever. */
function completeness(status: ModelStatus | null): Walk['completeness'] {
  if (status === null || status.lastSyncResult === 'DONE') return 'complete'
  return status.lastSyncResult === 'PARTIALLY_SYNCED' ? 'partial' : 'none'
}

/** `min(Merge's Date, our clock, start of the sync under way) − 10 minutes`. */
function nextLow(status: ModelStatus | null, context: PlanContext): number {
  const lastStart = milliseconds(status?.lastSyncStart ?? null)
  const bounds = [context.now]
  if (context.date !== null) bounds.push(context.date - 1_000)
  // Without Merge's clock the start of its last sync is the only moment that is surely not ahead of it.
  else if (lastStart !== null) bounds.push(lastStart)
  if (status?.status === 'SYNCING' && lastStart !== null) bounds.push(lastStart - 5_000)
  return Math.floor((Math.min(...bounds) - OVERLAP_MS) / 1000) * 1000
}

function milliseconds(stamp: string | null): number | null {
  const microseconds = parseStamp(stamp)
  return microseconds === null ? null : Math.floor(microseconds / 1000)
}

/** Changes whenever Merge has begun or finished a sync since. */
function signature(status: ModelStatus | null): string | null {
  return status === null ? null : [status.status, status.lastSyncResult, status.lastSyncStart, status.lastSyncFinished].join('|')
}
