import {
  type Account,
  type AccountKey,
  type AccountPatch,
  type Claim,
  type ClaimQuery,
  ErrorCode,
  IntegrationError,
  type NewAccount,
} from '@connect-integration/server/storage'
import { toAccounts, toId, type Value } from '../rows.ts'
import { storedOrNull, toStored } from '../text.ts'
import type { Statements } from './connection.ts'
import { isDuplicate } from './errors.ts'
import type { Sql } from './statements.ts'

export function get(database: Statements, sql: Sql, key: AccountKey): Account | null {
  if ('id' in key) return only(database, sql.byIdAndOrganization, toStored(key.id), toStored(key.organizationId)) ?? null
  if ('originId' in key) return only(database, sql.byOriginId, toStored(key.originId), toStored(key.category)) ?? null
  return only(database, sql.byLinkedAccountId, toStored(key.linkedAccountId)) ?? null
}

/** Needs the write lock: between the look for the slot and the insert nobody else may come. */
export function reserve(database: Statements, sql: Sql, account: NewAccount): { account: Account; created: boolean } {
  const existing = only(database, sql.bySlot, toStored(account.slot))
  if (existing) return { account: existing, created: false }
  const { id, organizationId, userId, category, originId, slot, status, details, createdAt } = account
  const owner = [toStored(id), toStored(organizationId), storedOrNull(userId), toStored(category), toStored(originId)]
  const rest = [toStored(slot), status, storedOrNull(details), Math.floor(createdAt), Math.floor(createdAt)]
  writeUnique(
    () => database.run(sql.insert, ...owner, ...rest),
    `originId "${originId}" or id "${id}" was used before. Reserve with fresh ones.`,
  )
  return { account: known(database, sql, id), created: true }
}

/** Needs the write lock. */
export function update(
  database: Statements,
  sql: Sql,
  id: string,
  revision: number,
  patch: AccountPatch,
  now: number,
): Account | 'conflict' {
  const account = only(database, sql.byId, toStored(id))
  if (account?.revision !== revision || account.status === 'deleted') return 'conflict'
  const { slot = account.slot, linkedAccountId = account.linkedAccountId, status = account.status } = patch
  const { token = account.token, details = account.details, updatedAt = account.updatedAt } = patch
  const texts = [storedOrNull(slot), storedOrNull(linkedAccountId), status, storedOrNull(token), storedOrNull(details)]
  writeUnique(
    () => database.run(sql.update, ...texts, Math.floor(updatedAt), toStored(id)),
    `Slot "${slot}" is held by another account. Nothing was changed in "${id}".`,
  )
  if (patch.wake !== undefined) schedule(database, sql, id, patch.wake, now)
  return known(database, sql, id)
}

export function schedule(database: Statements, sql: Sql, accountId: string, delayMs: number, now: number): void {
  database.run(sql.schedule, now, Math.floor(delayMs), toStored(accountId))
}

/** Needs the write lock. */
export function claim(database: Statements, sql: Sql, { owner, leaseMs, limit, accountId }: ClaimQuery, now: number): Claim[] {
  return claimable(database, sql, limit, accountId, now).map((id) => {
    database.run(sql.lease, Math.floor(leaseMs), toStored(owner), now, toStored(id))
    const account = known(database, sql, id)
    return { account, fence: account.fence, dirty: account.dirty, now }
  })
}

/** Ids of the accounts that a claim would get, the oldest due first; those that only count as due, since the clock was set back, at the end. */
export function claimable(database: Statements, sql: Sql, limit: number, accountId: string | undefined, now: number): string[] {
  if (accountId !== undefined) return database.all(sql.claimableById, now, now, toStored(accountId), limit).map(toId)
  const due = database.all(sql.claimable, now, now, now, limit)
  const others = due.length < limit ? database.all(sql.claimableSetBack, now, now, limit - due.length) : []
  return [...due, ...others].map(toId)
}

/** In one transaction with the tombstone, so that nobody finds the one without the other. */
export function purge(database: Statements, sql: Sql, accountId: string): void {
  const id = toStored(accountId)
  if (database.run(sql.entomb, id) === 0) return
  for (const statement of sql.deleteContent) database.run(statement, id)
}

/** Until the write-ahead log is started over it holds what was deleted. Leaves it as it is while somebody reads from it. */
export function emptyLog(database: Statements): void {
  database.first('PRAGMA wal_checkpoint(TRUNCATE)')
}

function only(database: Statements, statement: string, ...values: Value[]): Account | undefined {
  return toAccounts(database.all(statement, ...values))[0]
}

function known(database: Statements, sql: Sql, id: string): Account {
  return only(database, sql.byId, toStored(id))!
}

function writeUnique(write: () => unknown, otherwise: string) {
  try {
    write()
  } catch (error) {
    // Not retryable: the same call would fail again until somebody passes something else.
    throw isDuplicate(error) ? new IntegrationError(ErrorCode.STORE_CONFLICT, otherwise, { retryable: false, cause: error }) : error
  }
}
