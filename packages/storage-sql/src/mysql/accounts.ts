import {
  type Account,
  type AccountKey,
  type AccountPatch,
  CLOCK_SLACK_MS,
  type Claim,
  type ClaimQuery,
  ErrorCode,
  IntegrationError,
  type NewAccount,
} from '@connect-integration/server/storage'
import { type Row, toAccounts, type Value } from '../rows.ts'
import { storedOrNull, toStored } from '../text.ts'
import type { Statements } from './connection.ts'
import { isDuplicate } from './errors.ts'
import { keyOrNull, toKey } from './keys.ts'
import type { Sql } from './statements.ts'

export async function get(database: Statements, sql: Sql, key: AccountKey): Promise<Account | null> {
  if ('id' in key) return (await only(database, sql.byIdAndOrganization, toStored(key.id), toStored(key.organizationId))) ?? null
  if ('originId' in key) return (await only(database, sql.byOriginId, toStored(key.originId), toStored(key.category))) ?? null
  return (await only(database, sql.byLinkedAccountId, toStored(key.linkedAccountId))) ?? null
}

/** Inside a transaction. Inserts and lets the unique index decide: who comes second waits there until the first one has committed. */
export async function reserve(database: Statements, sql: Sql, account: NewAccount): Promise<{ account: Account; created: boolean }> {
  const slot = toKey('The slot', account.slot)
  const existing = await only(database, sql.bySlot, slot)
  if (existing) return { account: existing, created: false }
  const { id, organizationId, userId, category, originId, status, details } = account
  const key = toKey('The id', id)
  const origin = toKey('The originId', originId)
  const owner = [toKey('The organizationId', organizationId), keyOrNull('The userId', userId), toKey('The category', category)]
  const createdAt = Math.floor(account.createdAt)
  for (;;) {
    try {
      await database.run(sql.insert, key, ...owner, origin, slot, status, storedOrNull(details), createdAt, createdAt)
      return { account: await known(database, sql, id), created: true }
    } catch (error) {
      if (!isDuplicate(error)) throw error
      const first = await only(database, sql.newestBySlot, slot)
      if (first) return { account: first, created: false }
      if ((await database.first(sql.idUsed, key)) || (await database.first(sql.originIdUsed, origin))) {
        throw conflict(`originId "${originId}" or id "${id}" was used before. Reserve with fresh ones.`)
      }
      // The slot was taken when the row came and has been given back since: it is free now.
    }
  }
}

/** Inside a transaction. `time` is the clock's, or `null` for the database's own. */
export async function update(
  database: Statements,
  sql: Sql,
  id: string,
  revision: number,
  patch: AccountPatch,
  time: number | null,
): Promise<Account | 'conflict'> {
  const row = await database.first(sql.lock, time, toStored(id))
  if (!row || Number(row.revision) !== revision || row.status === 'deleted') return 'conflict'
  const values = [
    patch.slot === undefined ? row.slot! : keyOrNull('The slot', patch.slot),
    patch.linkedAccountId === undefined ? row.linked_account_id! : keyOrNull('The linkedAccountId', patch.linkedAccountId),
    patch.status ?? row.status!,
    patch.token === undefined ? row.token! : storedOrNull(patch.token),
    patch.details === undefined ? row.details! : storedOrNull(patch.details),
    patch.updatedAt === undefined ? row.updated_at! : Math.floor(patch.updatedAt),
  ]
  try {
    await database.run(sql.update, ...values, ...woken(row, patch.wake), toStored(id))
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw conflict(`Slot "${patch.slot}" is held by another account. Nothing was changed in "${id}".`)
  }
  return known(database, sql, id)
}

/** Inside a transaction. */
export async function schedule(database: Statements, sql: Sql, accountId: string, delayMs: number, time: number | null) {
  await database.run(sql.schedule, time, time, time, Math.floor(delayMs), time, time, toStored(accountId))
}

/** Inside a transaction. `time` is the clock's, or `null` for the database's own; `anySetBack`, whether {@link claimable} found such rows. */
export async function claim(database: Statements, sql: Sql, query: ClaimQuery, time: number | null, anySetBack: boolean): Promise<Claim[]> {
  const rows = await locked(database, sql, query, time, anySetBack)
  if (rows.length === 0) return []
  const now = Number(rows[0]!.now)
  const ids = JSON.stringify(rows.map(({ id }) => [id]))
  // Of an account that was asked for by its id, a due that has not come stays, unless the clock was set back.
  const latestDue = query.accountId === undefined || Number(rows[0]!.is_set_back) === 1 ? now : Number.MAX_SAFE_INTEGER
  await database.run(sql.lease, ids, latestDue, now, Math.floor(query.leaseMs), toStored(query.owner), now)
  const accounts = toAccounts(await database.all(sql.leased, ids))
  return accounts.map((account) => ({ account, fence: account.fence, dirty: account.dirty, now }))
}

/** What a claim would get, and perhaps more: those that only count as due, since the clock was set back, come on top of the limit. */
export function claimable(database: Statements, sql: Sql, { limit, accountId }: ClaimQuery, time: number | null) {
  if (accountId !== undefined) return database.all(sql.claimableById, ...byId(accountId, limit, time))
  return database.all(sql.claimable, ...byDue(limit, time), ...bySetBack(limit, time))
}

/** What a claim gets, the oldest due first, and locked. */
async function locked(database: Statements, sql: Sql, { limit, accountId }: ClaimQuery, time: number | null, anySetBack: boolean) {
  if (accountId !== undefined) return database.all(sql.claimableByIdLocked, ...byId(accountId, limit, time))
  const due = await database.all(sql.claimableLocked, ...byDue(limit, time))
  if (!anySetBack || due.length === limit) return due
  return [...due, ...(await database.all(sql.claimableSetBackLocked, ...bySetBack(limit - due.length, time)))]
}

// Limits as text: some servers take a number for LIMIT only as an integer, and the driver sends another kind.
const byId = (accountId: string, limit: number, time: number | null) => [time, time, toStored(accountId), time, time, `${limit}`]
const byDue = (limit: number, time: number | null) => [time, time, time, time, `${limit}`]
const bySetBack = (limit: number, time: number | null) => [time, time, time, `${limit}`]

/** Inside a transaction. Counting rows that were written would not do: what counts as written differs between connections. */
export async function renew(database: Statements, sql: Sql, accountId: string, fence: number, leaseMs: number, time: number | null) {
  const row = await database.first(sql.lock, time, toStored(accountId))
  if (!row || Number(row.fence) !== fence || row.status === 'deleted') return false
  const now = Number(row.now)
  await database.run(sql.renew, settled(row).due, now, Math.floor(leaseMs), now, toStored(accountId))
  return true
}

/** In one transaction with the tombstone, so that nobody finds the one without the other. */
export async function purge(database: Statements, sql: Sql, accountId: string): Promise<void> {
  const id = toStored(accountId)
  const row = await database.first(sql.lock, null, id)
  if (!row || row.status === 'deleted') return
  await database.run(sql.entomb, id)
  for (const statement of sql.deleteContent) await database.run(statement, id)
}

/** What `update` writes of due, dirty, lease and recorded_at. */
function woken(row: Row, wake: number | undefined): Value[] {
  if (wake === undefined) return [row.due!, row.dirty!, row.lease!, row.recorded_at!]
  const { due, lease } = settled(row)
  const at = Math.floor(Number(row.now) + wake)
  return [due === null ? at : Math.min(Number(due), at), Number(row.dirty) + 1, lease, row.now!]
}

/** What due and lease come to before recorded_at, which alone shows that the clock was set back, is overwritten. */
function settled({ due, lease, recorded_at, now }: Row): { due: Value; lease: Value } {
  const isSetBack = Number(recorded_at ?? 0) > Number(now) + CLOCK_SLACK_MS
  if (!isSetBack) return { due: due!, lease: lease! }
  return { due: due === null ? null : Math.min(Number(due), Number(now)), lease: null }
}

async function only(database: Statements, statement: string, ...values: Value[]): Promise<Account | undefined> {
  return toAccounts(await database.all(statement, ...values))[0]
}

async function known(database: Statements, sql: Sql, id: string): Promise<Account> {
  return (await only(database, sql.newestById, toStored(id)))!
}

/** Not retryable: the same call would fail again until somebody passes something else. */
function conflict(message: string) {
  return new IntegrationError(ErrorCode.STORE_CONFLICT, message, { retryable: false })
}
