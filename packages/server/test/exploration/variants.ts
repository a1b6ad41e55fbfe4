import type { Page } from '../../src/storage/port.ts'
import { advance } from '../../src/sync/advance.ts'
import { OVERLAP_MS, plan } from '../../src/sync/plan.ts'
import { ACCOUNT_ID, MODEL } from './names.ts'
import type { Internals } from './store.ts'
import { type CommitStep, REAL, type Rules } from './worker.ts'

/** The real rules on the real adapter, each with one part of the protocol taken out or replaced. */
export const PROPOSED: Rules = REAL

export const NO_GUARD: Rules = { ...REAL, commit: [withoutGuard(atOnce)] }
export const NO_FENCE: Rules = { ...REAL, commit: [withoutFence(atOnce)] }
export const NEITHER: Rules = { ...REAL, commit: [withoutFence(withoutGuard(atOnce))] }

/** For stores without transactions over several rows: records first, each under the fence, then the checkpoint under the fence. */
export const ORDERED: Rules = { ...REAL, commit: [recordsOnly, checkpointOnly] }
export const ORDERED_NO_GUARD: Rules = { ...REAL, commit: [withoutGuard(recordsOnly), checkpointOnly] }
export const ORDERED_UNFENCED: Rules = { ...REAL, commit: [withoutFence(recordsOnly), checkpointOnly] }
export const ORDERED_UNFENCED_NO_GUARD: Rules = { ...REAL, commit: [withoutFence(withoutGuard(recordsOnly)), checkpointOnly] }
export const CHECKPOINT_FIRST: Rules = { ...REAL, commit: [checkpointOnly, recordsOnly] }

/** The watermark is taken when the walk ends instead of when it begins. */
export const LOW_AT_THE_END: Rules = {
  ...REAL,
  advance(state, answer) {
    const after = advance(state, answer)
    if (answer.kind !== 'page' || answer.next !== null) return after
    return { ...after, low: answer.now - 1000 - OVERLAP_MS }
  },
}

/** The watermark moves although the walk met a record without its stamp. */
export const LOW_MOVES_UNSTAMPED: Rules = {
  ...REAL,
  advance: (state, answer) => advance(state, answer.kind === 'page' ? { ...answer, unstamped: 0 } : answer),
}

/** Two walks do not overlap. */
export const NO_OVERLAP: Rules = { ...REAL, plan: withNextLow((nextLow) => nextLow + OVERLAP_MS) }

/** The start of the sync that Merge has under way does not count. */
export const IGNORES_SYNC_UNDER_WAY: Rules = {
  ...REAL,
  plan: (state, status, context) => plan(state, status && { ...status, status: 'DONE' }, context),
}

/** Merge's own clock does not count. */
export const ONLY_OUR_CLOCK: Rules = {
  ...REAL,
  plan: (state, status, context) => plan(state, status && { ...status, lastSyncStart: null }, { ...context, date: null }),
}

/** A walk that was left behind is resumed with the bounds of a new one. */
export const RESUMES_WITH_NEW_BOUNDS: Rules = {
  ...REAL,
  plan(state, status, context) {
    const resumed = plan(state, status, context)
    const fresh = plan({ ...state, walk: null }, status, context)
    if (state.walk === null || resumed.do !== 'walk' || fresh.do !== 'walk') return resumed
    return { ...resumed, walk: { ...resumed.walk, nextLow: fresh.walk.nextLow } }
  },
}

/** No page is asked for before the one ahead of it is stored: a third of the states, and so more claims and changes in the same time. */
export function pageByPage(rules: Rules): Rules {
  return { ...rules, pagesAhead: 1 }
}

function withNextLow(change: (nextLow: number) => number): Rules['plan'] {
  return (state, status, context) => {
    const decided = plan(state, status, context)
    if (decided.do !== 'walk' || decided.walk === state.walk) return decided
    return { ...decided, walk: { ...decided.walk, nextLow: change(decided.walk.nextLow) } }
  }
}

function atOnce(page: Page): ReturnType<CommitStep> {
  return (storage) => storage.commit(page)
}

function recordsOnly(page: Page): ReturnType<CommitStep> {
  return async (storage) => {
    const account = await storage.get({ id: ACCOUNT_ID, organizationId: 'acme' })
    return storage.commit({ ...page, checkpoint: account?.models[MODEL]?.checkpoint ?? null })
  }
}

function checkpointOnly({ sweep: _, ...page }: Page): ReturnType<CommitStep> {
  return (storage) => storage.commit({ ...page, records: [] })
}

/** As if whoever commits held the lease, and as if nothing had been deleted. */
function withoutFence(step: CommitStep): CommitStep {
  return (page) => async (storage, internals) => {
    const row = rowOf(internals)
    const { status, fence } = row
    Object.assign(row, { status: 'active', fence: page.fence })
    try {
      return await step(page)(storage, internals)
    } finally {
      Object.assign(row, { status, fence })
    }
  }
}

/** As if every stored version were older than any that comes. */
function withoutGuard(step: CommitStep): CommitStep {
  return (page) => (storage, internals) => {
    for (const record of rowOf(internals).models.get(MODEL)?.rows.values() ?? []) record.generation = -1
    return step(page)(storage, internals)
  }
}

function rowOf({ rows }: Internals) {
  return rows.get(ACCOUNT_ID)!
}
