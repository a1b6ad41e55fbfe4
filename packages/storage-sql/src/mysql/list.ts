import type { Account, AccountQuery } from '@connect-integration/server/storage'
import { filtersOf } from '../filters.ts'
import { toAccounts } from '../rows.ts'
import type { Statements } from './connection.ts'
import type { Sql } from './statements.ts'

/** Asks for one account more than wanted: only then is it known whether a page comes after this one. */
export async function list(database: Statements, sql: Sql, query: AccountQuery): Promise<{ accounts: Account[]; next: string | null }> {
  const { conditions, values } = filtersOf(query, '<=>')
  const page = `${conditions.join(' AND ')} ORDER BY id LIMIT ?`
  const found = toAccounts(await database.all(sql.select(page), ...values, `${query.limit + 1}`))
  const accounts = found.slice(0, query.limit)
  return { accounts, next: found.length > query.limit ? (accounts.at(-1)?.id ?? null) : null }
}
