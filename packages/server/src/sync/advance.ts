import type { ModelStatus } from '../merge/gateway.ts'
import type { Checkpoint, Quarantined, Walk } from './checkpoint.ts'
import type { Plan } from './plan.ts'

/**
 * Rule R, the other half: what the checkpoint becomes. Pure. The watermark moves with the last page of a complete
 * walk and at no other moment.
 */
export type Answer =
  | { kind: 'planned'; plan: Plan; status: ModelStatus | null }
  /** `next`: the cursor of the next page; `null`: this was the last. */
  | { kind: 'page'; next: string | null; records: number; now: number }
  /** What the store said to the page before: how many live records it made tombstones. */
  | { kind: 'stored'; deleted: number }
  | { kind: 'held'; now: number }
  | { kind: 'quarantined'; refused: readonly Quarantined[]; accepted: readonly string[] }
  | { kind: 'sunk' }
  /** Merge does not accept the cursor any more: from the first page again, same bounds. */
  | { kind: 'cursor_invalid' }
  | { kind: 'failed'; code: string }

export function advance(state: Checkpoint, answer: Answer): Checkpoint {
  switch (answer.kind) {
    case 'planned':
      return planned({ ...state, status: answer.status?.status ?? null }, answer.plan)
    case 'page':
      return state.walk === null ? state : paged(state, state.walk, answer)
    case 'cursor_invalid':
      return state.walk === null ? state : { ...state, walk: { ...state.walk, cursor: null } }
    case 'stored':
      return state.walk === null ? state : { ...state, walk: { ...state.walk, deleted: state.walk.deleted + answer.deleted } }
    case 'held':
      return { ...state, heldSince: state.heldSince ?? answer.now }
    case 'quarantined':
      return { ...state, quarantine: quarantine(state, answer.refused, answer.accepted) }
    case 'sunk':
      return state.unsunk === null ? state : { ...state, unsunk: null, problem: null }
    case 'failed':
      return { ...state, problem: answer.code }
  }
}

function planned(state: Checkpoint, plan: Plan): Checkpoint {
  if (plan.do !== 'walk') return { ...state, walk: plan.do === 'off' ? null : state.walk }
  return { ...state, walk: plan.walk, sweep: plan.sweep, fingerprint: plan.fingerprint, generation: plan.generation }
}

function paged(state: Checkpoint, walk: Walk, page: { next: string | null; records: number; now: number }): Checkpoint {
  const commits = state.commits + 1
  if (page.next !== null)
    return { ...state, commits, walk: { ...walk, cursor: page.next, records: walk.records + page.records }, problem: null }
  return {
    ...state,
    commits,
    walk: null,
    low: walk.nextLow,
    seen: walk.seen,
    sweptAt: walk.after === null ? page.now : state.sweptAt,
    walkedAt: page.now,
    ready: state.ready || walk.completeness !== 'none',
    completeness: walk.completeness === 'none' ? state.completeness : walk.completeness,
    problem: null,
    heldSince: null,
    // A walk of everything that did not meet one has shown that it is not there any more.
    quarantine: walk.after === null ? state.quarantine.filter((record) => record.at >= walk.startedAt) : state.quarantine,
  }
}

/** The newest hundred: enough to see what is wrong, and a checkpoint of bounded size. */
function quarantine(state: Checkpoint, refused: readonly Quarantined[], accepted: readonly string[]): Quarantined[] {
  const gone = new Set([...accepted, ...refused.map((record) => record.id)])
  return [...state.quarantine.filter((record) => !gone.has(record.id)), ...refused].slice(-100)
}
