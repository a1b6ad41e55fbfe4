import type { Value } from '../rows.ts'

/**
 * What `sqliteStorage` asks of a driver: a `DatabaseSync` of `node:sqlite` has it, and so has a `Database` of better-sqlite3.
 * Another driver must be as synchronous, and throw errors that carry SQLite's result code as one of these two does.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  /** The file's path, where it is a method (node:sqlite) … */
  location?(): string | null
  /** … and where it is a property (better-sqlite3). */
  readonly name?: string
}

/** Parameters go by position, as anonymous `?`: better-sqlite3 takes a numbered `?1` for a name. */
export interface SqliteStatement {
  all(...parameters: Value[]): unknown[]
  get(...parameters: Value[]): unknown
  run(...parameters: Value[]): { changes: number | bigint }
}

/** For messages. */
export function nameOfFile(database: SqliteDatabase): string | null {
  const name = database.location ? database.location() : database.name
  return name && name !== ':memory:' ? name : null
}
