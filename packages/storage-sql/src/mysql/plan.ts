import type { Page, VersionedRecord } from '@connect-integration/server/storage'
import { toStored } from '../text.ts'
import { newestOfEachId, overwrites, type Stored } from '../versions.ts'
import type { Statements } from './connection.ts'
import { toHash, toKey } from './keys.ts'
import { batches } from './packets.ts'
import type { Sql } from './statements.ts'

/** What a page will do, decided before anything is written. Ids are spelled as they are stored. */
export interface Plan {
  /** Every id of the page, changed or not. */
  readonly ids: readonly string[]
  readonly changes: readonly Change[]
  /** Ids of the rows that the sweep retires, in order of `seq`. */
  readonly retired: readonly string[]
  /** Live rows that become tombstones by all this. */
  readonly deleted: number
}

export interface Change {
  readonly id: string
  readonly record: VersionedRecord
  /** Absent: a new row. */
  readonly stored: Stored | undefined
}

/** Under the account's lock, so that it stays true. `model` is the model's key, `null` when nothing of it is stored yet. */
export async function plan(database: Statements, sql: Sql, model: number | null, page: Page): Promise<Plan> {
  const incoming = newestOfEachId(page.records, (id) => toKey('A record’s id', id))
  const ids = [...incoming.keys()]
  const known = model === null ? new Map<string, Stored>() : await storedVersions(database, sql, model, ids)
  const changes: Change[] = []
  for (const [id, record] of incoming) {
    const stored = known.get(id)
    if (!stored || overwrites(record, toHash(toStored(record.hash)), page.fence, stored)) changes.push({ id, record, stored })
  }
  const retired = model === null ? [] : await retirable(database, sql, model, page.sweep, incoming)
  const deleted = changes.filter(({ record, stored }) => record.deleted && stored?.live).length + retired.length
  return { ids, changes, retired, deleted }
}

async function storedVersions(database: Statements, sql: Sql, model: number, ids: readonly string[]): Promise<Map<string, Stored>> {
  const known = new Map<string, Stored>()
  let first = 0
  for (const { json, count } of batches(ids, (id) => [id], database.session)) {
    for (const row of await database.all(sql.versions, json, model)) {
      known.set(ids[first + Number(row.place) - 1]!, {
        generation: Number(row.generation),
        modifiedAt: Number(row.modified_at),
        fence: Number(row.fence),
        page: Number(row.page),
        live: Number(row.deleted) === 0,
        hash: String(row.hash),
      })
    }
    first += count
  }
  return known
}

/** What this sweep and the one before it have missed; what the page itself brings is not missing. */
async function retirable(database: Statements, sql: Sql, model: number, sweep: Page['sweep'], incoming: ReadonlyMap<string, unknown>) {
  if (!sweep?.retire) return []
  const rows = await database.all(sql.retirable, model, sweep.number, sweep.retire.olderThan, sweep.number)
  return rows.map(({ id }) => String(id)).filter((id) => !incoming.has(id))
}
