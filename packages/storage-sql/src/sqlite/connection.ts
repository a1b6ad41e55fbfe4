import { resolve } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { closed, explain } from './errors.ts'
import { configured, loadSqlite, openFile } from './open.ts'

/** A database that is opened on first use, and whose failures name it. */
export interface Connection {
  /** For messages. */
  readonly place: string
  /** One statement, or several that need not belong together. */
  use<Result>(work: (database: Statements) => Result): Promise<Result>
  /** All of `work` or, when it throws, nothing. Holds the write lock from its start, so that what it reads stays true. */
  transaction<Result>(work: (database: Statements) => Result): Promise<Result>
  /** Closes what was opened here; a handle that was passed in stays open. Safe to call twice. */
  close(): void
}

/** SQL on one open database. Statements are compiled once and kept. */
export interface Statements {
  all(sql: string, ...parameters: Value[]): Row[]
  first(sql: string, ...parameters: Value[]): Row | undefined
  /** How many rows it wrote. */
  run(sql: string, ...parameters: Value[]): number
}

export type Value = string | number | null

export type Row = Record<string, Value>

/** A failure to open is not remembered: the next call tries again. */
export function connection(location: string | DatabaseSync): Connection {
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

  return {
    place,
    use,
    transaction: (work) => use((database) => inTransaction(database, work)),
    close() {
      isClosed = true
      opened?.close()
      opened = undefined
    },
  }
}

function statements(database: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>()
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
    rollBack(database)
    throw error
  }
}

function rollBack(database: Statements) {
  try {
    database.run('ROLLBACK')
  } catch {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

function nameOf(location: string | DatabaseSync) {
  if (typeof location === 'string') return location === ':memory:' ? 'The database in memory' : resolve(location)
  return location.location() ?? 'The database in memory'
}
