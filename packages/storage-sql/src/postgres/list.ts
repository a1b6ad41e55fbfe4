import type { AccountQuery } from '@connect-integration/server/storage'
import { toStored } from '../text.ts'
import type { Sql } from './statements.ts'

/** Asks for one account more than wanted: only then is it known whether a page comes after this one. */
export function listStatement(sql: Sql, query: AccountQuery): { statement: string; values: string[] } {
  const values: string[] = []
  const given = (text: string) => `$${values.push(text)}::text`
  const { organizationId, userId, category, status, after } = query
  const conditions = [status ? `status IN (${['NULL', ...status.map(given)].join(', ')})` : `status <> 'deleted'`]
  if (organizationId !== undefined) conditions.push(`organization_id = ${given(toStored(organizationId))}`)
  if (userId !== undefined) conditions.push(userId === null ? 'user_id IS NULL' : `user_id = ${given(toStored(userId))}`)
  if (category !== undefined) conditions.push(`category = ${given(toStored(category))}`)
  if (after !== undefined) conditions.push(`id > ${given(toStored(after))}`)
  return { statement: sql.select(`${conditions.join(' AND ')} ORDER BY id LIMIT ${given(`${query.limit + 1}`)}::bigint`), values }
}
