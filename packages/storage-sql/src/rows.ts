import type { Account, Change, Status, StorageStats } from '@connect-integration/server/storage'
import { fromStored } from './text.ts'

/** What a column of SQLite or MySQL holds here; of MySQL's bytes, their text. */
export type Value = string | number | null

export type Row = Record<string, Value>

/** Accounts joined with their models, one row per model, in the order of the rows. */
export function toAccounts(rows: readonly Row[]): Account[] {
  const accounts = new Map<unknown, { account: Account; models: [string, Account['models'][string]][] }>()
  for (const row of rows) {
    const entry = accounts.get(row.id) ?? { account: toAccount(row), models: [] }
    accounts.set(row.id, entry)
    if (row.model === null) continue
    const state = { checkpoint: textOrNull(row.checkpoint), seq: Number(row.seq), records: Number(row.records) }
    entry.models.push([text(row.model), state])
  }
  // Not by assignment: a model may have any name, `__proto__` too.
  return [...accounts.values()].map(({ account, models }) => ({ ...account, models: Object.fromEntries(models) }))
}

export function toId(row: Row): string {
  return text(row.id)
}

export function toChange(row: Row): Change {
  const { seq, id, deleted, modified_at, data } = row
  return { seq: Number(seq), id: text(id), op: deleted ? 'delete' : 'upsert', modifiedAt: Number(modified_at), data: text(data) }
}

/** From one row for each status. */
export function toStats(rows: readonly Row[]): StorageStats {
  const stats: StorageStats = { accounts: {}, due: 0, leased: 0, lateMs: 0 }
  for (const { status, accounts, due, leased, late } of rows) {
    stats.accounts[status as Status] = Number(accounts)
    stats.due += Number(due)
    stats.leased += Number(leased)
    // Of those whose time has not come it is below 0.
    stats.lateMs = Math.max(stats.lateMs, Number(late))
  }
  return stats
}

function toAccount(row: Row): Account {
  return {
    id: text(row.id),
    organizationId: text(row.organization_id),
    userId: textOrNull(row.user_id),
    category: text(row.category),
    originId: text(row.origin_id),
    slot: textOrNull(row.slot),
    linkedAccountId: textOrNull(row.linked_account_id),
    status: text(row.status) as Status,
    token: textOrNull(row.token),
    details: textOrNull(row.details),
    revision: Number(row.revision),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    due: row.due === null ? null : Number(row.due),
    dirty: Number(row.dirty),
    fence: Number(row.fence),
    models: {},
  }
}

function text(value: Row[string] | undefined): string {
  return fromStored(String(value))
}

function textOrNull(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : text(value)
}
