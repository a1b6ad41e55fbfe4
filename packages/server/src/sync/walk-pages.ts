import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Lane } from '../merge/error-budget.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { ListPage } from '../merge/read-records.ts'
import type { Page } from '../storage/port.ts'
import { advance } from './advance.ts'
import type { Checkpoint, Walk } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { createCursorCheck } from './cursor-check.ts'
import { keepCheckpoint } from './keep-checkpoint.ts'
import type { Look, WalkResult } from './look.ts'
import { storePage, tellDeletions } from './store-page.ts'
import { versionRecords } from './version-records.ts'

/**
 * Walks from the checkpoint's cursor to the end of the list, or to the end of the slice. While one page is being stored the next one is
 * on its way; no more than two are ever in memory. Nothing is stored before the page ahead of it.
 */
export async function walkPages(context: SyncContext, look: Look, row: ModelRow, planned: Checkpoint): Promise<WalkResult> {
  const cursors = createCursorCheck(row)
  let state = planned
  let changed = 0
  let seq = look.claim.account.models[row.model]?.seq ?? 0
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
    // What comes after a relink may be another company's, unless there is no other yet.
    if (walk.kind !== 'initial' && !(await look.isCurrent())) return { outcome: 'unfinished' }
    // A sink has no fence: what it is handed must at least not be of an account that is known to be gone.
    if (!(await look.keepLease(context.settings.sink !== undefined))) return { outcome: 'fenced' }

    const { records, unreadable, skipped, unstamped } = versionRecords(
      page.records,
      { generation: state.generation, page: state.commits, unstamped: (walk.after ?? (walk.kind === 'sweep' ? walk.nextLow : 0)) * 1000 },
      row,
      context.settings.omit[row.model] ?? [],
    )
    if (skipped > 0)
      context.logger.warn('Records without an id were left out', {
        model: row.model,
        accountId: look.claim.account.id,
        skipped,
      })
    const { next } = page
    const before = state
    const counted = { records: page.records.length, unstamped, withoutId: skipped, now: look.now() }
    const stored = await storePage(context, look, row, {
      records,
      unreadable,
      before,
      after: (refused) => advance(before, { kind: 'page', next, ...counted, leftOut: skipped + refused }),
      seq,
      ...(walk.kind === 'sweep' ? { sweep: sweepOf(state, walk, next, skipped) } : {}),
    })
    if (stored === 'fenced') return { outcome: 'fenced' }
    changed += stored.changed
    seq = stored.seq
    look.progress.pages += 1
    look.progress.records += page.records.length
    tell(context, look, row, walk, { records: page.records.length, pageChanged: stored.changed, changed, done: next === null })
    state = await tellDeletions(context, look, row, advance(stored.checkpoint, { kind: 'stored', deleted: stored.deleted }))
    if (next === null && stored.checkpoint.unsunk !== null && (await keepCheckpoint(context, look, row, state)) === 'fenced')
      return { outcome: 'fenced' }
  }
  // The copy of another company takes a second full sync, and nothing is to be waited for.
  return { outcome: state.owed > 0 && state.owed < planned.owed ? 'unfinished' : 'walked' }
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
  if (look.isOver()) return null
  const page = context.gateway.listPage(row, look.token, { after: walk.after, cursor, caller: { ...look.caller, lane } })
  // When storing the page before fails, nobody will come for this one.
  page.catch(() => {})
  return page
}

/**
 * The last page of a sweep also retires what no sweep has seen twice in a row; not of one that had to leave out records, which are not gone for that.
 * A record of another company goes however young it is.
 */
function sweepOf(state: Checkpoint, walk: Walk, next: string | null, withoutId: number): NonNullable<Page['sweep']> {
  const whole = next === null && walk.leftOut + withoutId === 0
  const olderThan = state.owed > 0 ? Number.MAX_SAFE_INTEGER : walk.goneBefore * 1000
  return { number: state.sweep, ...(whole ? { retire: { olderThan } } : {}) }
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
