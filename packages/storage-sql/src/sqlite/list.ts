import type { Account, AccountQuery } from '@connect-integration/server/storage'
import { filtersOf } from '../filters.ts'
import { toAccounts } from '../rows.ts'
import type { Statements } from './connection.ts'
import type { Sql } from './statements.ts'

/** Asks for one account more than wanted: only then is it known whether a page comes after this one. */
export function list(database: Statements, sql: Sql, query: AccountQuery): { accounts: Account[]; next: string | null } {
  const { conditions, values } = filtersOf(query, 'IS')
  const page = `${conditions.join(' AND ')} ORDER BY id LIMIT ?`
  const found = toAccounts(database.all(sql.select(page), ...values, query.limit + 1))
  const accounts = found.slice(0, query.limit)
  return { accounts, next: found.length > query.limit ? (accounts.at(-1)?.id ?? null) : null }
}
