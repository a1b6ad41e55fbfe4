import type { Committed, Page, VersionedRecord } from '@connect-integration/server/storage'
import { and, asc, eq, getTableColumns, inArray, isNotNull, isNull, lte, ne, or, sql } from 'drizzle-orm'
import type { Transaction } from './database.ts'
import { accounts, models, records } from './schema.ts'

/** A statement takes a limited number of parameters, and a page has as many records as it has. */
const ROWS_PER_STATEMENT = 500

/** In an upsert: every column as the new row has it. */
const EXCLUDED = Object.fromEntries(Object.entries(getTableColumns(records)).map(([key, { name }]) => [key, sql.raw(`excluded.${name}`)]))

type Stored = typeof records.$inferSelect
type Row = typeof records.$inferInsert

/** One page, in a transaction that holds the write lock. Everything is decided before the first write, so that a page that is held leaves no trace. */
export function commit(tx: Transaction, page: Page, now: number): Committed | 'fenced' | 'held' {
  const account = tx.select().from(accounts).where(eq(accounts.id, page.accountId)).get()
  if (account?.fence !== page.fence || account.status === 'deleted') return 'fenced'

  const incoming = newestOfEachId(page.records)
  const ids = [...incoming.keys()]
  const stored = storedRecords(tx, page, ids)
  const changes = [...incoming.values()].filter((record) => isChange(record, page.fence, stored.get(record.id)))
  const retired = retirable(tx, page, incoming)
  const deleted = changes.filter(({ id, deleted }) => deleted && isLive(stored.get(id))).length + retired.length
  if (deleted > (page.deleteAtMost ?? Number.POSITIVE_INFINITY)) return 'held'

  const state = tx.select().from(models).where(ofModel(models, page)).get() ?? { seq: 0, records: 0 }
  let { seq } = state
  const rows = changes.map((record) => rowOf(page, record, stored.get(record.id)?.seenIn ?? null, ++seq))
  const tombstones = retired.map((record) => ({ ...record, deleted: true, seq: ++seq }))
  put(tx, rows)
  mark(tx, page, ids)
  put(tx, tombstones)
  if (page.sweep?.retire) markMissing(tx, page, page.sweep.number)

  const arrived = changes.filter((record) => !record.deleted && !isLive(stored.get(record.id))).length
  const next = { checkpoint: page.checkpoint, seq, records: state.records + arrived - deleted }
  tx.insert(models)
    .values({ accountId: page.accountId, model: page.model, ...next })
    .onConflictDoUpdate({ target: [models.accountId, models.model], set: next })
    .run()
  if (page.release) {
    const { delayMs, dirtySeen } = page.release
    const due = account.dirty > dirtySeen ? now : delayMs === null ? null : now + delayMs
    const recordedAt = due === null ? null : now
    tx.update(accounts).set({ due, lease: 0, recordedAt }).where(eq(accounts.id, page.accountId)).run()
  }
  return { changed: changes.length + retired.length, deleted, seq }
}

/** An id that occurs twice counts once: the later place wins if its version is at least as new. */
function newestOfEachId(page: readonly VersionedRecord[]): Map<string, VersionedRecord> {
  const newest = new Map<string, VersionedRecord>()
  for (const record of page) {
    const other = newest.get(record.id)
    if (!other || compare(record, other) >= 0) newest.set(record.id, record)
  }
  return newest
}

/** A retired row keeps its hash and differs in `deleted` only; compared too, so that the record can come back. */
function isChange(record: VersionedRecord, fence: number, stored: Stored | undefined): boolean {
  if (!stored) return true
  if (stored.hash === record.hash && stored.deleted === record.deleted) return false
  return compare(record, stored, fence - stored.fence) >= 0
}

/** By generation, then stamp, then fence, then page: positive when `one` is newer. Within a page the fence is the same. */
function compare(one: Version, other: Version, fences = 0): number {
  return one.generation - other.generation || one.modifiedAt - other.modifiedAt || fences || one.page - other.page
}

type Version = Pick<VersionedRecord, 'generation' | 'modifiedAt' | 'page'>

function isLive(stored: Stored | undefined): boolean {
  return stored ? !stored.deleted : false
}

function storedRecords(tx: Transaction, page: Page, ids: readonly string[]): Map<string, Stored> {
  const which = (chunk: string[]) => and(ofModel(records, page), inArray(records.id, chunk))
  const found = chunks(ids).flatMap((chunk) => tx.select().from(records).where(which(chunk)).all())
  return new Map(found.map((record) => [record.id, record]))
}

/** What this sweep and the one before it have missed; what the page itself brings is not missing. */
function retirable(tx: Transaction, page: Page, incoming: ReadonlyMap<string, unknown>): Stored[] {
  if (!page.sweep?.retire) return []
  const { number, retire } = page.sweep
  const missed = and(unseen(page, number), eq(records.missingIn, number - 1), lte(records.modifiedAt, retire.olderThan))
  const found = tx.select().from(records).where(missed).orderBy(asc(records.seq)).all()
  return found.filter(({ id }) => !incoming.has(id))
}

function rowOf({ accountId, model, fence }: Page, record: VersionedRecord, seenIn: number | null, seq: number): Row {
  const { id, generation, modifiedAt, page, deleted, hash, data } = record
  return { accountId, model, id, seq, generation, modifiedAt, fence, page, deleted, hash, data, seenIn }
}

function put(tx: Transaction, rows: readonly Row[]) {
  const target = [records.accountId, records.model, records.id]
  for (const chunk of chunks(rows)) tx.insert(records).values(chunk).onConflictDoUpdate({ target, set: EXCLUDED }).run()
}

/** Every record of the page is there: seen in this sweep, if it is one, and not missing in any case. */
function mark(tx: Transaction, page: Page, ids: readonly string[]) {
  const seen = page.sweep ? { seenIn: page.sweep.number, missingIn: null } : { missingIn: null }
  for (const chunk of chunks(ids)) {
    const which = and(ofModel(records, page), inArray(records.id, chunk), page.sweep ? undefined : isNotNull(records.missingIn))
    tx.update(records).set(seen).where(which).run()
  }
}

function markMissing(tx: Transaction, page: Page, number: number) {
  tx.update(records).set({ missingIn: number }).where(unseen(page, number)).run()
}

function unseen(page: Page, sweep: number) {
  return and(ofModel(records, page), eq(records.deleted, false), or(isNull(records.seenIn), ne(records.seenIn, sweep)))
}

function ofModel(table: typeof models | typeof records, { accountId, model }: Page) {
  return and(eq(table.accountId, accountId), eq(table.model, model))
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / ROWS_PER_STATEMENT) }, (_, index) => index * ROWS_PER_STATEMENT)
  return starts.map((start) => items.slice(start, start + ROWS_PER_STATEMENT))
}
