import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'

/** What SQLite's result codes mean to whoever runs the product, and whether the same call may succeed later by itself. */
const MEANINGS: Readonly<Record<number, { what: string; retryable: boolean }>> = {
  5: { what: 'is locked by another process that did not finish in time. Keep other transactions on it short', retryable: true },
  6: { what: 'is locked by another statement of this process. Finish or reset that one', retryable: true },
  7: { what: 'needs more memory than this process has. Give the process more', retryable: true },
  8: { what: 'is read-only. Make the file and its folder writable for this process', retryable: false },
  10: { what: 'cannot be read or written: the disk or network drive failed. Check the drive', retryable: true },
  11: { what: 'is damaged. Restore it from a backup; "PRAGMA integrity_check" shows the extent', retryable: false },
  13: { what: 'cannot grow: the disk or the size limit of the database is full. Free space, or raise the limit', retryable: true },
  14: { what: 'cannot be opened. Check that its folder exists and that this process may read and write there', retryable: false },
  15: { what: 'is contended: its lock could not be had. Keep other transactions on it short', retryable: true },
  26: { what: 'is not a SQLite database, or is an encrypted one. Pass the path of another file', retryable: false },
}

/** SQLite's primary result code; `undefined` when `error` is not SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  // The higher bits refine the code.
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** A unique index or primary key refused a row. */
export function isDuplicate(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return sqliteCode(error) === 19 && (errcode === 2067 || errcode === 1555)
}

/** Somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === 5
}

/** Says what happened to which file and what to do. What is not the database's failure stays as it is. */
export function explain(error: unknown, place: string): unknown {
  const code = sqliteCode(error)
  if (code === undefined) return isClosed(error) ? closed(place) : error
  const { message } = error as Error
  if (/no such (table|column)/.test(message)) {
    return unavailable(`The tables of the storage are missing or old in ${place} (${message}). Call migrate() first.`, false, error)
  }
  const { what, retryable } = MEANINGS[code] ?? { what: 'refused a statement', retryable: false }
  return unavailable(`${place} ${what}. Nothing was written. (SQLite: ${message})`, retryable, error)
}

export function closed(place: string) {
  return unavailable(`The storage on ${place} was closed. Create a new one with sqliteStorage().`, false)
}

export function unavailable(message: string, retryable: boolean, cause?: unknown) {
  return new IntegrationError(ErrorCode.STORE_UNAVAILABLE, message, { retryable, cause })
}

function isClosed(error: unknown) {
  return (error as { code?: unknown } | null)?.code === 'ERR_INVALID_STATE'
}
