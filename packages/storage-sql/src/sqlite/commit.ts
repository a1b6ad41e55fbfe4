import type { Page, VersionedRecord } from '@connect-integration/server/storage'
import { storedOrNull, toStored } from '../text.ts'
import type { Row, Statements } from './connection.ts'
import type { Sql } from './statements.ts'

/**
 * One page, inside a transaction that holds the write lock. What is unchanged is read and not written,
 * so that a full read of a hundred thousand unchanged records costs no disk.
 */
export function commit(database: Statements, sql: Sql, page: Page, now: number): { changed: number; seq: number } | 'fenced' {
  const accountId = toStored(page.accountId)
  const account = database.first(sql.fence, accountId)
  if (!account || account.status === 'deleted' || Number(account.fence) !== page.fence) return 'fenced'

  const name = toStored(page.model)
  const stored = database.first(sql.model, accountId, name) ?? database.first(sql.insertModel, accountId, name)
  const model: Model = { key: Number(stored?.model_key), seq: Number(stored?.seq), records: Number(stored?.records) }
  const before = { ...model }

  const records = newestOfEachId(page.records)
  for (const record of records) store(database, sql, model, record, page.fence)
  mark(database, sql, model, records, page.sweep?.number)
  if (page.sweep?.retire) retire(database, sql, model, page.sweep.number, page.sweep.retire.olderThan)

  const checkpoint = storedOrNull(page.checkpoint)
  if (model.seq !== before.seq || checkpoint !== stored?.checkpoint) {
    database.run(sql.updateModel, checkpoint, model.seq, model.records, model.key)
  }
  if (page.release) {
    const due = Number(account.dirty) > page.release.dirtySeen ? now : page.release.due
    database.run(sql.release, due === null ? null : Math.floor(due), accountId)
  }
  return { changed: model.seq - before.seq, seq: model.seq }
}

interface Model {
  readonly key: number
  seq: number
  /** Live ones. */
  records: number
}

/** An id that occurs twice counts once: the later place wins if its version is at least as new. */
function newestOfEachId(records: readonly VersionedRecord[]): VersionedRecord[] {
  const newest = new Map<string, VersionedRecord>()
  for (const record of records) {
    const other = newest.get(record.id)
    if (!other || compare(record, other) >= 0) newest.set(record.id, record)
  }
  return [...newest.values()]
}

function store(database: Statements, sql: Sql, model: Model, record: VersionedRecord, fence: number) {
  const id = toStored(record.id)
  const stored = database.first(sql.record, model.key, id)
  if (stored && !overwrites(record, fence, stored)) return
  model.seq += 1
  model.records += Number(!record.deleted) - Number(stored?.deleted === 0)
  const { generation, modifiedAt, page, deleted, hash, data } = record
  const row = [model.seq, generation, modifiedAt, fence, page, Number(deleted), toStored(hash), toStored(data)]
  if (stored) database.run(sql.updateRecord, ...row, Number(stored.record_key))
  else database.run(sql.insertRecord, model.key, id, ...row)
}

/** A retired row keeps its hash and differs in `deleted` only; compared too, so that the record can come back. */
function overwrites(record: VersionedRecord, fence: number, stored: Row): boolean {
  if (stored.hash === toStored(record.hash) && Boolean(stored.deleted) === record.deleted) return false
  const older = { generation: Number(stored.generation), modifiedAt: Number(stored.modified_at), page: Number(stored.page) }
  return compare(record, older, fence - Number(stored.fence)) >= 0
}

type Version = Pick<VersionedRecord, 'generation' | 'modifiedAt' | 'page'>

/** By generation, then stamp, then fence, then page: positive when `one` is newer. Within a page the fence is the same. */
function compare(one: Version, other: Version, fences = 0): number {
  return one.generation - other.generation || one.modifiedAt - other.modifiedAt || fences || one.page - other.page
}

/** Marks every record of the page as seen in this sweep, if it is one, and as not missing in any case. */
function mark(database: Statements, sql: Sql, model: Model, records: readonly VersionedRecord[], sweep: number | undefined) {
  if (sweep !== undefined) {
    database.run(sql.forgetSeen, model.key, sweep)
    for (const { id } of records) database.run(sql.markSeen, model.key, sweep, toStored(id))
  }
  if (!database.first(sql.anyMissing, model.key)) return
  for (const { id } of records) database.run(sql.clearMissing, model.key, toStored(id))
}

/** Turns what this sweep and the one before it missed into tombstones, and remembers what only this one missed. */
function retire(database: Statements, sql: Sql, model: Model, sweep: number, olderThan: number) {
  for (const { record_key } of database.all(sql.retirable, model.key, sweep, olderThan)) {
    model.seq += 1
    model.records -= 1
    database.run(sql.retire, model.seq, Number(record_key))
  }
  database.run(sql.markMissing, model.key, sweep)
  database.run(sql.forgetMissing, model.key, sweep)
}
