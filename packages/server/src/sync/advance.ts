import type { ModelStatus } from '../merge/gateway.ts'
import type { Checkpoint, Walk } from './checkpoint.ts'
import type { Plan } from './plan.ts'

/**
 * Rule R, the other half: what the checkpoint becomes. Pure. The watermark moves with the last page of a complete
 * walk and at no other moment.
 */
export type Answer =
  | { kind: 'planned'; plan: Plan; status: ModelStatus | null }
  | { kind: 'page'; next: string | null; records: number; now: number }
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
    case 'failed':
      return { ...state, problem: answer.code }
  }
}

function planned(state: Checkpoint, plan: Plan): Checkpoint {
  if (plan.do !== 'walk') return { ...state, walk: plan.do === 'off' ? null : state.walk }
  return { ...state, walk: plan.walk, sweep: plan.sweep, fingerprint: plan.fingerprint }
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
  }
}
