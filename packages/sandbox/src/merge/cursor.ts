import { isoMicroseconds, parseMicroseconds } from '../clock.ts'

export type Ordering = 'created_at' | '-created_at' | 'modified_at' | '-modified_at'

export interface CursorPage<T> {
  results: T[]
  next: string | null
  previous: string | null
}

interface Cursor {
  /** How many rows beyond the position to skip: they were on an earlier page and share its timestamp. */
  offset: number
  /** True: walking towards the start. */
  reverse: boolean
  /** Epoch microseconds; rows strictly beyond it are read. Null: from the start. */
  position: number | null
}

/** Django REST Framework clips longer runs of ties, and so loses rows; so does this. */
const maximumOffset = 1000

/**
 * One page the way Django REST Framework's cursor pagination cuts it: a cursor is a timestamp and a number of ties to skip,
 * so a walk survives rows that come and go behind it. Null when the cursor is not one of ours.
 */
export function cutPage<T>(
  rows: T[],
  query: { cursor: string | null; pageSize: number; descending: boolean; at: (row: T) => number },
): CursorPage<T> | null {
  const { pageSize, at } = query
  const cursor = query.cursor === null ? { offset: 0, reverse: false, position: null } : decodeCursor(query.cursor)
  if (!cursor) return null
  const down = query.descending !== cursor.reverse
  const ordered = rows.toSorted((a, b) => (query.descending ? at(b) - at(a) : at(a) - at(b)))
  // Reversed and not sorted anew, so that ties come back in the order in which they went.
  const sorted = cursor.reverse ? ordered.reverse() : ordered
  const { position } = cursor
  const beyond = position === null ? sorted : sorted.filter((row) => (down ? at(row) < position : at(row) > position))
  const taken = beyond.slice(cursor.offset, cursor.offset + pageSize + 1)
  const page = taken.slice(0, pageSize)
  const more = taken.length > page.length ? at(taken.at(-1)!) : null
  const came = position !== null || cursor.offset > 0

  const forward = { has: more !== null, position: more }
  const back = { has: came, position }
  const onward = { pageSize, cursor, reverse: cursor.reverse, towards: forward, behind: back, at }
  const backward = { pageSize, cursor, reverse: !cursor.reverse, towards: back, behind: forward, at }
  const shown = cursor.reverse ? page.toReversed() : page
  const along = forward.has ? encodeCursor(edgeCursor(page, onward)) : null
  const against = back.has ? encodeCursor(edgeCursor(page.toReversed(), backward)) : null
  return { results: shown, next: cursor.reverse ? against : along, previous: cursor.reverse ? along : against }
}

/** A page of a list that has no timestamps to go by: the cursor is a plain offset. Null when the cursor is not one of ours. */
export function cutPlainPage<T>(rows: T[], query: { cursor: string | null; pageSize: number }): CursorPage<T> | null {
  const cursor = query.cursor === null ? { offset: 0, position: null } : decodeCursor(query.cursor)
  if (!cursor || cursor.position !== null) return null
  const { offset } = cursor
  const link = (to: number) => encodeCursor({ offset: Math.max(0, to), reverse: false, position: null })
  return {
    results: rows.slice(offset, offset + query.pageSize),
    next: offset + query.pageSize < rows.length ? link(offset + query.pageSize) : null,
    previous: offset > 0 ? link(offset - query.pageSize) : null,
  }
}

/** The cursor for what lies beyond the last of these rows: the nearest timestamp that differs, and how many rows to skip after it. */
function edgeCursor<T>(
  page: T[],
  edge: {
    pageSize: number
    cursor: Cursor
    reverse: boolean
    towards: { position: number | null }
    behind: { has: boolean; position: number | null }
    at: (row: T) => number
  },
): Cursor {
  const { cursor, reverse, at } = edge
  const turning = reverse !== cursor.reverse
  if (page.length === 0) return { offset: 0, reverse, position: edge.towards.position }
  let compare = turning && cursor.offset !== 0 ? at(page.at(-1)!) : edge.towards.position
  let offset = 0
  for (const row of page.toReversed()) {
    if (at(row) !== compare) return { offset, reverse, position: at(row) }
    compare = at(row)
    offset++
  }
  // Every row here has the same timestamp, so none can be the position.
  if (!edge.behind.has) return { offset: edge.pageSize, reverse, position: null }
  if (turning) return { offset: 0, reverse, position: edge.behind.position }
  return { offset: cursor.offset + edge.pageSize, reverse, position: edge.behind.position }
}

function encodeCursor({ offset, reverse, position }: Cursor): string {
  const parts = new URLSearchParams()
  if (offset !== 0 || (position === null && !reverse)) parts.set('o', String(offset))
  if (reverse) parts.set('r', '1')
  if (position !== null) parts.set('p', isoMicroseconds(position).replace('T', ' ').replace('Z', '+00:00'))
  return Buffer.from(parts.toString()).toString('base64')
}

function decodeCursor(text: string): Cursor | null {
  const parts = new URLSearchParams(Buffer.from(text, 'base64').toString('latin1'))
  const offset = parts.get('o')
  const stamp = parts.get('p')
  const reverse = parts.get('r') === '1'
  if (offset === null && stamp === null && !reverse) return null
  if (offset !== null && !/^\d{1,9}$/.test(offset)) return null
  const position = stamp === null ? null : parseMicroseconds(stamp)
  if (stamp !== null && position === null) return null
  return { offset: Math.min(Number(offset ?? 0), maximumOffset), reverse, position }
}
