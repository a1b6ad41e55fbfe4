import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Committed, Page, VersionedRecord } from '../storage/port.ts'
import { advance } from './advance.ts'
import type { Checkpoint, Quarantined } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import type { Look } from './look.ts'
import { sinkChange, writeToSink } from './sink.ts'

/** Small accounts change as a whole without anything being wrong. */
const HARMLESS_DELETIONS = 50

/**
 * Stores one page: first the sink, then records and checkpoint in one commit. `'fenced'`: somebody else has the account, nothing was written.
 * Throws `SYNC_SINK_FAILED`, or `SYNC_MASS_DELETION` when too large a share of the model would go; both leave the walk where it was.
 * A record that the store refuses for good is put into quarantine, and the others are stored.
 */
export async function storePage(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  page: { records: readonly VersionedRecord[]; before: Checkpoint; after: Checkpoint; sweep?: NonNullable<Page['sweep']> },
): Promise<(Committed & { checkpoint: Checkpoint }) | 'fenced'> {
  const { settings } = context
  if (settings.sink) await sendToSink(context, look, row, page.records)
  const kept = settings.store === 'versions' ? page.records.map((record) => ({ ...record, data: 'null' })) : page.records
  const guard = deletionGuard(context, look, row, page.before)
  const base: Omit<Page, 'records' | 'checkpoint'> = {
    accountId: look.claim.account.id,
    fence: look.claim.fence,
    model: row.model,
    ...(page.sweep ? { sweep: page.sweep } : {}),
    ...(guard === null ? {} : { deleteAtMost: guard }),
  }
  const accepted = (records: readonly VersionedRecord[]): Checkpoint =>
    page.before.quarantine.length === 0
      ? page.after
      : advance(page.after, { kind: 'quarantined', refused: [], accepted: records.map((record) => record.id) })

  const commit = async (records: readonly VersionedRecord[], checkpoint: Checkpoint) => {
    const answer = await context.storage.commit({ ...base, records, checkpoint: JSON.stringify(checkpoint) })
    if (answer === 'held') throw await held(context, look, row, page.before)
    return answer === 'fenced' ? answer : { ...answer, checkpoint }
  }
  try {
    return await commit(kept, accepted(kept))
  } catch (error) {
    if (!mayBeRefusal(error) || kept.length === 0) throw error
    // Does the store take anything at all? If it does not, the records are not to blame, and this throws.
    const empty = await context.storage.commit({ ...withoutSweep(base), records: [], checkpoint: JSON.stringify(page.before) })
    const refused = empty === 'fenced' ? empty : await findRefused(context, base, kept, page.before)
    if (refused === 'fenced') return refused
    if (refused.length === 0) throw error
    context.logger.error('Records that the store refuses were put into quarantine', {
      model: row.model,
      accountId: base.accountId,
      records: refused.length,
    })
    const ids = new Set(refused.map((record) => record.id))
    const rest = kept.filter((record) => !ids.has(record.id))
    return commit(rest, advance(accepted(rest), { kind: 'quarantined', refused, accepted: [] }))
  }
}

/** The tombstones that a sweep's last commit made are known to the store only; they follow after it, and again after a crash. */
export async function sendRetiredToSink(context: SyncContext, look: Look, row: ModelRow, after: number): Promise<void> {
  const { account } = look.claim
  for (let from: number | null = after; from !== null; ) {
    const page = await context.storage.changes({ accountId: account.id, model: row.model, after: from, limit: 500 })
    const gone = page.changes.filter((change) => change.op === 'delete').map((change) => sinkChange({ ...change, deleted: true }))
    await write(context, look, row, gone)
    from = page.next
  }
}

function sendToSink(context: SyncContext, look: Look, row: ModelRow, records: readonly VersionedRecord[]): Promise<void> {
  return write(context, look, row, records.map(sinkChange))
}

async function write(context: SyncContext, look: Look, row: ModelRow, changes: ReturnType<typeof sinkChange>[]): Promise<void> {
  if (!context.settings.sink) return
  const { id: accountId, organizationId, userId } = look.claim.account
  await writeToSink(
    context.settings.sink,
    { accountId, organizationId, userId, model: row.model, changes },
    { ...context, signal: look.caller.signal },
  )
}

/** How many live records this page may still turn into tombstones; `null`: any number. */
function deletionGuard(context: SyncContext, look: Look, row: ModelRow, state: Checkpoint): number | null {
  const share = context.settings.massDeletion
  if (share === false || state.walk === null) return null
  const confirmed = look.confirmedDeletions(row)
  if (confirmed !== null && confirmed >= (state.heldSince ?? state.walk.startedAt)) return null
  return Math.max(0, Math.max(HARMLESS_DELETIONS, Math.floor(state.walk.live * share)) - state.walk.deleted)
}

async function held(context: SyncContext, look: Look, row: ModelRow, before: Checkpoint): Promise<IntegrationError> {
  const { account } = look.claim
  const checkpoint = advance(before, { kind: 'held', now: context.clock.now() })
  await context.storage.commit({
    accountId: account.id,
    fence: look.claim.fence,
    model: row.model,
    records: [],
    checkpoint: JSON.stringify(checkpoint),
  })
  return new IntegrationError(
    ErrorCode.SYNC_MASS_DELETION,
    `More of ${row.model} would be deleted at once than "sync.massDeletion" allows (${before.walk?.live} records are stored). If that is right, call account.confirmDeletions('${row.model}').`,
    { accountId: account.id, model: row.model },
  )
}

/** Failures of the network, the disk or a lock are not; what is left may lie in a record. */
function mayBeRefusal(error: unknown): boolean {
  return !(IntegrationError.isInstance(error) && (error.retryable || error.code === ErrorCode.SYNC_MASS_DELETION))
}

type Place = Omit<Page, 'records' | 'checkpoint'>

function withoutSweep({ sweep: _, ...page }: Place): Place {
  return page
}

/** Halves the page until what the store refuses stands alone. Everything is committed under the old checkpoint: the walk has not moved yet. */
async function findRefused(
  context: SyncContext,
  base: Place,
  records: readonly VersionedRecord[],
  before: Checkpoint,
): Promise<Quarantined[] | 'fenced'> {
  try {
    const answer = await context.storage.commit({ ...withoutSweep(base), records, checkpoint: JSON.stringify(before) })
    return answer === 'fenced' ? 'fenced' : []
  } catch (error) {
    const [first] = records
    if (!mayBeRefusal(error) || first === undefined) throw error
    if (records.length === 1)
      return [{ id: first.id, modifiedAt: first.modifiedAt, code: IntegrationError.isInstance(error) ? error.code : 'UNEXPECTED' }]
    const middle = Math.ceil(records.length / 2)
    const left = await findRefused(context, base, records.slice(0, middle), before)
    if (left === 'fenced') return 'fenced'
    const right = await findRefused(context, base, records.slice(middle), before)
    return right === 'fenced' ? 'fenced' : [...left, ...right]
  }
}
