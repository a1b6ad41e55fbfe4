import type { Account, AccountQuery } from '@connect-integration/server/storage'
import { toAccounts, type Value } from '../rows.ts'
import { storedOrNull, toStored } from '../text.ts'
import type { Statements } from './connection.ts'
import type { Sql } from './statements.ts'

/** Asks for one account more than wanted: only then is it known whether a page comes after this one. */
export async function list(database: Statements, sql: Sql, query: AccountQuery): Promise<{ accounts: Account[]; next: string | null }> {
  const { conditions, values } = filtersOf(query)
  const page = `${conditions.join(' AND ')} ORDER BY id LIMIT ?`
  const found = toAccounts(await database.all(sql.select(page), ...values, `${query.limit + 1}`))
  const accounts = found.slice(0, query.limit)
  return { accounts, next: found.length > query.limit ? (accounts.at(-1)?.id ?? null) : null }
}

function filtersOf({ organizationId, userId, category, status, after }: AccountQuery) {
  const conditions: string[] = []
  const values: Value[] = []
  const filter = (condition: string, ...parameters: Value[]) => {
    conditions.push(condition)
    values.push(...parameters)
  }
  if (status?.length === 0) filter('0 = 1')
  else if (status) filter(`status IN (${status.map(() => '?').join(', ')})`, ...status)
  else filter(`status <> 'deleted'`)
  if (organizationId !== undefined) filter('organization_id = ?', toStored(organizationId))
  if (userId !== undefined) filter('user_id <=> ?', storedOrNull(userId))
  if (category !== undefined) filter('category = ?', toStored(category))
  if (after !== undefined) filter('id > ?', toStored(after))
  return { conditions, values }
}
