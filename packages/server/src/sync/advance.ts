import { ErrorCode } from '../errors.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import type { Checkpoint, Quarantined, Walk } from './checkpoint.ts'
import type { Plan } from './plan.ts'

/**
 * Rule R, the other half: what the checkpoint becomes. Pure. The watermark moves with the last page of a complete
 * walk and at no other moment.
 */
export type Answer =
  | { kind: 'planned'; plan: Plan; status: ModelStatus | null; shape: string; now: number }
  /** The stored rows were rewritten up to `after`; `null`: all of them have the new shape. */
  | { kind: 'reshaped'; shape: string; until: number; after: number | null; refused: boolean }
  /** `next`: the cursor of the next page; `null`: this was the last. */
  | { kind: 'page'; next: string | null; records: number; unstamped: number; withoutId: number; leftOut: number; now: number }
  /** What the store said to the page before: how many live records it made tombstones. */
  | { kind: 'stored'; deleted: number }
  /** `confirmed`: the number of the newest one that was confirmed, which this is not. */
  | { kind: 'held'; confirmed: number }
  | { kind: 'quarantined'; refused: readonly Quarantined[]; accepted: readonly string[] }
  /** One in quarantine was asked for by its id, and is not stored yet; `hidden`: Merge does not show it that way. */
  | { kind: 'reread'; id: string; hidden: boolean; now: number }
  | { kind: 'sunk' }
  /** Merge does not accept the cursor any more: from the first page again, same bounds. */
  | { kind: 'cursor_invalid' }
  | { kind: 'failed'; code: string; now: number }

export function advance(state: Checkpoint, answer: Answer): Checkpoint {
  switch (answer.kind) {
    case 'planned':
      return planned(state, answer)
    case 'reshaped':
      return reshaped(state, answer)
    case 'page':
      return state.walk === null ? state : paged(state, state.walk, answer)
    case 'cursor_invalid':
      return state.walk === null ? state : { ...state, walk: { ...state.walk, cursor: null } }
    case 'stored':
      return state.walk === null ? state : { ...state, walk: { ...state.walk, deleted: state.walk.deleted + answer.deleted } }
    case 'held':
      return state.held && state.holds > answer.confirmed
        ? state
        : { ...state, held: true, holds: Math.max(state.holds, answer.confirmed) + 1 }
    case 'quarantined':
      return { ...state, quarantine: quarantine(state, answer.refused, answer.accepted) }
    case 'reread':
      return { ...state, quarantine: state.quarantine.map((record) => (record.id === answer.id ? tried(record, answer) : record)) }
    case 'sunk':
      return state.unsunk === null
        ? state
        : { ...state, unsunk: null, problem: state.problem === ErrorCode.SYNC_SINK_FAILED ? null : state.problem }
    case 'failed':
      return failed(state, answer)
  }
}

function planned(state: Checkpoint, { plan, status, shape, now }: Extract<Answer, { kind: 'planned' }>): Checkpoint {
  const heard = {
    ...state,
    status: status?.status ?? null,
    reason: status?.reason ?? null,
    freshAsOf: status?.dataFreshAsOf ?? null,
    waitingSince: plan.do === 'wait' || (status === null && !state.ready) ? (state.waitingSince ?? now) : null,
  }
  if (plan.do !== 'walk') return heard
  const { walk, sweep, fingerprint, generation, companies, owed } = plan
  // Where nothing is stored; else it is rewritten to another shape.
  // A walk that takes the place of one that was held begins with a number of its own: what was confirmed was the other.
  const anew = fingerprint !== state.fingerprint || generation !== state.generation || companies !== state.companies
  const holds = state.held && anew ? state.holds + 1 : state.holds
  // Rows that a pass brings are of no shape that was being made: an older process may have stored them.
  return { ...heard, walk, sweep, fingerprint, generation, companies, owed, holds, shape: state.shape ?? shape, reshape: null }
}

/** Where the store refused a row all of it is tried again by the next look. */
function reshaped(state: Checkpoint, { shape, until, after, refused }: Extract<Answer, { kind: 'reshaped' }>): Checkpoint {
  if (after !== null) return { ...state, reshape: { shape, until, after, refused } }
  return { ...state, shape: refused ? state.shape : shape, reshape: null }
}

function failed(state: Checkpoint, { code, now }: Extract<Answer, { kind: 'failed' }>): Checkpoint {
  if (state.walk?.kind !== 'sweep' || code !== ErrorCode.UPSTREAM_PAGINATION_LOOP) return { ...state, problem: code }
  // Twice: a cursor that comes again once is an answer gone wrong. Of a sweep only: what is new can then still be read, while a list that is
  // endless for the other walks leaves nothing to go on with.
  const loops = state.walk.loops + 1
  return { ...state, problem: code, endlessAt: loops < 2 ? state.endlessAt : now, walk: { ...state.walk, loops, endless: loops >= 2 } }
}

function paged(state: Checkpoint, before: Walk, page: Extract<Answer, { kind: 'page' }>): Checkpoint {
  const commits = state.commits + 1
  const walk = {
    ...before,
    unstamped: before.unstamped || page.unstamped > 0,
    records: before.records + page.records,
    leftOut: before.leftOut + page.leftOut,
    withoutId: before.withoutId + page.withoutId,
    progressedAt: page.now,
  }
  if (page.next !== null) return { ...state, commits, walk: { ...walk, cursor: page.next }, problem: problemOf(state) }
  const whole = walk.after === null
  // Everything that came was left out: that is no copy of anything, whatever Merge calls its own.
  const empty = walk.records > 0 && walk.leftOut >= walk.records
  const hollow = whole ? empty : state.hollow && walk.records <= walk.leftOut
  // One that left something out has not shown what is gone, so it is none of the two that another company's data takes.
  const pays = walk.kind === 'sweep' && walk.leftOut === 0
  return {
    ...state,
    commits,
    walk: null,
    ...watermark(state, walk),
    seen: walk.seen,
    sweptAt: whole ? page.now : state.sweptAt,
    endlessAt: whole ? null : state.endlessAt,
    owed: pays ? Math.max(0, state.owed - 1) : state.owed,
    hollow,
    walkedAt: page.now,
    ready: hollow ? false : state.ready || walk.completeness !== 'none',
    completeness: walk.completeness === 'none' ? state.completeness : walk.completeness,
    problem: hollow || empty ? ErrorCode.SYNC_RECORDS_LEFT_OUT : whole ? null : problemOf(state),
    held: false,
    withoutId: whole ? walk.withoutId : state.withoutId + walk.withoutId,
    // A walk of everything that did not meet one has shown that it is not there any more.
    quarantine: whole ? state.quarantine.filter((record) => record.commit >= walk.firstCommit) : state.quarantine,
  }
}

/**
 * A record without its stamp has the version of the walk's lower bound, so one that was stored since outranks it, and what it brought is
 * missed. It is read again by a walk from the same watermark; three times at most, or a record that never has a stamp would make every walk
 * longer than the one before. Where nothing was stored, nothing outranks it.
 */
function watermark(state: Checkpoint, walk: Walk): Pick<Checkpoint, 'low' | 'lowKept'> {
  const missed = walk.unstamped && !(walk.kind === 'initial' && walk.live === 0)
  if (missed && state.lowKept < LOW_KEPT_AT_MOST) return { low: state.low, lowKept: state.lowKept + 1 }
  return { low: walk.nextLow, lowKept: 0 }
}

const LOW_KEPT_AT_MOST = 3

/** A sweep that could not be ended stays a problem, however well what is new can be read. */
function problemOf({ endlessAt }: Checkpoint): string | null {
  return endlessAt === null ? null : ErrorCode.UPSTREAM_PAGINATION_LOOP
}

/** The newest hundred: enough to see what is wrong, and a checkpoint of bounded size. */
function quarantine(state: Checkpoint, refused: readonly Quarantined[], accepted: readonly string[]): Quarantined[] {
  const gone = new Set([...accepted, ...refused.map((record) => record.id)])
  const again = refused.map((record) => {
    const { tries, triedAt } = state.quarantine.find(({ id }) => id === record.id) ?? {}
    return { ...record, ...(tries === undefined ? {} : { tries }), ...(triedAt === undefined ? {} : { triedAt }) }
  })
  return [...state.quarantine.filter((record) => !gone.has(record.id)), ...again].slice(-100)
}

function tried(record: Quarantined, { hidden, now }: { hidden: boolean; now: number }): Quarantined {
  return { ...record, tries: (record.tries ?? 0) + 1, triedAt: now, ...(hidden ? { hidden } : {}) }
}
