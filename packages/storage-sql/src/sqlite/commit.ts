import type { Committed, Page } from '@connect-integration/server/storage'
import { storedOrNull, toStored } from '../text.ts'
import type { Statements } from './connection.ts'
import { type Change, plan } from './plan.ts'
import type { Sql } from './statements.ts'

/**
 * One page, inside a transaction that holds the write lock. Everything is decided before the first write: what is unchanged is not
 * written, so that a full read of a hundred thousand unchanged records costs no disk, and a page that is held back leaves no trace.
 */
export function commit(database: Statements, sql: Sql, page: Page, now: number): Committed | 'fenced' | 'held' {
  const accountId = toStored(page.accountId)
  const account = database.first(sql.fence, accountId)
  if (!account || account.status === 'deleted' || Number(account.fence) !== page.fence) return 'fenced'

  const name = toStored(page.model)
  const known = database.first(sql.model, accountId, name)
  const { ids, changes, retired, deleted } = plan(database, sql, known ? Number(known.model_key) : null, page)
  if (deleted > (page.deleteAtMost ?? Number.POSITIVE_INFINITY)) return 'held'

  const before = known ?? database.first(sql.insertModel, accountId, name)
  const model: Model = { key: Number(before?.model_key), seq: Number(before?.seq), records: Number(before?.records) }
  for (const change of changes) store(database, sql, model, page.fence, change)
  mark(database, sql, model, ids, page.sweep?.number)
  for (const key of retired) retire(database, sql, model, key)
  if (page.sweep?.retire) markMissing(database, sql, model, page.sweep.number)

  const changed = changes.length + retired.length
  const checkpoint = storedOrNull(page.checkpoint)
  if (changed > 0 || checkpoint !== before?.checkpoint) {
    database.run(sql.updateModel, checkpoint, model.seq, model.records, model.key)
  }
  if (page.release) {
    const { delayMs, dirtySeen } = page.release
    const due = Number(account.dirty) > dirtySeen ? now : delayMs === null ? null : Math.floor(now + delayMs)
    database.run(sql.release, due, due === null ? null : now, accountId)
  }
  return { changed, deleted, seq: model.seq }
}

interface Model {
  readonly key: number
  seq: number
  /** Live ones. */
  records: number
}

function store(database: Statements, sql: Sql, model: Model, fence: number, { id, record, stored }: Change) {
  const { generation, modifiedAt, page, deleted, hash, data } = record
  model.seq += 1
  model.records += Number(!deleted) - Number(stored?.live ?? false)
  const row = [model.seq, generation, modifiedAt, fence, page, Number(deleted), toStored(hash), toStored(data)]
  if (stored) database.run(sql.updateRecord, ...row, stored.key)
  else database.run(sql.insertRecord, model.key, id, ...row)
}

/** Marks every record of the page as seen in this sweep, if it is one, and as not missing in any case. */
function mark(database: Statements, sql: Sql, model: Model, ids: string, sweep: number | undefined) {
  if (sweep !== undefined) {
    database.run(sql.forgetSeen, model.key, sweep)
    database.run(sql.markSeen, model.key, sweep, ids)
  }
  if (database.first(sql.anyMissing, model.key)) database.run(sql.clearMissing, model.key, ids)
}

function retire(database: Statements, sql: Sql, model: Model, key: number) {
  model.seq += 1
  model.records -= 1
  database.run(sql.retire, model.seq, key)
}

/** Remembers what this sweep missed, for the next one. */
function markMissing(database: Statements, sql: Sql, model: Model, sweep: number) {
  database.run(sql.markMissing, sweep, model.key, sweep)
  database.run(sql.forgetMissing, model.key, sweep)
}
