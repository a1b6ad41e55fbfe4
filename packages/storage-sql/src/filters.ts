import type { AccountQuery } from '@connect-integration/server/storage'
import type { Value } from './rows.ts'
import { storedOrNull, toStored } from './text.ts'

/** What a list is narrowed to, for `?` as a parameter's place. `same`: how the dialect says "equal, or both NULL". */
export function filtersOf({ organizationId, userId, category, status, after }: AccountQuery, same: 'IS' | '<=>') {
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
  if (userId !== undefined) filter(`user_id ${same} ?`, storedOrNull(userId))
  if (category !== undefined) filter('category = ?', toStored(category))
  if (after !== undefined) filter('id > ?', toStored(after))
  return { conditions, values }
}
