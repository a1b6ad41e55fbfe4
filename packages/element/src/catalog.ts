import { httpListTransport, type ListTransport } from './accounts.ts'
import { type ConnectHeaders, requester } from './request.ts'
import type { ConnectTransport } from './transport.ts'

/** An integration that can be connected. */
export interface CatalogIntegration {
  name: string
  slug: string
  /** Shown over `https:` only. */
  logoUrl: string | null
  /** `#rrggbb`; shown with a text color that can be read on it. */
  color: string | null
  /** What it can be connected as, such as `hris`. */
  categories: string[]
}

/** The calls of `<integration-catalog>`. The first two are those of the connect button. */
export interface CatalogTransport extends ConnectTransport, Pick<ListTransport, 'listAccounts'> {
  listIntegrations(query: { category?: string | null }, options: { signal: AbortSignal }): Promise<{ integrations: CatalogIntegration[] }>
}

/** Talks to the routes of the server package below `endpoint`. */
export function httpCatalogTransport(endpoint: string, headers?: ConnectHeaders): CatalogTransport {
  const request = requester(endpoint, headers)
  return {
    ...httpListTransport(endpoint, headers),
    listIntegrations: ({ category }, options) =>
      request('GET', `/catalog${category ? `?category=${encodeURIComponent(category)}` : ''}`, 'integrations', options),
  }
}

/** Those that can be shown, with the fields that are, whatever else came along; none for what is no list. */
export function readIntegrations(answer: unknown): CatalogIntegration[] {
  return (Array.isArray(answer) ? answer : [])
    .filter((entry) => entry?.slug && typeof entry.name === 'string')
    .map(({ name, slug, logoUrl, color, categories }) => ({
      name,
      slug,
      logoUrl,
      color,
      categories: Array.isArray(categories) ? categories : [],
    }))
}
