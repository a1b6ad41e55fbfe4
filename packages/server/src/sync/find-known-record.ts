import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { ListPage } from '../merge/read-records.ts'
import type { Search } from './account-checkpoint.ts'
import type { SyncContext } from './context.ts'
import { createCursorCheck } from './cursor-check.ts'
import type { Look } from './look.ts'
import { versionRecords } from './version-records.ts'

/** At most so many pages are gathered before they are compared with what is stored: the ids of 6,400 records. */
const MOST_PAGES = 64

export type Found =
  /** A living record was met that is stored; or nothing is stored that could be met. */
  | { outcome: 'known' }
  /** Everything was read, records were met, and none of them is stored. */
  | { outcome: 'none' }
  /** The lists are empty, or some of them were refused and no other had a record that is stored. */
  | { outcome: 'nothing'; refused: boolean }
  /** The time is over; the next look goes on from there. */
  | { outcome: 'unfinished'; search: Search }

/**
 * Reads the account's lists until a living record is met that is stored, and writes nothing. The same company is known by its first page, as a rule;
 * another one costs a reading of everything, once. A list that Merge refuses tells nothing, and the other models' still may.
 */
export async function findKnownRecord(context: SyncContext, look: Look, rows: readonly ModelRow[], begun: Search): Promise<Found> {
  const stored = rows.filter((row) => row.hasId && (look.claim.account.models[row.model]?.records ?? 0) > 0)
  if (stored.length === 0) return { outcome: 'known' }
  const from = Math.max(
    0,
    stored.findIndex((row) => row.model === begun.model),
  )
  let { met, refused } = begun
  for (const [place, row] of stored.slice(from).entries()) {
    let cursor = place === 0 && begun.model === row.model ? begun.cursor : null
    const cursors = createCursorCheck(row)
    for (let pages = 1, ended = false; !ended; pages = Math.min(MOST_PAGES, pages * 2)) {
      const ids = new Set<string>()
      for (let read = 0; read < pages && !ended && !look.isOver(); read++) {
        const page = await readPage(context, look, row, cursor)
        if (page === 'cursor_invalid') {
          cursors.forget()
          cursor = null
          continue
        }
        if (page === 'refused') {
          refused = true
          ended = true
          continue
        }
        look.progress.searched = true
        const { records } = versionRecords(page.records, { generation: 0, page: 0 }, row, [])
        // What is listed as deleted may be what the other company's records took the place of.
        for (const record of records) if (!record.deleted) ids.add(record.id)
        cursors.check(cursor, page.next)
        cursor = page.next
        ended = page.next === null
      }
      met ||= ids.size > 0
      if (ids.size > 0 && (await isAnyStored(context, look, row, ids))) return { outcome: 'known' }
      if (!ended && look.isOver()) return { outcome: 'unfinished', search: { ...begun, model: row.model, cursor, met, refused } }
    }
  }
  // What had been read changed its place while the search was interrupted, perhaps: once more from the beginning.
  if (begun.model !== '' && !begun.again) return { outcome: 'unfinished', search: { ...newSearch(begun.relinks), again: true } }
  return met && !refused ? { outcome: 'none' } : { outcome: 'nothing', refused }
}

export function newSearch(relinks: number): Search {
  return { relinks, model: '', cursor: null, met: false, refused: false, again: false }
}

async function readPage(
  { gateway }: SyncContext,
  look: Look,
  row: ModelRow,
  cursor: string | null,
): Promise<ListPage | 'refused' | 'cursor_invalid'> {
  try {
    return await gateway.listPage(row, look.token, { after: null, cursor, caller: look.caller })
  } catch (error) {
    if (!IntegrationError.isInstance(error)) throw error
    if (error.code === ErrorCode.UPSTREAM_CURSOR_INVALID) return 'cursor_invalid'
    if (error.code === ErrorCode.UPSTREAM_REJECTED) return 'refused'
    throw error
  }
}

async function isAnyStored({ storage }: SyncContext, { claim }: Look, { model }: ModelRow, ids: ReadonlySet<string>): Promise<boolean> {
  for (let after: number | null = 0; after !== null; ) {
    const page = await storage.changes({ accountId: claim.account.id, model, after, limit: 1_000 })
    if (page.changes.some((change) => ids.has(change.id))) return true
    after = page.next
  }
  return false
}
