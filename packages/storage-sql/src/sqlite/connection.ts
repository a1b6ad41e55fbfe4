import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Row, Value } from '../rows.ts'
import { nameOfFile, type SqliteDatabase, type SqliteStatement } from './driver.ts'
import { closed, explain, notInTransaction } from './errors.ts'
import { configured, erasing, isThere, loadSqlite, openFile } from './open.ts'

/** A database whose failures name it. */
export interface Connection {
  /** For messages. */
  readonly place: string
  /** One statement, or several that need not belong together. */
  use<Result>(work: (database: Statements) => Result): Promise<Result>
  /** All of `work` or, when it throws, nothing. What it reads stays true until it has written. */
  transaction<Result>(work: (database: Statements) => Result): Promise<Result>
}

/** SQL on one open database. Statements are compiled once and kept. */
export interface Statements {
  all(sql: string, ...parameters: Value[]): Row[]
  first(sql: string, ...parameters: Value[]): Row | undefined
  /** How many rows it wrote. */
  run(sql: string, ...parameters: Value[]): number
}

export interface OwnConnection extends Connection {
  /** Reads and leaves everything as it is, the pragmas too; `null` when there is no database yet. */
  look<Result>(work: (database: Statements) => Result): Promise<Result | null>
  /** Closes what was opened here; a handle that was passed in stays open. Safe to call twice. */
  close(): void
}

/** Opened on first use; a failure to open is not remembered: the next call tries again. A transaction holds the write lock from its start. */
export function connection(location: string | SqliteDatabase): OwnConnection {
  const place = nameOf(location)
  let opening: Promise<Statements> | undefined
  let opened: DatabaseSync | undefined
  let isClosed = false

  const open = async () => {
    if (typeof location !== 'string') return statements(configured(location, place))
    const sqlite = await loadSqlite()
    if (isClosed) throw closed(place)
    opened = openFile(sqlite, location, place)
    return statements(opened)
  }

  const ready = () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  const use: Connection['use'] = async (work) => {
    if (isClosed) throw closed(place)
    try {
      return work(await ready())
    } catch (error) {
      throw explain(error, place)
    }
  }

  const look: OwnConnection['look'] = async (work) => {
    if (isClosed) throw closed(place)
    try {
      if (typeof location !== 'string') return work(statements(location))
      if (opening) return work(await opening)
      if (!isThere(location)) return null
      const sqlite = await loadSqlite()
      const database = new sqlite.DatabaseSync(location)
      try {
        return work(statements(database))
      } finally {
        database.close()
      }
    } catch (error) {
      throw explain(error, place)
    }
  }

  return {
    place,
    use,
    look,
    transaction: (work) => use((database) => inTransaction(database, work)),
    close() {
      isClosed = true
      opened?.close()
      opened = undefined
    },
  }
}

/** Inside the transaction that is open on the caller's handle: what is done together is a savepoint in it. */
export function callersTransaction(handle: SqliteDatabase): Connection {
  const place = nameOf(handle)
  let database: Statements | undefined

  const use: Connection['use'] = async (work) => {
    try {
      if (!isInTransaction(handle)) throw notInTransaction(place)
      database ??= statements(erasing(handle, place))
      return inSavepoint(database, work)
    } catch (error) {
      throw explain(error, place)
    }
  }

  return { place, use, transaction: use }
}

function statements(database: SqliteDatabase): Statements {
  const prepared = new Map<string, SqliteStatement>()
  const prepare = (sql: string) => {
    const known = prepared.get(sql)
    if (known) return known
    const statement = database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  return {
    all: (sql, ...parameters) => prepare(sql).all(...parameters) as Row[],
    first: (sql, ...parameters) => prepare(sql).get(...parameters) as Row | undefined,
    run: (sql, ...parameters) => Number(prepare(sql).run(...parameters).changes),
  }
}

function inTransaction<Result>(database: Statements, work: (database: Statements) => Result): Result {
  database.run('BEGIN IMMEDIATE')
  try {
    const result = work(database)
    database.run('COMMIT')
    return result
  } catch (error) {
    undo(database, 'ROLLBACK')
    throw error
  }
}

function inSavepoint<Result>(database: Statements, work: (database: Statements) => Result): Result {
  database.run('SAVEPOINT connect_integration')
  try {
    const result = work(database)
    database.run('RELEASE connect_integration')
    return result
  } catch (error) {
    undo(database, 'ROLLBACK TO connect_integration', 'RELEASE connect_integration')
    throw error
  }
}

function undo(database: Statements, ...how: string[]) {
  try {
    for (const sql of how) database.run(sql)
  } catch {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

/** Asked of SQLite, since not every version of every driver can tell: BEGIN takes no lock, and fails inside a transaction without harm. */
function isInTransaction(database: SqliteDatabase): boolean {
  try {
    database.exec('BEGIN')
  } catch (error) {
    if ((error as Error).message.includes('within a transaction')) return true
    throw error
  }
  database.exec('ROLLBACK')
  return false
}

function nameOf(location: string | SqliteDatabase) {
  const path = typeof location === 'string' ? location : nameOfFile(location)
  return path === null || path === ':memory:' ? 'The database in memory' : resolve(path)
}
