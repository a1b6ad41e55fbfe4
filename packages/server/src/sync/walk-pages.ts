import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Lane } from '../merge/error-budget.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { ListPage } from '../merge/read-records.ts'
import type { Page } from '../storage/port.ts'
import { advance } from './advance.ts'
import type { Checkpoint, Walk } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { createCursorCheck } from './cursor-check.ts'
import type { Look, WalkResult } from './look.ts'
import { sendRetiredToSink, storePage } from './store-page.ts'
import { versionRecords } from './version-records.ts'

/**
 * Walks from the checkpoint's cursor to the end of the list, or to the end of the slice. While one page is being stored the next one is
 * on its way; no more than two are ever in memory. Nothing is stored before the page ahead of it.
 */
export async function walkPages(context: SyncContext, look: Look, row: ModelRow, planned: Checkpoint): Promise<WalkResult> {
  const cursors = createCursorCheck(row)
  let state = planned
  let changed = 0
  let restarted = false
  let coming = state.walk === null ? null : fetchPage(context, look, row, state.walk, state.walk.cursor, 'sync')
  while (state.walk !== null) {
    if (coming === null) return { outcome: 'unfinished' }
    const walk: Walk = state.walk
    let page: ListPage
    try {
      page = await coming
    } catch (error) {
      if (!IntegrationError.isInstance(error) || error.code !== ErrorCode.UPSTREAM_CURSOR_INVALID || restarted) throw error
      restarted = true
      // From the first page again: the same cursors will come again, and rightly.
      cursors.forget()
      state = advance(state, { kind: 'cursor_invalid' })
      coming = fetchPage(context, look, row, walk, null, 'sync')
      continue
    }
    cursors.check(walk.cursor, page.next)
    coming = page.next === null ? null : fetchPage(context, look, row, walk, page.next, 'proven')
    // A sink has no fence: what it is handed must at least not be of an account that is known to be gone.
    if (!(await look.keepLease(context.settings.sink !== undefined))) return { outcome: 'fenced' }

    const { records, unreadable, skipped, unstamped } = versionRecords(
      page.records,
      { generation: state.generation, page: state.commits, unstamped: (walk.after ?? 0) * 1000 },
      row,
      context.settings.omit[row.model] ?? [],
    )
    if (skipped > 0)
      context.logger.warn('Records without an id were left out', {
        model: row.model,
        accountId: look.claim.account.id,
        skipped,
      })
    let after = advance(state, { kind: 'page', next: page.next, records: page.records.length, unstamped, now: context.clock.now() })
    // What the sweep retires is known to the store alone: remembered in the same commit, so that a crash cannot keep it from the sink.
    const retires = walk.kind === 'sweep' && page.next === null && context.settings.sink !== undefined
    if (retires) after = { ...after, unsunk: walk.seq }
    const stored = await storePage(context, look, row, {
      records,
      unreadable,
      before: state,
      after,
      ...(walk.kind === 'sweep' ? { sweep: sweepOf(state, walk, page.next) } : {}),
    })
    if (stored === 'fenced') return { outcome: 'fenced' }
    changed += stored.changed
    tell(context, look, row, walk, { records: page.records.length, pageChanged: stored.changed, changed, done: page.next === null })
    state = advance(stored.checkpoint, { kind: 'stored', deleted: stored.deleted })
  }
  return (await drainSink(context, look, row, state)) === 'fenced' ? { outcome: 'fenced' } : { outcome: 'walked' }
}

/** Sends what an earlier sweep retired and a crash kept from the sink. */
export async function drainSink(context: SyncContext, look: Look, row: ModelRow, state: Checkpoint): Promise<'done' | 'fenced'> {
  if (state.unsunk === null) return 'done'
  await sendRetiredToSink(context, look, row, { seq: state.unsunk, generation: state.generation })
  const { id: accountId } = look.claim.account
  const answer = await context.storage.commit({
    accountId,
    fence: look.claim.fence,
    model: row.model,
    records: [],
    checkpoint: JSON.stringify(advance(state, { kind: 'sunk' })),
  })
  return answer === 'fenced' ? 'fenced' : 'done'
}

/** Begun at once and awaited later; `null` after the end of the slice. */
function fetchPage(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  walk: Walk,
  cursor: string | null,
  lane: Lane,
): Promise<ListPage> | null {
  if (context.clock.now() >= look.until) return null
  const page = context.gateway.listPage(row, look.token, { after: walk.after, cursor, caller: { ...look.caller, lane } })
  // When storing the page before fails, nobody will come for this one.
  page.catch(() => {})
  return page
}

/** The last page of a sweep also retires what no sweep has seen twice in a row; not of one that had to leave out records, which are not gone for that. */
function sweepOf(state: Checkpoint, walk: Walk, next: string | null): NonNullable<Page['sweep']> {
  const whole = !state.quarantine.some((record) => record.at >= walk.startedAt)
  return { number: state.sweep, ...(next === null && whole ? { retire: { olderThan: walk.nextLow * 1000 } } : {}) }
}

function tell(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  walk: Walk,
  page: { records: number; pageChanged: number; changed: number; done: boolean },
): void {
  const about = { accountId: look.claim.account.id, organizationId: look.claim.account.organizationId, model: row.model }
  context.events('sync.page', { ...about, records: page.records, changed: page.pageChanged })
  if (page.done) context.events('sync.model', { ...about, kind: walk.kind, records: walk.records + page.records, changed: page.changed })
}
