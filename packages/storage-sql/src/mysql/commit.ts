import type { Committed, Page } from '@connect-integration/server/storage'
import type { Value } from '../rows.ts'
import { storedOrNull, toStored } from '../text.ts'
import type { Statements } from './connection.ts'
import { toHash, toKey } from './keys.ts'
import { batches } from './packets.ts'
import { type Change, plan } from './plan.ts'
import type { Sql } from './statements.ts'

/**
 * One page, inside a transaction that locks the account's row before anything else. Everything is decided before the first write: what is
 * unchanged is not written, and a page that is held back leaves no trace. A round trip each, however many records: lock,
 * versions, records, missing, model. `time` is the clock's, or `null` for the database's own.
 */
export async function commit(database: Statements, sql: Sql, page: Page, time: number | null): Promise<Committed | 'fenced' | 'held'> {
  const accountId = toStored(page.accountId)
  const account = await database.first(sql.accountAndModel, time, toStored(page.model), accountId)
  if (!account || account.status === 'deleted' || Number(account.fence) !== page.fence) return 'fenced'

  const known = account.model_key === null ? null : Number(account.model_key)
  const { ids, changes, retired, deleted } = await plan(database, sql, known, page)
  if (deleted > (page.deleteAtMost ?? Number.POSITIVE_INFINITY)) return 'held'

  const key = known ?? (await insertModel(database, sql, accountId, page.model))
  const model: Model = { key, seq: Number(account.seq ?? 0), records: Number(account.records ?? 0) }
  await store(database, sql, model, page.fence, changes)
  await mark(database, sql, model, ids, page.sweep?.number, known !== null)
  await retire(database, sql, model, retired)
  if (page.sweep?.retire) await markMissing(database, sql, model, page.sweep.number)

  const changed = changes.length + retired.length
  const checkpoint = storedOrNull(page.checkpoint)
  if (changed > 0 || checkpoint !== account.checkpoint) await database.run(sql.updateModel, checkpoint, model.seq, model.records, model.key)
  if (page.release) {
    const { delayMs, dirtySeen } = page.release
    const now = Number(account.now)
    const due = Number(account.dirty) > dirtySeen ? now : delayMs === null ? null : Math.floor(now + delayMs)
    await database.run(sql.release, due, due === null ? null : now, accountId)
  }
  return { changed, deleted, seq: model.seq }
}

interface Model {
  readonly key: number
  seq: number
  /** Live ones. */
  records: number
}

async function insertModel(database: Statements, sql: Sql, accountId: string, name: string): Promise<number> {
  const model = toKey('The name of a model', name)
  await database.run(sql.insertModel, accountId, model)
  return Number((await database.first(sql.modelKey, accountId, model))?.model_key)
}

async function store(database: Statements, sql: Sql, model: Model, fence: number, changes: readonly Change[]) {
  const toRow = ({ id, record, stored }: Change) => {
    const { generation, modifiedAt, page, deleted, hash, data } = record
    model.seq += 1
    model.records += Number(!deleted) - Number(stored?.live ?? false)
    return [id, model.seq, generation, modifiedAt, page, Number(deleted), toHash(toStored(hash)), toStored(data)]
  }
  for (const { json } of batches(changes, toRow, database.session)) await database.run(sql.storeRecords, model.key, fence, json)
}

/** Marks every record of the page as seen in this sweep, if it is one, and as not missing in any case. */
async function mark(database: Statements, sql: Sql, model: Model, ids: readonly string[], sweep: number | undefined, wasKnown: boolean) {
  const all = batches(ids, (id) => [id], database.session)
  if (sweep !== undefined) {
    await database.run(sql.forgetSeen, model.key, sweep)
    for (const { json } of all) await database.run(sql.markSeen, model.key, sweep, json)
  }
  if (wasKnown) for (const { json } of all) await database.run(sql.clearMissing, json, model.key)
}

async function retire(database: Statements, sql: Sql, model: Model, retired: readonly string[]) {
  const first = model.seq + 1
  for (const { json } of batches(retired, (id, place) => [id, first + place], database.session)) {
    await database.run(sql.retire, json, model.key)
  }
  model.seq += retired.length
  model.records -= retired.length
}

/** Remembers what this sweep missed, for the next one. */
async function markMissing(database: Statements, sql: Sql, model: Model, sweep: number) {
  const values: Value[] = [sweep, model.key, sweep]
  await database.run(sql.markMissing, ...values)
  await database.run(sql.forgetMissing, model.key, sweep)
}
