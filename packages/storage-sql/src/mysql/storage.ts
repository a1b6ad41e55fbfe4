import { ErrorCode, IntegrationError, type Storage } from '@connect-integration/server/storage'
import { toChange, toStats } from '../rows.ts'
import type { SqlStorage } from '../sql-storage.ts'
import { toStored } from '../text.ts'
import { claim, claimable, get, purge, renew, reserve, schedule, update } from './accounts.ts'
import { commit } from './commit.ts'
import { type Connection, connection, within } from './connection.ts'
import type { MysqlConnection, MysqlDatabase, Promising } from './driver.ts'
import { list } from './list.ts'
import { migrate, pending } from './migrate.ts'
import { migrations } from './migrations.ts'
import { connectionSource, sourceOf } from './source.ts'
import { type Sql, statements } from './statements.ts'

export interface MysqlStorageOptions {
  /** The store's clock, in epoch milliseconds; the database's own unless a test passes one, so that all machines go by the same. */
  clock?: { now(): number }
  /** What the tables' names begin with: lower-case letters, digits and underscores. Default `connect_integration_`. */
  tablePrefix?: string
  /**
   * `full` (default): a server that may lose what it has committed (`innodb_flush_log_at_trx_commit` other than 1) is refused.
   * `server`: whatever it is set to. Then a crash of the server can take back what a method has reported as done.
   */
  durability?: 'full' | 'server'
}

/** The connection that has your transaction open. */
export type MysqlTransaction = MysqlConnection | Promising<MysqlConnection>

/**
 * Everything in one database of MariaDB (10.6 or newer) or MySQL (8.0.19 or newer), through `mysql2`. Tested on MariaDB 10.11;
 * not run on MySQL 8: written in what both know.
 *
 * `database` is a URL (`mysql://user:password@host:3306/database`; a pool of `mysql2`, opened on the first call and ended by `close()`), or a
 * pool or connection of yours, which is yours to end. A pool is the right thing for a server: calls on one connection take turns.
 * Nothing is opened before the first call. Anything else throws `CONFIG_INVALID`.
 *
 * Each connection is looked at before its first use, and refused with `STORE_UNAVAILABLE` when it would damage or lose data: no strict
 * `sql_mode`, another `charset` than utf8mb4, `autocommit` off, a log that is not flushed (see `durability`). Of connections that were
 * opened from a URL the first three are set here. Tables that are not InnoDB are refused by `migrate()`.
 *
 * Every write is one transaction in READ COMMITTED that locks the account's row first. One that the server gave up (a deadlock, a lock that
 * did not come) or whose connection was lost before the commit is tried again a few times, then throws `STORE_UNAVAILABLE`, retryable. When the
 * connection is lost during the commit, the error says that the outcome is unknown; the same call can be sent again.
 *
 * Ids and names are compared byte for byte and may have 1024 bytes; longer ones throw `INPUT_INVALID`, nothing written. A page of any size is
 * sent in pieces; one record that does not fit into `max_allowed_packet` throws `STORE_UNAVAILABLE`, nothing written.
 *
 * Purged rows are deleted; when their bytes leave the files, the binary log and backups is the server's affair.
 */
export function mysqlStorage(database: string | MysqlDatabase, options: MysqlStorageOptions = {}): SqlStorage<MysqlTransaction> {
  const { clock, tablePrefix = 'connect_integration_', durability = 'full' } = options
  const schema = { steps: migrations({ tablePrefix }), prefix: tablePrefix }
  checkDurability(durability)
  const sql = statements(tablePrefix)
  const db = connection(sourceOf(database), durability)

  return {
    ...methods(db, sql, clock),
    migrate: () => migrate(db, schema),
    pending: () => pending(db, schema),
    within: (transaction) => ({
      ...methods(within(connectionSource(transaction), durability), sql, clock),
      migrate: async () => undefined,
      close: async () => undefined,
    }),
    close: () => db.close(),
  }
}

function methods(db: Connection, sql: Sql, clock: { now(): number } | undefined): Omit<Storage, 'migrate' | 'close'> {
  // Whole milliseconds: the columns are integers. Without a clock the statements take the database's.
  const now = () => (clock ? Math.floor(clock.now()) : null)

  return {
    contract: 1,
    profile: 'atomic',

    reserve: (account) => db.transaction((database) => reserve(database, sql, account)),
    get: (key) => db.read((database) => get(database, sql, key)),
    update: (id, revision, patch) => db.transaction((database) => update(database, sql, id, revision, patch, now())),
    list: (query) => db.read((database) => list(database, sql, query)),

    schedule: (accountId, delayMs) => db.transaction((database) => schedule(database, sql, accountId, delayMs, now())),

    async claim(query) {
      // Most looks find nothing: those need no lock.
      const free = await db.read((database) => claimable(database, sql, query, now()))
      if (free.length === 0) return []
      const anySetBack = free.some((row) => Number(row.is_set_back) === 1)
      return db.transaction((database) => claim(database, sql, query, now(), anySetBack))
    },

    renew: (accountId, fence, leaseMs) => db.transaction((database) => renew(database, sql, accountId, fence, leaseMs, now())),
    commit: (page) => db.transaction((database) => commit(database, sql, page, now())),
    purge: (accountId) => db.transaction((database) => purge(database, sql, accountId)),

    async changes({ accountId, model, after, limit }) {
      const rows = await db.read((database) => database.all(sql.changes, toStored(accountId), toStored(model), after, `${limit + 1}`))
      const changes = rows.slice(0, limit).map(toChange)
      return { changes, next: rows.length > limit ? (changes.at(-1)?.seq ?? after) : null }
    },

    async stats() {
      return toStats(await db.read((database) => database.all(sql.stats, now())))
    },
  }
}

function checkDurability(durability: unknown) {
  if (durability === 'full' || durability === 'server') return
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `"durability" is ${JSON.stringify(durability)}. Pass 'full' or 'server', or leave it out.`,
  )
}
