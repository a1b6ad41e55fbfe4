import { ErrorCode, IntegrationError, type Storage } from '@connect-integration/server/storage'
import { toChange, toStats } from '../rows.ts'
import type { SqlStorage } from '../sql-storage.ts'
import { toStored } from '../text.ts'
import { claim, claimable, emptyLog, get, purge, reserve, schedule, update } from './accounts.ts'
import { commit } from './commit.ts'
import { type Connection, callersTransaction, connection } from './connection.ts'
import type { SqliteDatabase } from './driver.ts'
import { list } from './list.ts'
import { migrate, pending } from './migrate.ts'
import { migrations } from './migrations.ts'
import { type Sql, statements } from './statements.ts'

export interface SqliteStorageOptions {
  /** The store's clock, in epoch milliseconds; the system's unless a test passes its own. */
  clock?: { now(): number }
  /** What the tables' names begin with: lower-case letters, digits and underscores. Default `connect_integration_`. */
  tablePrefix?: string
}

/**
 * Everything in one SQLite file, through Node's own `node:sqlite`: nothing to install. Several processes of one machine may share the file.
 *
 * `location` is a path (the file is created with mode 0600; its folder must exist), `':memory:'` for a test, or an open
 * handle of yours, which then goes by WAL, `synchronous = FULL` and `secure_delete = ON` too and is yours to close: a `DatabaseSync` of
 * `node:sqlite`, or a `Database` of better-sqlite3. Nothing is opened before the first call.
 *
 * What is deleted or replaced is overwritten with zeros in the file (`secure_delete`), and `purge` empties the write-ahead log too. Not promised:
 * a log that somebody reads from at that moment is emptied later, when SQLite starts it over or the last process closes the file; and
 * backups, replicas, snapshots and what a drive keeps of overwritten blocks are out of reach.
 *
 * `within(handle)` needs a transaction that is open on that handle when a method is called, `INPUT_INVALID` otherwise; begin it with
 * `BEGIN IMMEDIATE`, or a write may find that somebody else wrote since you began to read: then it fails with a retryable
 * `STORE_UNAVAILABLE`, and the transaction has to be started over. A call that fails leaves the transaction as it was before the call.
 * How durable your commit is, the `synchronous` of your handle decides, and a `purge` leaves the log to the next one outside a transaction.
 *
 * A database that cannot be used throws `STORE_UNAVAILABLE` with the file's name, the reason and what to do.
 * SQLite is synchronous here: while another process holds the write lock, this process waits (5 seconds at most) and does nothing else.
 */
export function sqliteStorage(location: string | SqliteDatabase, options: SqliteStorageOptions = {}): SqlStorage<SqliteDatabase> {
  const { clock = { now: () => Date.now() }, tablePrefix = 'connect_integration_' } = options
  checkLocation(location)
  const schema = { steps: migrations({ tablePrefix }), prefix: tablePrefix }
  const sql = statements(tablePrefix)
  const db = connection(location)

  return {
    ...methods(db, sql, clock),
    migrate: () => migrate(db, schema),
    pending: () => pending(db, schema),
    close: async () => db.close(),

    async purge(accountId) {
      await db.transaction((database) => purge(database, sql, accountId))
      // The purge is done, whatever becomes of this.
      await db.use(emptyLog).catch(() => undefined)
    },

    within: (handle) => ({
      ...methods(callersTransaction(handle), sql, clock),
      migrate: async () => undefined,
      close: async () => undefined,
    }),
  }
}

/** What is the same in a transaction of its own and in the caller's. */
function methods(db: Connection, sql: Sql, clock: { now(): number }): Omit<Storage, 'migrate' | 'close'> {
  // Whole milliseconds: the columns are integers.
  const now = () => Math.floor(clock.now())

  return {
    contract: 1,
    profile: 'atomic',

    reserve: (account) => db.transaction((database) => reserve(database, sql, account)),
    get: (key) => db.use((database) => get(database, sql, key)),
    update: (id, revision, patch) => db.transaction((database) => update(database, sql, id, revision, patch, now())),
    list: (query) => db.use((database) => list(database, sql, query)),

    schedule: (accountId, delayMs) => db.use((database) => schedule(database, sql, accountId, delayMs, now())),

    async claim(query) {
      // Most looks find nothing: those need no lock.
      const free = await db.use((database) => claimable(database, sql, query.limit, query.accountId, now()))
      return free.length === 0 ? [] : db.transaction((database) => claim(database, sql, query, now()))
    },

    renew: (accountId, fence, leaseMs) =>
      db.use((database) => database.run(sql.renew, Math.floor(leaseMs), now(), toStored(accountId), fence) === 1),
    commit: (page) => db.transaction((database) => commit(database, sql, page, now())),

    purge: (accountId) => db.transaction((database) => purge(database, sql, accountId)),

    async changes({ accountId, model, after, limit }) {
      const rows = await db.use((database) => database.all(sql.changes, toStored(accountId), toStored(model), after, limit + 1))
      const changes = rows.slice(0, limit).map(toChange)
      return { changes, next: rows.length > limit ? (changes.at(-1)?.seq ?? after) : null }
    },

    async stats() {
      const rows = await db.use((database) => database.all(sql.stats, now()))
      return toStats(rows)
    },
  }
}

function checkLocation(location: unknown) {
  const isHandle = typeof (location as SqliteDatabase | null)?.prepare === 'function'
  const isUrl = typeof location === 'string' && location.startsWith('file:')
  if (isHandle || (typeof location === 'string' && location && !isUrl)) return
  const found = isUrl ? 'a URL' : location === '' ? 'empty' : 'neither a path nor a database'
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `The first argument of sqliteStorage is ${found}. Pass the path of a file, ':memory:', or an open DatabaseSync or better-sqlite3 Database.`,
  )
}
