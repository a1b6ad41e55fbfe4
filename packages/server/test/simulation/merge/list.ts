import { type Row, type Version, visible } from './rows.ts'

/** Merge does not say in which direction its lists run; the two by `modified_at` are worse than anything it documents. */
export type Ordering = 'created_at' | '-created_at' | 'modified_at' | '-modified_at'

export interface ListQuery {
  /** Microseconds; exclusive, both. */
  modifiedAfter: number | null
  modifiedBefore: number | null
  includeDeleted: boolean
  cursor: string | null
}

export interface ListSettings {
  ordering: Ordering
  pageSize: number
  /** Rows with equal stamps come in the order in which the database keeps them, which changes with every write. */
  movingTies: boolean
  offsetCutoff: number
}

/** One page as text of its records, or `'invalid cursor'`. `at`: the moment (epoch milliseconds) that this replica has reached. */
export function listRows(
  rows: readonly Row[],
  query: ListQuery,
  settings: ListSettings,
  at: number,
): { results: string[]; next: string | null } | 'invalid cursor' {
  const cursor = query.cursor === null ? { offset: 0, position: null } : decodeCursor(query.cursor, settings.offsetCutoff)
  if (cursor === null) return 'invalid cursor'
  const page = cutPage(sorted(rows, query, settings, at), cursor, settings)
  return { results: page.items.map((item) => item.version.json), next: page.next === null ? null : encodeCursor(page.next) }
}

export interface Position {
  offset: number
  /** Microseconds of the ordering field, exclusive; `null`: from the start. */
  position: number | null
}

interface Item {
  key: number
  row: Row
  version: Version
}

/**
 * The cursor pagination of Django REST framework: everything strictly beyond a position, then so many rows skipped; the
 * position is that of the last row whose stamp is its own, and the skipped ones are its ties. The offset is cut off at a
 * limit, so a larger group of ties can never be left behind.
 */
export function cutPage<T extends { key: number }>(
  items: readonly T[],
  cursor: Position,
  settings: Pick<ListSettings, 'ordering' | 'pageSize'>,
): { items: T[]; next: Position | null } {
  const descending = settings.ordering.startsWith('-')
  const { position } = cursor
  const beyond = position === null ? items : items.filter(({ key }) => (descending ? key < position : key > position))
  const page = beyond.slice(cursor.offset, cursor.offset + settings.pageSize)
  const following = beyond[cursor.offset + settings.pageSize]
  if (following === undefined) return { items: page, next: null }
  let compare = following.key
  let offset = 0
  for (let index = page.length - 1; index >= 0; index--) {
    const { key } = page[index] as T
    if (key !== compare) return { items: page, next: { offset, position: key } }
    offset++
    compare = key
  }
  const first = position === null && cursor.offset === 0
  return {
    items: page,
    next: first ? { offset: settings.pageSize, position: null } : { offset: cursor.offset + settings.pageSize, position },
  }
}

function sorted(rows: readonly Row[], query: ListQuery, settings: ListSettings, at: number): Item[] {
  const byCreation = settings.ordering.endsWith('created_at')
  const sign = settings.ordering.startsWith('-') ? -1 : 1
  const items: (Item & { tie: number })[] = []
  for (const [index, row] of rows.entries()) {
    const version = visible(row, at)
    if (version === undefined || version.gone || (version.deleted && !query.includeDeleted)) continue
    if (query.modifiedAfter !== null && version.stamp <= query.modifiedAfter) continue
    if (query.modifiedBefore !== null && version.stamp >= query.modifiedBefore) continue
    items.push({ key: byCreation ? row.createdAt : version.stamp, row, version, tie: settings.movingTies ? version.place : index })
  }
  return items.sort((one, other) => sign * (one.key - other.key) || one.tie - other.tie)
}

function encodeCursor({ offset, position }: Position): string {
  const text = new URLSearchParams({ ...(offset > 0 ? { o: String(offset) } : {}), ...(position === null ? {} : { p: String(position) }) })
  return Buffer.from(text.toString()).toString('base64')
}

function decodeCursor(cursor: string, cutoff: number): Position | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(cursor)) return null
  const text = new URLSearchParams(Buffer.from(cursor, 'base64').toString())
  const [offset, position] = [Number(text.get('o') ?? 0), text.get('p')]
  if (!Number.isInteger(offset) || offset < 0 || (position !== null && !/^\d+$/.test(position))) return null
  return { offset: Math.min(offset, cutoff), position: position === null ? null : Number(position) }
}
