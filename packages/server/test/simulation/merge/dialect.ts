import type { Happened } from '../trial/happened.ts'

/** How Merge words its answers, within what its documentation allows: one way for a whole history. */
export interface Dialect {
  /** What stands for the next cursor where no page follows. */
  lastPage: 'null' | 'absent' | 'empty'
  /** Whether answers carry a Date header. */
  dated: boolean
  /** Whether a sync that is over says when it was; one that is under way always does. */
  timed: boolean
  /** What sync-status has of an account that was just linked, for so many milliseconds: no row at all, or none of its first model. */
  atFirst: { has: 'nothing' | 'others'; length: number } | null
  /** sync-status also has rows of which no model can be told, or that have no status. */
  oddRows: boolean
  /** When the next sync will begin. */
  announces: boolean
  /** account-details name the company's instance at the source. */
  instances: boolean
}

export const USUAL: Dialect = {
  lastPage: 'null',
  dated: true,
  timed: true,
  atFirst: null,
  oddRows: false,
  announces: false,
  instances: true,
}

/** The text of a page's cursor: with its comma, or nothing at all. */
export function nextText({ lastPage }: Dialect, next: string | null, note: (what: Happened) => void): string {
  if (next !== null) return `"next":${JSON.stringify(next)},`
  if (lastPage === 'null') return '"next":null,'
  note(lastPage === 'absent' ? 'last page without next' : 'last page with an empty next')
  return lastPage === 'absent' ? '' : '"next":"",'
}

type StatusRow = Record<string, unknown>

/** sync-status in this dialect. `age`: milliseconds since the account was linked. */
export function statusRows(dialect: Dialect, rows: readonly StatusRow[], age: number, note: (what: Happened) => void): StatusRow[] {
  const { atFirst, oddRows, timed } = dialect
  let told = rows.map((row) => (timed || row.status === 'SYNCING' ? row : withoutTimes(row, note)))
  if (atFirst !== null && age < atFirst.length) {
    note(atFirst.has === 'nothing' ? 'sync-status empty at first' : 'sync-status without a row at first')
    told = atFirst.has === 'nothing' ? [] : told.slice(1).map((row) => ({ ...row, ...AT_ITS_FIRST_SYNC }))
  }
  if (!oddRows) return told
  note('odd row in sync-status')
  return [{ ...ODD, model_id: 'hris.Group', status: null }, ...told, { ...ODD, model_id: null, status: 'DONE' }]
}

/** A model that is not listed yet is one of an account at which all are at their first sync. */
const AT_ITS_FIRST_SYNC = {
  status: 'SYNCING',
  is_initial_sync: true,
  last_sync_result: null,
  last_sync_start: null,
  last_sync_finished: null,
}

const ODD = { model_name: null, is_initial_sync: null, last_sync_result: null, last_sync_start: null, last_sync_finished: null }

function withoutTimes(row: StatusRow, note: (what: Happened) => void): StatusRow {
  if (row.last_sync_finished === null) return row
  note('done without its times')
  return { ...row, last_sync_start: null, last_sync_finished: null }
}
