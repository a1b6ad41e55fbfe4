import type { FakeMerge } from '../sync/fake-merge.ts'

export const EMPLOYEE = 'hris.Employee'
export const COMPANY = 'hris.Company'
export const TIMEOFF = 'hris.TimeOff'
export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** Writes the account's details as a relink, a rebuild or a confirmation does. */
export async function ask(fake: FakeMerge, id: string, change: (details: Record<string, unknown>) => Record<string, unknown>) {
  const row = await fake.storage.get({ id, organizationId: `org_${id}` })
  if (row === null) throw new Error('no row')
  const details = row.details === null ? {} : (JSON.parse(row.details) as Record<string, unknown>)
  const answer = await fake.storage.update(id, row.revision, { details: JSON.stringify({ ...details, ...change(details) }), wake: 0 })
  if (answer === 'conflict') throw new Error('conflict')
}
export const relink = (fake: FakeMerge, id: string) => ask(fake, id, ({ relinks }) => ({ relinks: Number(relinks ?? 0) + 1 }))

export async function handle(fake: FakeMerge, id: string) {
  const account = await fake.integrations.forOrganization(`org_${id}`).account(id)
  if (account === null) throw new Error('no account')
  return account
}
export const live = async (fake: FakeMerge, id: string, model: string) =>
  (await fake.rows(id, model)).filter(({ op }) => op === 'upsert').map((row) => row.id)
export const named = (records: Record<string, unknown>[], prefix: string) =>
  records.map((record) => ({ ...record, id: `${prefix}${record.id}` }))
export const since = (records: readonly Record<string, unknown>[], query: URLSearchParams) => {
  const after = query.get('modified_after')
  return records.filter((record) => after === null || String(record.modified_at) >= after.replace('Z', ''))
}
