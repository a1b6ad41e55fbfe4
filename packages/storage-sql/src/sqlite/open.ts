import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { SqliteDatabase } from './driver.ts'
import { isBusy, unavailable } from './errors.ts'

/** How long a statement waits for another process's lock, in milliseconds, before it fails with `STORE_UNAVAILABLE`. */
const BUSY_TIMEOUT = 5000

/** PRAGMA synchronous as a number: 2 is FULL. */
const FULL = 2

/** Node's own SQLite; older Nodes and other runtimes have none. */
export async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  try {
    return await import('node:sqlite')
  } catch (error) {
    const message = `sqliteStorage needs "node:sqlite", which ${process.version} does not have here. Use Node 22.13 or newer, or another storage adapter.`
    throw unavailable(message, false, error)
  }
}

/** Opens a file, which is created with mode 0600 when there is none: it will hold people's data. */
export function openFile(sqlite: typeof import('node:sqlite'), path: string, place: string): DatabaseSync {
  if (path !== ':memory:') createPrivately(path)
  const database = new sqlite.DatabaseSync(path)
  try {
    configured(database, place)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Makes commits durable before they return, lets readers and a writer work side by side, and has whatever is deleted or
 * replaced overwritten with zeros: SQLite leaves it in the file's free space otherwise. (A commit costs no more for it, a purge
 * several times as much; "FAST" would spare that, and leave the very pages that a purge sets free.)
 * SQLite ignores a pragma that it cannot obey, so that each is read back.
 */
export function configured(database: SqliteDatabase, place: string): SqliteDatabase {
  // A handle that came with a timeout of its own keeps it.
  if (Number(pragma(database, 'busy_timeout')) === 0) database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
  if (pragma(database, 'journal_mode') !== 'wal') switchToWal(database)
  database.exec('PRAGMA synchronous = FULL')
  if (Number(pragma(database, 'synchronous')) !== FULL) {
    throw unavailable(`${place} refuses "PRAGMA synchronous = FULL", without which a power cut loses data. Pass another database.`, false)
  }
  if (pragma(database, 'journal_mode') === 'off') {
    throw unavailable(`${place} has no journal (journal_mode is "off"), without which a crash damages it. Pass another database.`, false)
  }
  return erasing(database, place)
}

/** The one of these that may be set inside a transaction, and that a transaction's own content depends on. */
export function erasing(database: SqliteDatabase, place: string): SqliteDatabase {
  database.exec('PRAGMA secure_delete = ON')
  if (Number(pragma(database, 'secure_delete')) !== 1) {
    throw unavailable(
      `${place} refuses "PRAGMA secure_delete = ON", without which deleted data stays readable in the file. Pass another database.`,
      false,
    )
  }
  return database
}

/** Whether there is a file to look at. Throws when there could be none, because its folder is missing. */
export function isThere(path: string): boolean {
  if (path === ':memory:') return false
  if (!existsSync(dirname(resolve(path)))) throw noFolder(path)
  return existsSync(path)
}

/**
 * Only ever creates. To open and close a file that SQLite may have open in this process
 * would drop its POSIX locks, and with them what keeps two processes apart.
 */
function createPrivately(path: string) {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code === 'ENOENT') throw noFolder(path, error)
    throw unavailable(`${resolve(path)} cannot be created (${code}). Make the folder writable for this process.`, false, error)
  }
}

function noFolder(path: string, cause?: unknown) {
  const place = resolve(path)
  return unavailable(`${place} cannot be created: there is no folder ${dirname(place)}. Create it first.`, false, cause)
}

/** SQLite waits for a lock, but not for this: while somebody else writes, the switch fails at once. */
function switchToWal(database: SqliteDatabase, attemptsLeft = 10) {
  try {
    database.exec('PRAGMA journal_mode = WAL')
  } catch (error) {
    if (!isBusy(error) || attemptsLeft === 0) throw error
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    switchToWal(database, attemptsLeft - 1)
  }
}

function pragma(database: SqliteDatabase, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
}
