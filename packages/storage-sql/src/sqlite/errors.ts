import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'

/** What SQLite's result codes mean to whoever runs the product, and whether the same call may succeed later by itself. */
const MEANINGS: Readonly<Record<string, { number: number; what: string; retryable: boolean }>> = {
  BUSY: {
    number: 5,
    what: 'is locked by another process that did not finish in time. Keep other transactions on it short',
    retryable: true,
  },
  LOCKED: { number: 6, what: 'is locked by another statement of this process. Finish or reset that one', retryable: true },
  NOMEM: { number: 7, what: 'needs more memory than this process has. Give the process more', retryable: true },
  READONLY: { number: 8, what: 'is read-only. Make the file and its folder writable for this process', retryable: false },
  IOERR: { number: 10, what: 'cannot be read or written: the disk or network drive failed. Check the drive', retryable: true },
  CORRUPT: { number: 11, what: 'is damaged. Restore it from a backup; "PRAGMA integrity_check" shows the extent', retryable: false },
  FULL: {
    number: 13,
    what: 'cannot grow: the disk or the size limit of the database is full. Free space, or raise the limit',
    retryable: true,
  },
  CANTOPEN: {
    number: 14,
    what: 'cannot be opened. Check that its folder exists and that this process may read and write there',
    retryable: false,
  },
  PROTOCOL: { number: 15, what: 'is contended: its lock could not be had. Keep other transactions on it short', retryable: true },
  NOTADB: { number: 26, what: 'is not a SQLite database, or is an encrypted one. Pass the path of another file', retryable: false },
}

/** What refused a row because another one has its key: a unique index and a primary key. */
const DUPLICATES: ReadonlySet<unknown> = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 2067, 1555])

/** SQLite's result code as the driver gives it: a number by node:sqlite, a name by better-sqlite3; `undefined` when `error` is not SQLite's. */
function resultCode(error: unknown): number | string | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') return errcode
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}

/** "BUSY" for 5 and "SQLITE_BUSY", and for what refines them: 261 (the higher bits) and "SQLITE_BUSY_RECOVERY" (the words after it). */
function meaningOf(code: number | string) {
  if (typeof code === 'string') return MEANINGS[code.split('_')[1]!]
  return Object.values(MEANINGS).find(({ number }) => number === (code & 0xff))
}

/** A unique index or primary key refused a row. */
export function isDuplicate(error: unknown): boolean {
  return DUPLICATES.has(resultCode(error))
}

/** Somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code !== undefined && meaningOf(code) === MEANINGS.BUSY
}

/** Says what happened to which file and what to do. What is not the database's failure stays as it is. */
export function explain(error: unknown, place: string): unknown {
  const code = resultCode(error)
  if (code === undefined) return isClosed(error) ? closed(place) : error
  const { message } = error as Error
  if (/no such (table|column)/.test(message)) {
    return unavailable(`The tables of the storage are missing or old in ${place} (${message}). Call migrate() first.`, false, error)
  }
  const { what, retryable } = meaningOf(code) ?? { what: 'refused a statement', retryable: false }
  return unavailable(`${place} ${what}. Nothing was written. (SQLite: ${message})`, retryable, error)
}

export function closed(place: string) {
  return unavailable(`The storage on ${place} was closed. Create a new one with sqliteStorage().`, false)
}

export function notInTransaction(place: string) {
  const message = `No transaction is open on the handle that was passed to within() (${place}). Run "BEGIN IMMEDIATE" on it first, and end it after the last call.`
  return new IntegrationError(ErrorCode.INPUT_INVALID, message)
}

export function unavailable(message: string, retryable: boolean, cause?: unknown) {
  return new IntegrationError(ErrorCode.STORE_UNAVAILABLE, message, { retryable, cause })
}

function isClosed(error: unknown) {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  // node:sqlite, then better-sqlite3, which has no code for it.
  return code === 'ERR_INVALID_STATE' || message === 'The database connection is not open'
}
