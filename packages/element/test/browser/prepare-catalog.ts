import '@connect-integration/element/define'
import type { CatalogIntegration, IntegrationCatalog, ListedAccount } from '@connect-integration/element'
import { fakeCatalogTransport, IntegrationCatalogHarness } from '@connect-integration/element/testing'
import { afterEach, expect } from 'vitest'

/** A catalog on the page, with a server in memory, its first answer drawn. */
export async function prepareCatalog(
  integrations: CatalogIntegration[] = someIntegrations(),
  options: { accounts?: ListedAccount[]; properties?: Partial<IntegrationCatalog>; parent?: Node; fail?: () => unknown } = {},
) {
  const element = document.createElement('integration-catalog')
  const transport = fakeCatalogTransport(integrations, options.accounts)
  transport.fail = options.fail as typeof transport.fail
  Object.assign(element, { transport, ...options.properties })
  const parent = options.parent ?? document.body
  parent.appendChild(element)
  await expect.poll(() => element.state).not.toBe('loading')
  await element.updateComplete
  return { element, transport, harness: new IntegrationCatalogHarness(element) }
}

/** Of several categories, with the hardest colors to write on, and a name that does not fit. */
export function someIntegrations(): CatalogIntegration[] {
  return [
    { name: 'BambooHR', slug: 'bamboohr', logoUrl: null, color: '#73c41d', categories: ['hris', 'ats'] },
    { name: 'Greenhouse', slug: 'greenhouse', logoUrl: null, color: '#757575', categories: ['ats'] },
    { name: 'Somethingverylong'.repeat(6), slug: 'long', logoUrl: null, color: '#ffee00', categories: ['crm'] },
    { name: 'Société Générale', slug: 'societe', logoUrl: null, color: 'red;background:url(x)', categories: ['accounting'] },
    { name: 'Workday', slug: 'workday', logoUrl: null, color: '#0875e1', categories: ['hris'] },
  ]
}

export function linkedTo(slug: string, fields: Partial<ListedAccount> = {}): ListedAccount {
  const integration = { name: slug, slug, logoUrl: null, color: null }
  return { id: `acc_${slug}`, category: 'hris', status: 'active', displayName: null, integration, ...fields }
}

afterEach(() => sessionStorage.clear())
