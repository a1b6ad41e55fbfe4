import {
  type Account,
  type AccountKey,
  type Change,
  CLOCK_SLACK_MS,
  ErrorCode,
  IntegrationError,
  type Status,
  type Storage,
  type StorageStats,
} from '@connect-integration/server/storage'
import { and, asc, eq, gt, inArray, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import { commit } from './commit.ts'
import { type Database, isDuplicate, openDatabase, type Transaction } from './database.ts'
import { migrate } from './migrate.ts'
import { accounts, models, records } from './schema.ts'

export interface DrizzleStorageOptions {
  /** The store's clock, in epoch milliseconds; the system's unless a test passes its own. */
  clock?: { now(): number }
}

/**
 * The storage port on SQLite, through Drizzle. `path` is a file (its folder must exist) that several processes of one machine may share.
 * Every method that writes is one transaction under the write lock; SQLite is synchronous, so that nothing else of this process runs inside.
 */
export function drizzleStorage(path: string, { clock = Date }: DrizzleStorageOptions = {}): Storage {
  const database = openDatabase(path)
  const { use, transaction } = database

  return {
    contract: 1,
    profile: 'atomic',
    migrate: () => migrate(database),
    close: async () => database.close(),

    reserve: (account) =>
      transaction((tx) => {
        const { id, organizationId, userId, category, originId, slot, status, details, createdAt } = account
        const given = { id, organizationId, userId, category, originId, slot, status, details, createdAt, updatedAt: createdAt }
        const created = tx.insert(accounts).values(given).onConflictDoNothing().returning({ id: accounts.id }).get()
        const found = one(tx, eq(accounts.slot, slot))
        if (!found) throw conflict(`originId "${originId}" or id "${id}" was used before; reserve with fresh ones.`)
        return { account: found, created: created !== undefined }
      }),

    get: async (key) => (await use((db) => one(db, whichOf(key)))) ?? null,

    update: (id, revision, { slot, linkedAccountId, status, token, details, updatedAt, wake }) =>
      transaction((tx) => {
        // Drizzle leaves out what is `undefined` and clears what is `null`: what the port asks for.
        const patch = { slot, linkedAccountId, status, token, details, updatedAt, revision: sql`${accounts.revision} + 1` }
        const values = wake === undefined ? patch : { ...patch, ...wakeIn(wake, clock.now()) }
        const which = and(eq(accounts.id, id), eq(accounts.revision, revision), living)
        const change = () => tx.update(accounts).set(values).where(which).run()
        const taken = `Slot "${slot}" is held by another account; nothing was changed in "${id}".`
        return unique(change, taken).changes === 0 ? 'conflict' : one(tx, eq(accounts.id, id))!
      }),

    async list({ organizationId, userId, category, status, after, limit }) {
      const which = and(
        status ? inArray(accounts.status, [...status]) : living,
        organizationId === undefined ? undefined : eq(accounts.organizationId, organizationId),
        userId === undefined ? undefined : userId === null ? isNull(accounts.userId) : eq(accounts.userId, userId),
        category === undefined ? undefined : eq(accounts.category, category),
        after === undefined ? undefined : gt(accounts.id, after),
      )
      // One more than wanted: only then is it known whether a page comes after this one.
      const found = await use((db) => many(db, which, limit + 1))
      const page = found.slice(0, limit)
      return { accounts: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null }
    },

    async schedule(accountId, delayMs) {
      const values = wakeIn(delayMs, clock.now())
      const which = and(eq(accounts.id, accountId), living)
      await use((db) => db.update(accounts).set(values).where(which).run())
    },

    claim: ({ leaseMs, limit, accountId }) =>
      transaction((tx) => {
        const now = clock.now()
        const free = and(living, or(lte(accounts.lease, now), isSetBack(now)))
        const find = (which: SQL | undefined, order: SQL[], most: number) => {
          const found = tx.select({ id: accounts.id }).from(accounts).where(and(free, which))
          return found
            .orderBy(...order)
            .limit(most)
            .all()
        }
        const named = accountId === undefined ? undefined : eq(accounts.id, accountId)
        const chosen = find(named ?? lte(accounts.due, now), [asc(accounts.due), asc(accounts.id)], limit)
        // What only counts as due, since the clock was set back. A second query, so that each is a look into one index.
        if (!named && chosen.length < limit) {
          chosen.push(...find(and(isSetBack(now), gt(accounts.due, now)), [asc(accounts.recordedAt)], limit - chosen.length))
        }
        return chosen.map(({ id }) => {
          const lease = { fence: sql`${accounts.fence} + 1`, due: settledDue(now), lease: now + leaseMs, recordedAt: now }
          tx.update(accounts).set(lease).where(eq(accounts.id, id)).run()
          const account = one(tx, eq(accounts.id, id))!
          return { account, fence: account.fence, dirty: account.dirty, now }
        })
      }),

    async renew(accountId, fence, leaseMs) {
      const held = and(eq(accounts.id, accountId), eq(accounts.fence, fence), living)
      const now = clock.now()
      const lease = { due: settledDue(now), lease: now + leaseMs, recordedAt: now }
      return (await use((db) => db.update(accounts).set(lease).where(held).run())).changes === 1
    },

    commit: (page) => transaction((tx) => commit(tx, page, clock.now())),

    purge: (accountId) =>
      transaction((tx) => {
        const nothing = { slot: null, token: null, details: null, due: null, lease: 0, recordedAt: null }
        const raised = { fence: sql`${accounts.fence} + 1`, revision: sql`${accounts.revision} + 1` }
        const tombstone = { status: 'deleted' as const, ...nothing, ...raised }
        const which = and(eq(accounts.id, accountId), living)
        tx.update(accounts).set(tombstone).where(which).run()
        tx.delete(records).where(eq(records.accountId, accountId)).run()
        tx.delete(models).where(eq(models.accountId, accountId)).run()
      }),

    async changes({ accountId, model, after, limit }) {
      const { seq, id, deleted, modifiedAt, data } = records
      const newer = and(eq(records.accountId, accountId), eq(records.model, model), gt(seq, after))
      const columns = { seq, id, deleted, modifiedAt, data }
      const select = (db: Database) => db.select(columns).from(records).where(newer).orderBy(asc(seq))
      const found = await use((db) =>
        select(db)
          .limit(limit + 1)
          .all(),
      )
      const changes = found.slice(0, limit).map(({ deleted, ...change }): Change => ({ ...change, op: deleted ? 'delete' : 'upsert' }))
      return { changes, next: found.length > limit ? (changes.at(-1)?.seq ?? after) : null }
    },

    async stats() {
      const now = clock.now()
      const { status, due, lease } = accounts
      const isLeased = sql`${lease} > ${now} and ${isSetBack(now)} is not true`
      const isDue = sql`(${due} <= ${now} or (${due} > ${now} and ${isSetBack(now)})) and not (${isLeased})`
      const counted = (which: SQL) => sql<number>`count(*) filter (where ${which})`
      const late = sql<number | null>`max(${now} - ${due}) filter (where ${isDue})`
      const columns = { status, count: sql<number>`count(*)`, leased: counted(isLeased), due: counted(isDue), late }
      const stats: StorageStats = { accounts: {}, due: 0, leased: 0, lateMs: 0 }
      for (const row of await use((db) => db.select(columns).from(accounts).groupBy(status).all())) {
        stats.accounts[row.status] = row.count
        stats.leased += row.leased
        stats.due += row.due
        stats.lateMs = Math.max(stats.lateMs, row.late ?? 0)
      }
      return stats
    },
  }
}

const living = ne(accounts.status, 'deleted' satisfies Status)

function whichOf(key: AccountKey): SQL | undefined {
  if ('id' in key) return and(eq(accounts.id, key.id), eq(accounts.organizationId, key.organizationId))
  if ('originId' in key) return and(eq(accounts.originId, key.originId), eq(accounts.category, key.category))
  return eq(accounts.linkedAccountId, key.linkedAccountId)
}

/** A tombstone keeps its id at Merge; whoever lives under that id comes first. */
function one(db: Database | Transaction, which: SQL | undefined): Account | undefined {
  const order = [sql`${accounts.status} = 'deleted'`, asc(accounts.id)]
  const row = db.query.accounts.findFirst({ where: which, orderBy: order, with: { models: true } }).sync()
  return row && toAccount(row)
}

function many(db: Database, which: SQL | undefined, limit: number): Account[] {
  return db.query.accounts
    .findMany({ where: which, orderBy: asc(accounts.id), limit, with: { models: true } })
    .sync()
    .map(toAccount)
}

type AccountRow = typeof accounts.$inferSelect & { models: (typeof models.$inferSelect)[] }

function toAccount({ lease: _, recordedAt: __, models, ...account }: AccountRow): Account {
  const states = models.map(({ model, checkpoint, seq, records }) => [model, { checkpoint, seq, records }] as const)
  // Not by assignment: a model may have any name, `__proto__` too.
  return { ...account, models: Object.fromEntries(states) }
}

/** In one statement with the write: two callers at once count twice, and the sooner time stays. */
function wakeIn(delayMs: number, now: number) {
  const due = sql`min(coalesce(${settledDue(now)}, ${now + delayMs}), ${now + delayMs})`
  const lease = sql`case when ${isSetBack(now)} then 0 else ${accounts.lease} end`
  return { due, dirty: sql`${accounts.dirty} + 1`, lease, recordedAt: now }
}

/** The clock was set back since the account was last written: its lease has ended, and if it is due at any time it is due now. */
function isSetBack(now: number): SQL {
  return gt(accounts.recordedAt, now + CLOCK_SLACK_MS)
}

/** What `due` comes to before `recordedAt`, which alone shows that, is overwritten. */
function settledDue(now: number) {
  return sql`case when ${accounts.due} > ${now} and ${isSetBack(now)} then ${now} else ${accounts.due} end`
}

function unique<Result>(write: () => Result, otherwise: string): Result {
  try {
    return write()
  } catch (error) {
    throw isDuplicate(error) ? conflict(otherwise) : error
  }
}

/** Not retryable: the same call would fail again until somebody passes something else. */
function conflict(message: string) {
  return new IntegrationError(ErrorCode.STORE_CONFLICT, message, { retryable: false })
}
