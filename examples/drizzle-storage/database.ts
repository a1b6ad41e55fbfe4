import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import Sqlite from 'better-sqlite3'
import { DrizzleError } from 'drizzle-orm'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import * as schema from './schema.ts'

export type Database = BetterSQLite3Database<typeof schema>
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** Passes when waiting may help; the other failures stay until somebody does something. */
const TRANSIENT = /^SQLITE_(BUSY|LOCKED|NOMEM|IOERR|FULL|PROTOCOL)/

export interface OpenDatabase {
  readonly db: Database
  /** One or several statements that need not belong together. */
  use<Result>(work: (db: Database) => Result): Promise<Result>
  /** All of `work` or, when it throws, nothing. Holds the write lock from its start, so that what it reads stays true until it has written. */
  transaction<Result>(work: (tx: Transaction) => Result): Promise<Result>
  /** Safe to call twice. */
  close(): void
}

/** A connection of this process; other processes may have the same file open. Failures say which file and what to do. */
export function openDatabase(path: string): OpenDatabase {
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw explain(error, path)
    }
  }
  const sqlite = attempt(() => configured(new Sqlite(path, { timeout: 10_000 })))
  const db = drizzle(sqlite, { schema })
  return {
    db,
    use: async (work) => attempt(() => work(db)),
    transaction: async (work) => attempt(() => db.transaction(work, { behavior: 'immediate' })),
    close: () => void sqlite.close(),
  }
}

/** A unique index or primary key refused a row. */
export function isDuplicate(error: unknown): boolean {
  return /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(codeOf(error))
}

function configured(sqlite: Sqlite.Database): Sqlite.Database {
  switchToWal(sqlite)
  // better-sqlite3 is built with NORMAL, which loses the last commits when the power goes.
  sqlite.pragma('synchronous = FULL')
  // What is deleted is overwritten in the file, not only forgotten.
  sqlite.pragma('secure_delete = ON')
  return sqlite
}

/** SQLite waits for a lock, but not for this one: while somebody else writes, the switch fails at once. */
function switchToWal(sqlite: Sqlite.Database, attemptsLeft = 10) {
  try {
    sqlite.pragma('journal_mode = WAL')
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_BUSY') || attemptsLeft === 0) throw error
    sqlite.exec('BEGIN EXCLUSIVE; COMMIT')
    switchToWal(sqlite, attemptsLeft - 1)
  }
}

/** Drizzle wraps some of SQLite's errors; its own text may show the query's parameters, which here are customers' records. */
function sourceOf(error: unknown): unknown {
  return error instanceof DrizzleError ? error.cause : error
}

function explain(error: unknown, path: string): unknown {
  const source = sourceOf(error)
  const isClosed = (source as Error | undefined)?.message === 'The database connection is not open'
  if (!(source instanceof Sqlite.SqliteError || isClosed)) return error
  const what = isClosed ? 'was closed; open it again' : advice((source as Error).message)
  const text = `${path} ${what}. Nothing was written. (SQLite: ${(source as Error).message})`
  return new IntegrationError(ErrorCode.STORE_UNAVAILABLE, text, { retryable: TRANSIENT.test(codeOf(source)), cause: source })
}

function advice(message: string): string {
  if (/no such (table|column)/.test(message)) return 'lacks tables of the storage; call migrate() first'
  return 'cannot be used; check the file, its folder, the disk, and who else holds a lock on it'
}

function codeOf(error: unknown): string {
  const source = sourceOf(error)
  return source instanceof Sqlite.SqliteError ? source.code : ''
}
