import type { Page, VersionedRecord } from '@connect-integration/server/storage'
import { toStored } from '../text.ts'
import { newestOfEachId, overwrites, type Stored } from '../versions.ts'
import type { Statements } from './connection.ts'
import type { Sql } from './statements.ts'

/** What a page will do, decided before anything is written. Ids are spelled as they are stored. */
export interface Plan {
  /** Every id of the page, changed or not, as a JSON array: one parameter stands for all of them. */
  readonly ids: string
  readonly changes: readonly Change[]
  /** Keys of the rows that the sweep retires, in order of `seq`. */
  readonly retired: readonly number[]
  /** Live rows that become tombstones by all this. */
  readonly deleted: number
}

export interface Change {
  readonly id: string
  readonly record: VersionedRecord
  /** Absent: a new row. */
  readonly stored: StoredRow | undefined
}

interface StoredRow extends Stored {
  readonly key: number
}

/** Needs the write lock, so that it stays true. `model` is the model's key, `null` when nothing of it is stored yet. */
export function plan(database: Statements, sql: Sql, model: number | null, page: Page): Plan {
  const incoming = newestOfEachId(page.records, toStored)
  const ids = JSON.stringify([...incoming.keys()])
  const known = storedVersions(database, sql, model, ids)
  const changes: Change[] = []
  let place = 0
  for (const [id, record] of incoming) {
    const stored = known.get(place++)
    if (!stored || overwrites(record, toStored(record.hash), page.fence, stored)) changes.push({ id, record, stored })
  }
  const retired = retirable(database, sql, model, page.sweep, incoming)
  const deleted = changes.filter(({ record, stored }) => record.deleted && stored?.live).length + retired.length
  return { ids, changes, retired, deleted }
}

/**
 * By place in `ids`. One read for all: a statement for each record would cost more than half as much again as writing it does,
 * and so would an object of node:sqlite for each row.
 */
function storedVersions(database: Statements, sql: Sql, model: number | null, ids: string): Map<number, StoredRow> {
  const rows = JSON.parse(String(database.first(sql.versions, ids, model)?.versions)) as VersionRow[]
  return new Map(
    rows.map(([place, key, generation, modifiedAt, fence, page, deleted, hash]) => [
      place,
      { key, generation, modifiedAt, fence, page, live: deleted === 0, hash },
    ]),
  )
}

type VersionRow = [
  place: number,
  key: number,
  generation: number,
  modifiedAt: number,
  fence: number,
  page: number,
  deleted: number,
  hash: string,
]

/** What this sweep and the one before it have missed; what the page itself brings is not missing. */
function retirable(database: Statements, sql: Sql, model: number | null, sweep: Page['sweep'], incoming: ReadonlyMap<string, unknown>) {
  if (!sweep?.retire) return []
  const rows = database.all(sql.retirable, model, sweep.number, sweep.retire.olderThan, sweep.number)
  return rows.filter(({ id }) => !incoming.has(String(id))).map(({ record_key }) => Number(record_key))
}
