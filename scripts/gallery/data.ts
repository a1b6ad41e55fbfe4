import type { CatalogIntegration, ListedAccount } from '@connect-integration/element'

/** One of each kind that a list can show. */
export function everyAccount(): ListedAccount[] {
  const lastSyncedAt = new Date(Date.now() - 190_000).toISOString()
  const models = { 'ats.Candidate': { ready: true, records: 12_000 }, 'ats.Job': { ready: false, records: 345 } }
  const account = (id: string, name: string | null, fields: Partial<ListedAccount>): ListedAccount => ({
    id,
    category: 'hris',
    status: 'active',
    displayName: null,
    integration: name ? { name, slug: slugOf(name), logoUrl: null, color: null } : null,
    ...fields,
  })
  return [
    account('complete', 'BambooHR', { sync: { readiness: 'complete', lastSyncedAt } }),
    account('relink', 'Workday', { status: 'relink_needed', displayName: 'US region', sync: { lastSyncedAt } }),
    account('initial', 'Greenhouse', { category: 'ats', sync: { readiness: 'initial', models } }),
    account('waiting', 'Salesforce', { category: 'crm', sync: { readiness: 'waiting' } }),
    account('pending', null, { category: 'accounting', status: 'pending' }),
    account('deleting', 'Jira', { category: 'ticketing', status: 'deleting' }),
    account('error', 'Google Drive', { category: 'filestorage', status: 'error', displayName: 'Somethingverylong'.repeat(8) }),
    account('partial', 'Personio', { sync: { readiness: 'partial', lastSyncedAt } }),
    account('degraded', 'HubSpot', { category: 'mktg', sync: { readiness: 'degraded', lastSyncedAt } }),
    account('stale', 'Slack', { category: 'chat', sync: { readiness: 'stale', lastSyncedAt } }),
    account('held', 'Confluence', { category: 'knowledgebase', status: 'held' }),
    account('arabic', 'خدمة الرواتب', { displayName: 'الفرع الرئيسي', sync: { readiness: 'complete', lastSyncedAt } }),
  ]
}

/** Without logos: those are on other machines. Among the colors are the hardest to write on. */
export function someIntegrations(): CatalogIntegration[] {
  const entries: [name: string, color: string | null, categories: string[]][] = [
    ['BambooHR', '#73c41d', ['hris', 'ats']],
    ['Confluence', '#0052cc', ['knowledgebase']],
    ['Google Drive', '#1fa463', ['filestorage']],
    ['Greenhouse', '#757575', ['ats']],
    ['HubSpot', '#ff7a59', ['crm', 'mktg']],
    ['Jira', '#0875e1', ['ticketing']],
    ['Personio', '#1f1f1f', ['hris']],
    ['Salesforce', '#00a1e0', ['crm']],
    ['Slack', '#4a154b', ['chat']],
    ['Société Générale', '#ffee00', ['accounting']],
    ['Somethingverylong'.repeat(4), 'no color', ['accounting']],
    ['Workday', '#ffffff', ['hris']],
    ['خدمة الرواتب', '#12694a', ['hris']],
  ]
  return entries.map(([name, color, categories]) => ({ name, slug: slugOf(name), logoUrl: null, color, categories }))
}

export function manyIntegrations(count: number): CatalogIntegration[] {
  const some = someIntegrations()
  return Array.from({ length: count }, (_, place) => {
    const one = some[place % some.length]!
    return { ...one, name: `${one.name} ${place + 1}`, slug: `${one.slug}-${place + 1}` }
  })
}

function slugOf(name: string): string {
  return name.toLowerCase().replace(/\s+/g, '-')
}
