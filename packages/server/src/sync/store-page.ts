import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Committed, Page, VersionedRecord } from '../storage/port.ts'
import { advance } from './advance.ts'
import type { Checkpoint, Quarantined } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { findRefused, mayBeRefusal } from './find-refused.ts'
import type { Look } from './look.ts'
import { withoutData } from './shape.ts'
import { type SinkChange, sinkChange, writeToSink } from './sink.ts'
import type { Versioned } from './version-records.ts'

/** Small accounts change as a whole without anything being wrong. */
const HARMLESS_DELETIONS = 50

export interface PageToStore extends Pick<Versioned, 'records' | 'unreadable'> {
  before: Checkpoint
  /** The checkpoint behind this page, when so many of its records had to be left out. */
  after: (leftOut: number) => Checkpoint
  /** Where the model's change feed stands. */
  seq: number
  sweep?: NonNullable<Page['sweep']>
}

/**
 * Stores one page. A sink hears of upserts before the commit, so that none is missed, and of deletions after it, from the change feed: so it never
 * hears of one that the guard then holds. That it is owed them stands in the checkpoint of the same commit: {@link tellDeletions} pays, also after a crash.
 *
 * `'fenced'`: another worker has the account, nothing was written. Throws `SYNC_SINK_FAILED`, or `SYNC_MASS_DELETION` when too large a share of
 * the model would go; both leave the walk where it was. A record that the store refuses for good is put into quarantine, and the others are stored.
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
  const unsunk = before.unsunk ?? (owesDeletions(context, page) ? page.seq : null)
  const sum = { changed: 0, deleted: 0 }

  async function commit(records: readonly VersionedRecord[], state: Checkpoint, sweep?: Page['sweep']): Promise<Committed | 'fenced'> {
    const answer = await context.storage.commit({
      accountId: look.claim.account.id,
      fence: look.claim.fence,
      model: row.model,
      records,
      checkpoint: JSON.stringify({ ...state, unsunk }),
      ...(sweep ? { sweep } : {}),
      ...(guard === null ? {} : { deleteAtMost: Math.max(0, guard - sum.deleted) }),
    })
    if (answer === 'held') throw await held(context, look, row, { ...before, unsunk: sum.deleted > 0 ? unsunk : before.unsunk })
    if (answer === 'fenced') return answer
    sum.changed += answer.changed
    sum.deleted += answer.deleted
    return { ...answer, ...sum }
  }

  /** `stored`: the records that are stored with this, or were in pieces before it. */
  async function finish(records: readonly VersionedRecord[], refused: readonly Quarantined[], stored = records) {
    const accepted = before.quarantine.length === 0 ? [] : stored.filter((record) => isAsNew(record, before)).map((record) => record.id)
    const checkpoint = advance(page.after(refused.length), { kind: 'quarantined', refused, accepted })
    const answer = await commit(records, checkpoint, refused.length > 0 && page.sweep ? { number: page.sweep.number } : page.sweep)
    return answer === 'fenced' ? answer : { ...answer, checkpoint: { ...checkpoint, unsunk } }
  }

  async function afterPieces() {
    // A full sync has to know of each that it met it.
    if (page.sweep) {
      for (const record of kept) if ((await commit([record], before, { number: page.sweep.number })) === 'fenced') return 'fenced' as const
    }
    return finish([], unreadable, kept)
  }

  if (settings.sink) {
    await write(context, look, row, page.records.filter((record) => !record.deleted).map(sinkChange), before.generation)
    // A store that is not atomic may keep the deletions of a page and not its checkpoint: there the debt is written down first.
    const apart = unsunk !== null && before.unsunk === null && context.storage.profile === 'ordered'
    if (apart && (await commit([], before)) === 'fenced') return 'fenced'
  }
  const left = { at: look.now(), commit: before.commits }
  const unreadable = page.unreadable.map((record) => ({ ...record, ...left, code: 'NESTED_TOO_DEEPLY' }))
  try {
    return await finish(kept, unreadable)
  } catch (error) {
    if (!mayBeRefusal(error) || kept.length === 0) throw error
    // Does the store take anything at all? If it does not, the records are not to blame, and this throws.
    if ((await commit([], before)) === 'fenced') return 'fenced'
    // Everything is committed under the old checkpoint: the walk has not moved yet.
    const refused = await findRefused(kept, (records) => commit(records, before))
    if (refused === 'fenced') return refused
    // Too much at once, and nothing that is refused by itself: all of it is stored now, in pieces.
    if (refused.length === 0) return await afterPieces()
    context.logger.error('Records that the store refuses were put into quarantine', {
      model: row.model,
      accountId: look.claim.account.id,
      records: refused.length,
    })
    const ids = new Set(refused.map((record) => record.id))
    return finish(
      kept.filter((record) => !ids.has(record.id)),
      [...unreadable, ...refused.map((record) => ({ ...record, ...left }))],
    )
  }
}

/** Whether this page can make tombstones that a sink has to hear of. */
function owesDeletions({ settings }: SyncContext, page: PageToStore): boolean {
  return settings.sink !== undefined && (page.sweep?.retire !== undefined || page.records.some((record) => record.deleted))
}

/**
 * Tells the sink the deletions that it is owed, from the change feed, and resolves with the checkpoint without the debt, which the caller writes down
 * with whatever it commits next: until then they are told again, at least once. Throws `SYNC_SINK_FAILED`.
 */
export async function tellDeletions(context: SyncContext, look: Look, row: ModelRow, state: Checkpoint): Promise<Checkpoint> {
  for (let from = state.unsunk; from !== null; ) {
    const page = await context.storage.changes({ accountId: look.claim.account.id, model: row.model, after: from, limit: 500 })
    const gone = page.changes.filter((change) => change.op === 'delete').map((change) => sinkChange({ ...change, deleted: true }))
    await write(context, look, row, gone, state.generation)
    from = page.next
  }
  return advance(state, { kind: 'sunk' })
}

/** An older version of a record in quarantine does not stand in for the one that was left out. */
function isAsNew(record: VersionedRecord, { quarantine }: Checkpoint): boolean {
  return !quarantine.some(({ id, modifiedAt }) => id === record.id && record.modifiedAt < modifiedAt)
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
  // What another company's data replaces goes as a whole; and what was held and then confirmed goes too.
  if (state.owed > 0 || (state.held && look.confirmedDeletions(row) >= state.holds)) return null
  return Math.max(0, Math.max(HARMLESS_DELETIONS, Math.floor(state.walk.live * share)) - state.walk.deleted)
}

async function held(context: SyncContext, look: Look, row: ModelRow, before: Checkpoint): Promise<IntegrationError> {
  const { account } = look.claim
  const checkpoint = advance(before, { kind: 'held', confirmed: look.confirmedDeletions(row) })
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
