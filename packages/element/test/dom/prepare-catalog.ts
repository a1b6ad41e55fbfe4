import '@connect-integration/element/define/integration-catalog'
import type { CatalogIntegration, IntegrationCatalog, ListedAccount } from '@connect-integration/element'
import { fakeCatalogTransport, IntegrationCatalogHarness } from '@connect-integration/element/testing'
import { afterEach, beforeEach, vi } from 'vitest'
import { settle } from './prepare.ts'

export function integration(name: string, fields: Partial<CatalogIntegration> = {}): CatalogIntegration {
  return { name, slug: name.toLowerCase(), logoUrl: null, color: null, categories: ['hris'], ...fields }
}

/** A catalog on the page, with a server in memory, its first answer drawn. */
export async function prepareCatalog(
  integrations: CatalogIntegration[] = [],
  options: { accounts?: ListedAccount[]; properties?: Partial<IntegrationCatalog>; fail?: () => unknown } = {},
) {
  const element = document.createElement('integration-catalog')
  const transport = fakeCatalogTransport(integrations, options.accounts)
  transport.fail = options.fail as typeof transport.fail
  const events: { name: string; detail: unknown }[] = []
  for (const name of ['integration-catalog-loaded', 'integration-catalog-error'] as const)
    element.addEventListener(name, ({ detail }) => events.push({ name, detail }))
  Object.assign(element, { transport, ...options.properties })
  document.body.append(element)
  await drawnCatalog(element)
  const part = (name: string) => element.shadowRoot?.querySelector<HTMLElement>(`[part='${name}']`) ?? null
  const card = (slug: string) => element.shadowRoot?.querySelector<HTMLElement>(`[part='card'][data-slug='${slug}']`) ?? null
  const said = () => element.shadowRoot?.querySelector(".unseen[role='status']:not([part] *)")?.textContent?.replace(/[\u2068\u2069]/g, '')
  return { element, transport, events, part, card, said, harness: new IntegrationCatalogHarness(element) }
}

/** Everything that was asked for has been answered and drawn. */
export async function drawnCatalog(element: IntegrationCatalog): Promise<void> {
  await settle()
  await element.updateComplete
  await settle()
}

// This DOM double has an observer that never reports anything.
beforeEach(() => vi.stubGlobal('IntersectionObserver', undefined))
afterEach(() => {
  vi.unstubAllGlobals()
  sessionStorage.clear()
})
