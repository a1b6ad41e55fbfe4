import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Caller } from '../merge/transport.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Claim, Page } from '../storage/port.ts'
import { advance } from './advance.ts'
import { type Checkpoint, readCheckpoint, type Walk } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { type Plan, plan } from './plan.ts'
import { versionRecords } from './version-records.ts'

/** One look at one account: what its models share. */
export interface Look {
  claim: Claim
  token: Secret
  date: number | null
  asked: boolean
  fingerprint: (row: ModelRow) => string
  /** Paces every call of this look, whichever model it is for. */
  caller: Caller
  /** Extends the lease where that is due; false: somebody else has the account now. */
  keepLease: () => Promise<boolean>
  /** No new page is begun after this moment (epoch milliseconds): the rest is for the next look. */
  until: number
}

export type WalkResult =
  | { outcome: 'walked' | 'rested' | 'waiting' | 'off' | 'unfinished' | 'fenced' }
  | { outcome: 'failed'; error: IntegrationError }

/**
 * Reads what is new of one model, page by page, each stored with its checkpoint in one atomic commit. Whatever stops it
 * (a crash, an abort, the end of the slice), the next look goes on from the last page stored. A failure is kept in
 * the checkpoint as its code and does not stop the account's other models.
 */
export async function walkModel(context: SyncContext, look: Look, row: ModelRow, status: ModelStatus | null): Promise<WalkResult> {
  const before = readCheckpoint(look.claim.account.models[row.model]?.checkpoint)
  const decided = plan(before, status, {
    now: context.clock.now(),
    date: look.date,
    fingerprint: look.fingerprint(row),
    asked: look.asked,
    modifiedAfter: row.modifiedAfter,
    earlyRead: context.settings.earlyRead,
    sweepEveryMs: context.settings.sweepEveryMs,
    idleMs: context.settings.idleMs,
  })
  const state = advance(before, { kind: 'planned', plan: decided, status })
  try {
    if (decided.do === 'walk') return await walkPages(context, look, row, state)
    if (JSON.stringify(state) !== JSON.stringify(before) && (await commit(context, look, row, [], state)) === 'fenced')
      return { outcome: 'fenced' }
    return { outcome: OUTCOMES[decided.do] }
  } catch (error) {
    if (!IntegrationError.isInstance(error) || error.code === ErrorCode.ABORTED || error.code.startsWith('STORE_')) throw error
    return recordFailure(context, look, row, error)
  }
}

const OUTCOMES = { wait: 'waiting', rest: 'rested', off: 'off' } as const satisfies Record<
  Exclude<Plan['do'], 'walk'>,
  WalkResult['outcome']
>

async function walkPages(context: SyncContext, look: Look, row: ModelRow, planned: Checkpoint): Promise<WalkResult> {
  let state = planned
  let restarted = false
  let changed = 0
  const cursors = new Set<string>()
  while (state.walk !== null) {
    const walk: Walk = state.walk
    if (context.clock.now() >= look.until) return { outcome: 'unfinished' }
    if (!(await look.keepLease())) return { outcome: 'fenced' }
    let page: { records: unknown[]; next: string | null }
    try {
      page = await context.gateway.listPage(row, look.token, { after: walk.after, cursor: walk.cursor, caller: look.caller })
    } catch (error) {
      if (!IntegrationError.isInstance(error) || error.code !== ErrorCode.UPSTREAM_CURSOR_INVALID || restarted) throw error
      restarted = true
      // From the first page again: the same cursors will come again, and rightly.
      cursors.clear()
      state = advance(state, { kind: 'cursor_invalid' })
      continue
    }
    if (page.next !== null) {
      if (page.next === walk.cursor || cursors.has(page.next)) {
        throw new IntegrationError(
          ErrorCode.UPSTREAM_PAGINATION_LOOP,
          `Merge's list of ${row.model} returned a cursor that it had returned before; the walk cannot reach its end.`,
          { model: row.model },
        )
      }
      cursors.add(page.next)
    }
    const { records, skipped } = versionRecords(
      page.records,
      { generation: state.generation, page: state.commits },
      context.settings.omit[row.model] ?? [],
    )
    if (skipped > 0)
      context.logger.warn('Records without an id, or too deeply nested, were left out', {
        model: row.model,
        accountId: look.claim.account.id,
        skipped,
      })
    const next = advance(state, { kind: 'page', next: page.next, records: page.records.length, now: context.clock.now() })
    const committed = await commit(context, look, row, records, next, walk.kind === 'sweep' ? sweepOf(state, walk, page.next) : undefined)
    if (committed === 'fenced') return { outcome: 'fenced' }
    changed += committed.changed
    tell(context, look, row, walk, { records: page.records.length, pageChanged: committed.changed, changed, done: next.walk === null })
    state = next
  }
  return { outcome: 'walked' }
}

/** The last page of a sweep also retires what no sweep has seen twice in a row. */
function sweepOf(state: Checkpoint, walk: Walk, next: string | null): NonNullable<Page['sweep']> {
  return { number: state.sweep, ...(next === null ? { retire: { olderThan: walk.nextLow * 1000 } } : {}) }
}

function commit(context: SyncContext, look: Look, row: ModelRow, records: Page['records'], state: Checkpoint, sweep?: Page['sweep']) {
  return context.storage.commit({
    accountId: look.claim.account.id,
    fence: look.claim.fence,
    model: row.model,
    records,
    checkpoint: JSON.stringify(state),
    ...(sweep ? { sweep } : {}),
  })
}

async function recordFailure(context: SyncContext, look: Look, row: ModelRow, error: IntegrationError): Promise<WalkResult> {
  const { account } = look.claim
  // Read anew: pages of this walk may have been stored before it failed.
  const stored = await context.storage.get({ id: account.id, organizationId: account.organizationId })
  const state = advance(readCheckpoint(stored?.models[row.model]?.checkpoint), { kind: 'failed', code: error.code })
  if ((await commit(context, look, row, [], state)) === 'fenced') return { outcome: 'fenced' }
  context.events('sync.problem', {
    accountId: account.id,
    organizationId: account.organizationId,
    model: row.model,
    code: error.code,
    message: error.message,
  })
  return { outcome: 'failed', error }
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
