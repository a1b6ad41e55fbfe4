import '@connect-integration/element/define'
import type { IntegrationList, ListedAccount } from '@connect-integration/element'
import { fakeListTransport } from '@connect-integration/element/testing'
import { expect } from 'vitest'

/** A list on the page, with a server in memory, its first answer drawn. */
export async function prepareList(accounts: ListedAccount[], properties: Partial<IntegrationList> = {}, parent: Node = document.body) {
  const element = document.createElement('integration-list')
  const transport = fakeListTransport(accounts)
  Object.assign(element, { transport, ...properties })
  parent.appendChild(element)
  await expect.poll(() => element.state).not.toBe('loading')
  await element.updateComplete
  const row = (id: string) => element.shadowRoot?.querySelector<HTMLElement>(`[part='row'][data-id='${id}']`)
  return { element, transport, row }
}

/** The list with a new answer. */
export async function refreshed(element: IntegrationList, ready: () => unknown): Promise<void> {
  element.refresh()
  await expect.poll(ready).toBeTruthy()
  await element.updateComplete
}

/** One of each kind that a list can show. */
export function everyAccount(): ListedAccount[] {
  const lastSyncedAt = '2026-01-01T00:00:00Z'
  const models = { 'ats.Candidate': { ready: true, records: 12_000 }, 'ats.Job': { ready: false, records: 345 } }
  const named = (name: string) => ({ name, slug: name.toLowerCase(), logoUrl: null, color: null })
  return [
    {
      id: 'complete',
      category: 'hris',
      status: 'active',
      displayName: null,
      integration: named('BambooHR'),
      sync: { readiness: 'complete', lastSyncedAt },
    },
    {
      id: 'relink',
      category: 'hris',
      status: 'relink_needed',
      displayName: 'US region',
      integration: named('Workday'),
      sync: { readiness: 'stale', lastSyncedAt },
    },
    {
      id: 'initial',
      category: 'ats',
      status: 'active',
      displayName: null,
      integration: named('Greenhouse'),
      sync: { readiness: 'initial', models },
    },
    {
      id: 'waiting',
      category: 'crm',
      status: 'active',
      displayName: null,
      integration: named('Salesforce'),
      sync: { readiness: 'waiting' },
    },
    { id: 'pending', category: 'accounting', status: 'pending', displayName: null, integration: null },
    { id: 'deleting', category: 'ticketing', status: 'deleting', displayName: null, integration: named('Jira') },
    {
      id: 'error',
      category: 'filestorage',
      status: 'error',
      displayName: 'Somethingverylong'.repeat(8),
      integration: named('Google Drive'),
    },
    {
      id: 'partial',
      category: 'hris',
      status: 'active',
      displayName: null,
      integration: named('Personio'),
      sync: { readiness: 'partial', lastSyncedAt },
    },
    {
      id: 'degraded',
      category: 'mktg',
      status: 'active',
      displayName: null,
      integration: named('HubSpot'),
      sync: { readiness: 'degraded', lastSyncedAt },
    },
    {
      id: 'stale',
      category: 'chat',
      status: 'active',
      displayName: null,
      integration: named('Slack'),
      sync: { readiness: 'stale', lastSyncedAt },
    },
    { id: 'held', category: 'knowledgebase', status: 'held', displayName: null, integration: named('Confluence') },
  ]
}
