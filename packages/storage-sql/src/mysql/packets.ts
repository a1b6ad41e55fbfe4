import { unavailable } from './errors.ts'
import type { Session } from './session.ts'

/** Bytes of one statement, where the server would take more: more of them cost no time worth having, and a lot of memory on both sides. */
const ENOUGH = 4 * 1024 * 1024
/** Bytes of a packet that are not ours: its head, the other parameters. */
const RESERVED = 16 * 1024

export interface Batch {
  /** A JSON array with a row for each item. */
  readonly json: string
  readonly count: number
}

/** Rows as parameters that the server takes, in order. A single row that is too large throws, before any other was sent. */
export function batches<Item>(
  items: readonly Item[],
  toRow: (item: Item, place: number) => readonly (string | number)[],
  { packet }: Session,
): Batch[] {
  const most = packet - RESERVED
  const limit = Math.min(most, ENOUGH)
  const all: Batch[] = []
  let rows: string[] = []
  let size = 0
  const flush = () => {
    if (rows.length > 0) all.push({ json: `[${rows.join(',')}]`, count: rows.length })
    rows = []
    size = 0
  }
  items.forEach((item, place) => {
    const row = JSON.stringify(toRow(item, place))
    const bytes = Buffer.byteLength(row) + 1
    if (bytes > most) throw tooLarge(bytes, packet)
    if (size + bytes > limit) flush()
    rows.push(row)
    size += bytes
  })
  flush()
  return all
}

function tooLarge(bytes: number, packet: number) {
  const what = `One record needs ${bytes} bytes on its way to MySQL, and "max_allowed_packet" there is ${packet}.`
  return unavailable(`${what} Raise it on the server, or omit the field that is so long. Nothing was written.`, false)
}
