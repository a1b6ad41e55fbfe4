import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Committed, Page, VersionedRecord } from '../storage/port.ts'
import { advance } from './advance.ts'
import type { Checkpoint, Quarantined } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { findRefused, mayBeRefusal } from './find-refused.ts'
import type { Look } from './look.ts'
import { type SinkChange, sinkChange, writeToSink } from './sink.ts'
import type { Versioned } from './version-records.ts'

/** Small accounts change as a whole without anything being wrong. */
const HARMLESS_DELETIONS = 50

export interface PageToStore extends Pick<Versioned, 'records' | 'unreadable'> {
  before: Checkpoint
  after: Checkpoint
  sweep?: NonNullable<Page['sweep']>
}

/**
 * Stores one page: first the sink, then records and checkpoint in one commit. `'fenced'`: somebody else has the account, nothing was written.
 * Throws `SYNC_SINK_FAILED`, or `SYNC_MASS_DELETION` when too large a share of the model would go; both leave the walk where it was.
 * A record that the store refuses for good is put into quarantine, and the others are stored.
 */
export async function storePage(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  page: PageToStore,
): Promise<(Committed & { checkpoint: Checkpoint }) | 'fenced'> {
  const { settings } = context
  const { before } = page
  const kept = settings.store === 'versions' ? page.records.map(withoutData) : page.records
  const guard = deletionGuard(context, look, row, before)
  const sum = { changed: 0, deleted: 0 }

  async function commit(records: readonly VersionedRecord[], checkpoint: Checkpoint, sweep?: Page['sweep']): Promise<Committed | 'fenced'> {
    const answer = await context.storage.commit({
      accountId: look.claim.account.id,
      fence: look.claim.fence,
      model: row.model,
      records,
      checkpoint: JSON.stringify(checkpoint),
      ...(sweep ? { sweep } : {}),
      ...(guard === null ? {} : { deleteAtMost: Math.max(0, guard - sum.deleted) }),
    })
    if (answer === 'held') throw await held(context, look, row, before)
    if (answer === 'fenced') return answer
    sum.changed += answer.changed
    sum.deleted += answer.deleted
    return { ...answer, ...sum }
  }

  async function finish(records: readonly VersionedRecord[], refused: readonly Quarantined[]) {
    const accepted = before.quarantine.length === 0 ? [] : records.filter((record) => isAsNew(record, before)).map((record) => record.id)
    const checkpoint = advance(page.after, { kind: 'quarantined', refused, accepted })
    const answer = await commit(records, checkpoint, refused.length > 0 && page.sweep ? { number: page.sweep.number } : page.sweep)
    return answer === 'fenced' ? answer : { ...answer, checkpoint }
  }

  if (settings.sink) {
    // A sink cannot take back what it was told, so the guard is asked first: the deletions alone, under the old checkpoint.
    const gone = guard === null ? [] : kept.filter((record) => record.deleted)
    const asked = gone.length === 0 ? null : await commit(gone, before).catch(unlessRefused)
    if (asked === 'fenced') return asked
    await sendToSink(context, look, row, page.records, before.generation)
  }
  const at = context.clock.now()
  const unreadable = page.unreadable.map((record) => ({ ...record, at, code: 'NESTED_TOO_DEEPLY' }))
  try {
    return await finish(kept, unreadable)
  } catch (error) {
    if (!mayBeRefusal(error) || kept.length === 0) throw error
    // Does the store take anything at all? If it does not, the records are not to blame, and this throws.
    if ((await commit([], before)) === 'fenced') return 'fenced'
    // Everything is committed under the old checkpoint: the walk has not moved yet.
    const refused = await findRefused(kept, (records) => commit(records, before))
    if (refused === 'fenced') return refused
    if (refused.length === 0) throw error
    context.logger.error('Records that the store refuses were put into quarantine', {
      model: row.model,
      accountId: look.claim.account.id,
      records: refused.length,
    })
    const ids = new Set(refused.map((record) => record.id))
    return finish(
      kept.filter((record) => !ids.has(record.id)),
      [...unreadable, ...refused.map((record) => ({ ...record, at }))],
    )
  }
}

/** The tombstones that a sweep's last commit made are known to the store only; they follow after it, and again after a crash. */
export async function sendRetiredToSink(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  since: { seq: number; generation: number },
): Promise<void> {
  const { account } = look.claim
  for (let from: number | null = since.seq; from !== null; ) {
    const page = await context.storage.changes({ accountId: account.id, model: row.model, after: from, limit: 500 })
    const gone = page.changes.filter((change) => change.op === 'delete').map((change) => sinkChange({ ...change, deleted: true }))
    await write(context, look, row, gone, since.generation)
    from = page.next
  }
}

/** An older version of a record in quarantine does not stand in for the one that was left out. */
function isAsNew(record: VersionedRecord, { quarantine }: Checkpoint): boolean {
  return !quarantine.some(({ id, modifiedAt }) => id === record.id && record.modifiedAt < modifiedAt)
}

/** Its hash is one that no record with data has, so that the switch between the two ways of storing rewrites every row. */
function withoutData(record: VersionedRecord): VersionedRecord {
  return { ...record, data: 'null', hash: `~${record.hash.slice(1)}` }
}

/** What the store may refuse for good is found out by the commit proper, which puts it into quarantine. */
function unlessRefused(error: unknown): null {
  if (mayBeRefusal(error)) return null
  throw error
}

function sendToSink(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  records: readonly VersionedRecord[],
  generation: number,
): Promise<void> {
  return write(context, look, row, records.map(sinkChange), generation)
}

async function write(context: SyncContext, look: Look, row: ModelRow, changes: SinkChange[], generation: number): Promise<void> {
  if (!context.settings.sink) return
  const { id: accountId, organizationId, userId } = look.claim.account
  await writeToSink(
    context.settings.sink,
    { accountId, organizationId, userId, model: row.model, generation, changes },
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
