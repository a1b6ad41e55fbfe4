import { ErrorCode, IntegrationError, type Storage, type StorageStats } from '@connect-integration/server/storage'
import type { SqlStorage } from '../sql-storage.ts'
import { fromStored, storedOrNull, toStored } from '../text.ts'
import { connectionTo, openConnection, type PostgresDatabase, type PostgresTransaction } from './database.ts'
import { isDuplicate, isUnfit } from './errors.ts'
import { checkedKey } from './keys.ts'
import { listStatement } from './list.ts'
import { migrate, pending } from './migrations.ts'
import { type NameOptions, namesFrom } from './names.ts'
import { integer, pageValues } from './page.ts'
import { type AccountRow, toAccount, toChange } from './rows.ts'
import { type Session, sessionOn } from './session.ts'
import { type Sql, statements } from './statements.ts'

export interface PostgresStorageOptions extends NameOptions {
  /** The store's clock, in epoch milliseconds; the database's own unless a test passes one. */
  clock?: { now(): number }
}

/**
 * Everything in PostgreSQL, 13 or newer, or in PGlite. Each method is one statement, one round trip and one commit; any number of processes may share it,
 * also through a pooler that hands out connections by transaction. Nothing is opened before the first call.
 *
 * Data is a column of type `json`, as it came: `SELECT data ->> 'work_email' FROM connect_integration_records`, and `data::jsonb` for jsonb's operators and
 * indexes, which never fails. A record that jsonb cannot hold (an escaped NUL, half a character, thousands of levels) is kept whole in `data_text` beside.
 *
 * What is written is on disk before a method returns, even where the session has `synchronous_commit = off`; a server that runs with `fsync = off` has
 * chosen otherwise. What is deleted stays readable in the server's files until VACUUM has passed, and in its WAL, backups and replicas as long as those are kept.
 *
 * Ids, slots and names of models have at most 2,500 bytes each, an account's own id and its organization's at most 1,250; a longer one is refused with `INPUT_INVALID`.
 * A database that cannot be used throws `STORE_UNAVAILABLE` with the reason and what to do; serialization failures and deadlocks are tried again first.
 */
export function postgresStorage(database: PostgresDatabase, options: PostgresStorageOptions = {}): SqlStorage<PostgresTransaction> {
  const { clock } = options
  const connection = connectionTo(database)
  const names = namesFrom(options)
  const sql = statements(names)
  const session = sessionOn(connection, true)

  return {
    ...methods(session, sql, clock, false),
    migrate: () => migrate(session, names),
    pending: () => pending(session, names),
    close: () => connection.close(),
    within(transaction) {
      const inside = sessionOn(openConnection(transaction, 'within'), false)
      return { ...methods(inside, sql, clock, true), migrate: async () => undefined, close: async () => undefined }
    },
  }
}

/** `careful`: nothing may fail that could be foreseen, because the transaction would be lost. */
function methods(session: Session, sql: Sql, clock: PostgresStorageOptions['clock'], careful: boolean): Omit<Storage, 'migrate' | 'close'> {
  const now = () => integer(clock?.now())

  return {
    contract: 1,
    profile: 'atomic',

    async reserve({ id, organizationId, userId, category, originId, slot, status, details, createdAt }) {
      const owner = [
        checkedKey(id, 'account id', 1_250),
        checkedKey(organizationId, 'organization id', 1_250),
        storedOrNull(userId),
        toStored(category),
      ]
      const rest = [checkedKey(originId, 'origin id'), checkedKey(slot, 'slot'), status, storedOrNull(details), integer(createdAt)]
      const [answer] = await session.ask(sql.reserve, [...owner, ...rest])
      if (answer === 'used') throw conflict(`originId "${originId}" or id "${id}" was used before. Reserve with fresh ones.`)
      const { account, created } = JSON.parse(answer!) as { account: AccountRow; created: boolean }
      return { account: toAccount(account), created }
    },

    async get(key) {
      const [statement, ...values] =
        'id' in key
          ? [sql.byIdAndOrganization, key.id, key.organizationId]
          : 'originId' in key
            ? [sql.byOriginId, key.originId, key.category]
            : [sql.byLinkedAccountId, key.linkedAccountId]
      const [answer] = await session.ask(statement!, values.map(toStored))
      return answer === undefined ? null : toAccount(JSON.parse(answer))
    },

    async update(id, revision, { slot, linkedAccountId, status, token, details, updatedAt, wake }) {
      if (slot) checkedKey(slot, 'slot')
      if (linkedAccountId) checkedKey(linkedAccountId, 'linked account id')
      const texts = Object.entries({ slot, linkedAccountId, token, details }).filter(([, text]) => text !== undefined)
      const stored = Object.fromEntries(texts.map(([name, text]) => [name, storedOrNull(text ?? null)]))
      const patch = { ...stored, status, updatedAt: floor(updatedAt), wake: floor(wake) }
      const values = [toStored(id), `${revision}`, JSON.stringify(patch), now()]
      const [answer] = await session.attempt(sql.update, values, isDuplicate).catch((error: unknown) => {
        if (isDuplicate(error)) return ['used']
        throw error
      })
      if (answer === 'used') throw conflict(`Slot "${slot}" is held by another account. Nothing was changed in "${id}".`)
      return answer === 'conflict' ? answer : toAccount(JSON.parse(answer!))
    },

    async list(query) {
      const { statement, values } = listStatement(sql, query)
      const found = (await session.ask(statement, values)).map((answer) => toAccount(JSON.parse(answer)))
      const accounts = found.slice(0, query.limit)
      return { accounts, next: found.length > query.limit ? (accounts.at(-1)?.id ?? null) : null }
    },

    async schedule(accountId, delayMs) {
      await session.ask(sql.schedule, [toStored(accountId), integer(delayMs), now()])
    },

    async claim({ owner, leaseMs, limit, accountId }) {
      const values = [toStored(owner), integer(leaseMs), integer(limit), storedOrNull(accountId ?? null), now()]
      return (await session.ask(sql.claim, values)).map((answer) => {
        const claimed = JSON.parse(answer) as { account: AccountRow; now: number }
        const account = toAccount(claimed.account)
        return { account, fence: account.fence, dirty: account.dirty, now: claimed.now }
      })
    },

    async renew(accountId, fence, leaseMs) {
      const answers = await session.ask(sql.renew, [toStored(accountId), `${fence}`, integer(leaseMs), now()])
      return answers.length === 1
    },

    async commit(page) {
      const [answer] = careful
        ? await session.ask(sql.commit, pageValues(page, now(), true))
        : await session.attempt(sql.commit, pageValues(page, now(), false), isUnfit).catch((error: unknown) => {
            if (!isUnfit(error)) throw error
            return session.ask(sql.commit, pageValues(page, now(), true))
          })
      return answer === 'fenced' || answer === 'held' ? answer : JSON.parse(answer!)
    },

    async purge(accountId) {
      await session.ask(sql.purge, [toStored(accountId)])
    },

    async changes({ accountId, model, after, limit }) {
      const answers = await session.ask(sql.changes, [toStored(accountId), toStored(model), `${after}`, `${limit + 1}`])
      const changes = answers.slice(0, limit).map(toChange)
      return { changes, next: answers.length > limit ? (changes.at(-1)?.seq ?? after) : null }
    },

    async stats() {
      const stats: StorageStats = { accounts: {}, due: 0, leased: 0, lateMs: 0 }
      for (const answer of await session.ask(sql.stats, [now()])) {
        const [status, accounts, leased, due, late] = JSON.parse(answer) as [string, number, number, number, number | null]
        stats.accounts[fromStored(status) as keyof StorageStats['accounts']] = accounts
        stats.due += due
        stats.leased += leased
        // Of those whose time has not come it is below 0.
        stats.lateMs = Math.max(stats.lateMs, late ?? 0)
      }
      return stats
    },
  }
}

function floor(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.floor(value)
}

function conflict(message: string) {
  // Not retryable: the same call would fail again until somebody passes something else.
  return new IntegrationError(ErrorCode.STORE_CONFLICT, message, { retryable: false })
}
