import { parseJson } from '../merge/parse-json.ts'
import type { Change, Committed, VersionedRecord } from '../storage/port.ts'
import { ACCOUNT } from './account-checkpoint.ts'
import { advance } from './advance.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { findRefused, mayBeRefusal } from './find-refused.ts'
import type { Look } from './look.ts'
import { hashOf, NO_DATA, shapeOf, withoutData } from './shape.ts'

const ROWS_AT_A_TIME = 100

type Reshaping = Pick<Look, 'claim' | 'isOver' | 'keepLease'>

/**
 * Takes out of every stored row what `sync.omit` names since the row was written, and the data of all of them where only versions are to be
 * kept. Of every row: one that Merge does not list any more, and a tombstone above all, is never met by a pass again. Also of models that are
 * not synced any more. Merge is not asked, so it is done for a broken connection too.
 *
 * Each row that changes gets the next number of the change feed, so whoever follows it hears of the new content. Goes on where it was stopped, at
 * most {@link ROWS_AT_A_TIME} rows in one commit. `'unfinished'`: the time is over. `'fenced'`: another worker has the account now.
 */
export async function reshapeRows(context: SyncContext, look: Reshaping): Promise<'done' | 'unfinished' | 'fenced'> {
  for (const [model, stored] of Object.entries(look.claim.account.models)) {
    if (model === ACCOUNT) continue
    const outcome = await reshapeModel(context, look, model, readCheckpoint(stored.checkpoint), stored.seq)
    if (outcome !== 'done') return outcome
  }
  return 'done'
}

async function reshapeModel(
  context: SyncContext,
  look: Reshaping,
  model: string,
  before: Checkpoint,
  seq: number,
): Promise<'done' | 'unfinished' | 'fenced'> {
  const shape = shapeOf(context, model)
  // Of a row in the middle of a rebuild nothing tells whether it is of the generation before, and written as one of this it would outrank what is to come.
  if (before.shape === shape || seq === 0 || before.walk?.raises === true) return 'done'
  const { id: accountId } = look.claim.account
  const begun = before.reshape?.shape === shape ? before.reshape : { after: 0, until: seq, refused: false }
  let state = before
  let { refused } = begun
  for (let after: number | null = begun.after; after !== null; ) {
    if (look.isOver()) return 'unfinished'
    if (!(await look.keepLease(false))) return 'fenced'
    const page = await context.storage.changes({ accountId, model, after, limit: ROWS_AT_A_TIME })
    const records = page.changes.filter((change) => change.seq <= begun.until).flatMap((change) => reshaped(context, model, state, change))
    const last = page.changes.at(-1)?.seq ?? begun.until
    after = page.next === null || last >= begun.until ? null : page.next
    const next = after
    const reshapedState = () => advance(state, { kind: 'reshaped', shape, until: begun.until, after: next, refused })
    const commit = (some: readonly VersionedRecord[], text: string | null) =>
      context.storage.commit({ accountId, fence: look.claim.fence, model, records: some, checkpoint: text }) as Promise<
        Committed | 'fenced'
      >
    const answer = await commit(records, JSON.stringify(reshapedState())).catch(async (error) => {
      const left = await storeWithoutRefused(context, look, model, records, error, commit)
      if (left === 'fenced') return left
      refused ||= left > 0
      return commit([], JSON.stringify(reshapedState()))
    })
    if (answer === 'fenced') return answer
    // The claim is what the passes of this look begin with.
    const { account } = look.claim
    state = reshapedState()
    account.models[model] = { records: account.models[model]?.records ?? 0, seq: answer.seq, checkpoint: JSON.stringify(state) }
  }
  return 'done'
}

/**
 * A row that the store does not take again must not keep all others as they were. It stays as it is for now, which is told in the log. Resolves with how
 * many these are.
 */
async function storeWithoutRefused(
  context: SyncContext,
  { claim }: Reshaping,
  model: string,
  records: readonly VersionedRecord[],
  error: unknown,
  commit: (some: readonly VersionedRecord[], text: string | null) => Promise<Committed | 'fenced'>,
): Promise<number | 'fenced'> {
  if (!mayBeRefusal(error) || records.length === 0) throw error
  const before = claim.account.models[model]?.checkpoint ?? null
  if ((await commit([], before)) === 'fenced') return 'fenced'
  const refused = await findRefused(records, (some) => commit(some, before))
  if (refused === 'fenced') return refused
  if (refused.length > 0)
    context.logger.error(
      'Stored records keep fields that "sync.omit" names, because the store refuses to write them again; it is tried again',
      {
        model,
        accountId: claim.account.id,
        records: refused.length,
      },
    )
  return refused.length
}

/** The row as it is to be kept, of the same age; none when it is so already. */
function reshaped(context: SyncContext, model: string, state: Checkpoint, change: Change): VersionedRecord[] {
  if (change.data === NO_DATA) return []
  const { id, modifiedAt } = change
  const omit = context.settings.omit[model] ?? []
  // Read as an answer of Merge's is, so that a number of twenty digits keeps all of them.
  const fields = parseJson(change.data) as Record<string, unknown>
  const superfluous = omit.filter((field) => Object.hasOwn(fields, field))
  if (context.settings.store === 'records' && superfluous.length === 0) return []
  for (const field of superfluous) delete fields[field]
  const data = written(fields)
  if (data === null) return []
  const record = {
    id,
    modifiedAt,
    // One that was left out is not of this generation yet: it must not outrank itself when it comes.
    generation: state.quarantine.some((record) => record.id === id) ? Math.max(0, state.generation - 1) : state.generation,
    page: state.commits,
    deleted: change.op === 'delete',
    data,
    hash: hashOf(data),
  }
  return [context.settings.store === 'versions' ? withoutData(record) : record]
}

/** `null`: nested so deeply that it cannot be written as JSON again. */
function written(fields: Record<string, unknown>): string | null {
  try {
    return JSON.stringify(fields)
  } catch {
    return null
  }
}
