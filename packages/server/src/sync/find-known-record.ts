import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { ListPage } from '../merge/read-records.ts'
import type { Company } from './account-checkpoint.ts'
import type { SyncContext } from './context.ts'
import { createCursorCheck } from './cursor-check.ts'
import type { Look } from './look.ts'
import { versionRecords } from './version-records.ts'

/** At most so many pages are gathered before they are compared with what is stored: the ids of 6,400 records. */
const MOST_PAGES = 64

export type Found =
  /** A record that is stored was met. */
  | { outcome: 'known' }
  /** Records were met, and none of them is stored. */
  | { outcome: 'none' }
  /** There is nothing to tell by: nothing is stored, or Merge's lists are empty. */
  | { outcome: 'nothing' }
  /** The time is over; the next look goes on from there. */
  | { outcome: 'unfinished'; search: NonNullable<Company['search']> }

/**
 * Reads the account's lists until a record is met that is stored, and writes nothing. The same company is known by its first page, as a rule;
 * another one costs a reading of everything, once.
 */
export async function findKnownRecord(
  context: SyncContext,
  look: Look,
  rows: readonly ModelRow[],
  begun: Company['search'],
): Promise<Found> {
  const stored = rows.filter((row) => row.hasId && (look.claim.account.models[row.model]?.seq ?? 0) > 0)
  const from =
    begun === null
      ? 0
      : Math.max(
          0,
          stored.findIndex((row) => row.model === begun.model),
        )
  let met = begun?.met ?? false
  for (const [place, row] of stored.slice(from).entries()) {
    let cursor = place === 0 && begun?.model === row.model ? begun.cursor : null
    const cursors = createCursorCheck(row)
    for (let pages = 1, ended = false; !ended; pages = Math.min(MOST_PAGES, pages * 2)) {
      const ids = new Set<string>()
      for (let read = 0; read < pages && !ended && !look.isOver(); read++) {
        const page = await readPage(context, look, row, cursor)
        for (const { id } of versionRecords(page.records, { generation: 0, page: 0 }, row, []).records) ids.add(id)
        cursors.check(cursor, page.next)
        cursor = page.next
        ended = page.next === null
      }
      met ||= ids.size > 0
      if (ids.size > 0 && (await isAnyStored(context, look, row, ids))) return { outcome: 'known' }
      if (!ended && look.isOver()) return { outcome: 'unfinished', search: { ...begun, model: row.model, cursor, met } }
    }
  }
  // What had been read changed its place while the search was interrupted, perhaps: once more from the beginning.
  const [first] = stored
  if (begun !== null && !begun.again && first !== undefined)
    return { outcome: 'unfinished', search: { model: first.model, cursor: null, met: false, again: true } }
  return { outcome: met ? 'none' : 'nothing' }
}

/** A list that Merge refuses tells nothing, and the other models' still may. */
async function readPage({ gateway }: SyncContext, look: Look, row: ModelRow, cursor: string | null): Promise<ListPage> {
  try {
    return await gateway.listPage(row, look.token, { after: null, cursor, caller: look.caller })
  } catch (error) {
    if (IntegrationError.isInstance(error) && error.code === ErrorCode.UPSTREAM_REJECTED) return { records: [], next: null }
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
