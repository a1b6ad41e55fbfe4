import { IS_FREE, IS_SET_BACK, NOW } from './clock.ts'
import type { Names } from './names.ts'

export type Sql = ReturnType<typeof statements>

/** A whole account `a`, with its models, as json: one statement, so that all of it is of one moment. */
export function accountJson(models: string): string {
  return `json_build_object(
    'id', a.id, 'organizationId', a.organization_id, 'userId', a.user_id, 'category', a.category, 'originId', a.origin_id,
    'slot', a.slot, 'linkedAccountId', a.linked_account_id, 'status', a.status, 'token', a.token, 'details', a.details,
    'revision', a.revision, 'createdAt', a.created_at, 'updatedAt', a.updated_at, 'due', a.due, 'dirty', a.dirty, 'fence', a.fence,
    'models', (SELECT json_agg(json_build_array(m.model, m.checkpoint, m.seq, m.records)) FROM ${models} m WHERE m.account_key = a.account_key))`
}

/**
 * Every statement but those that depend on a query's filters. Each answers with one column of text called "answer", and takes text:
 * no driver's types, and no settings of a driver, come between.
 */
export function statements(names: Names) {
  const { accounts, models } = names
  const call = (name: string, ...types: string[]) =>
    `SELECT ${name}(${types.map((type, index) => `$${index + 1}::text${type === 'text' ? '' : `::${type}`}`).join(', ')}) AS answer`
  const select = (which: string) =>
    `SELECT ${accountJson(models)}::text AS answer FROM (SELECT * FROM ${accounts} WHERE ${which}) a ORDER BY a.id`
  const integers = (count: number) => Array<string>(count).fill('bigint')

  return {
    select,
    byIdAndOrganization: select('id = $1::text AND organization_id = $2::text'),
    byOriginId: select('origin_id = $1::text AND category = $2::text'),
    // A tombstone keeps its id at Merge; whoever lives under that id comes first.
    byLinkedAccountId: select(`linked_account_id = $1::text ORDER BY status = 'deleted', id LIMIT 1`),

    reserve: call(names.reserve, ...Array<string>(8).fill('text'), 'bigint'),
    update: call(names.update, 'text', 'bigint', 'jsonb', 'bigint'),
    schedule: call(names.schedule, 'text', 'bigint', 'bigint'),
    claim: call(names.claim, 'text', 'bigint', 'bigint', 'text', 'bigint'),
    renew: call(names.renew, 'text', 'bigint', 'bigint', 'bigint'),
    commit: call(
      names.commit,
      ...['text', 'bigint', 'text', 'text', 'text', 'text', 'bigint[]', 'bigint[]', 'bigint[]', 'boolean[]', 'text', 'text', 'text'],
      ...integers(3),
      'boolean',
      ...integers(3),
    ),
    purge: call(names.purge, 'text'),

    changes: call(names.changes, 'text', 'text', 'bigint', 'bigint'),
    stats: `
      SELECT json_build_array(status, count(*),
        count(*) FILTER (WHERE ${IS_FREE} IS NOT TRUE),
        count(*) FILTER (WHERE (a.due <= moment OR (a.due > moment AND ${IS_SET_BACK})) AND ${IS_FREE}),
        max(moment - a.due) FILTER (WHERE ${IS_FREE}))::text AS answer
      FROM ${accounts} a, (SELECT ${NOW} AS moment FROM (SELECT $1::text::bigint AS given_now) given) clock GROUP BY status`,
  }
}
