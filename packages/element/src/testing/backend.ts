import type { ListedAccount, ListTransport } from '../accounts.ts'
import type { CatalogIntegration, CatalogTransport } from '../catalog.ts'
import type { ConnectedAccount, ConnectTransport } from '../transport.ts'

/** What the modal's double asks instead of the provider. The sandbox has one over HTTP; {@link memoryLinkBackend} needs nothing. */
export interface LinkBackend {
  /** Called when the modal opens. `expired` stands for every token that is not taken. */
  start(linkToken: string): Promise<LinkStart | { expired: true }>
  /** The customer has signed in. `error` is shown to them as it is. */
  complete(linkToken: string, slug: string): Promise<{ publicToken: string } | { error: string }>
  /** The customer has closed the modal before that. */
  abandon?(linkToken: string): Promise<void>
}

export interface LinkStart {
  integrations: LinkableIntegration[]
  /** Set: the token belongs to an account that is linked already, and only the sign-in is asked for. */
  relink: { name: string; slug: string } | null
  organizationName: string
}

export interface LinkableIntegration {
  name: string
  slug: string
  /** `#rrggbb`, for the tile when there is no logo. */
  color: string | null
  logoUrl: string | null
}

/** A provider in memory: takes every token once, and answers `public_1`, `public_2` and so on. */
export function memoryLinkBackend(options: Partial<LinkStart> = {}): LinkBackend {
  const { integrations = INTEGRATIONS, relink = null, organizationName = 'Acme' } = options
  let completed = 0
  return {
    start: async () => ({ integrations, relink, organizationName }),
    complete: async () => ({ publicToken: `public_${++completed}` }),
  }
}

/**
 * A product's server in memory. Counts the calls; set `fail` to a function that
 * throws (a `ConnectError`, say) to make them fail.
 */
export function fakeTransport(): FakeTransport {
  const serial = ++transports
  const transport: FakeTransport = {
    requests: [],
    exchanged: [],
    account: {
      id: 'acc_1',
      category: 'hris',
      status: 'active',
      displayName: null,
      integration: { name: 'BambooHR', slug: 'bamboohr', logoUrl: null, color: '#73c41d' },
    },
    fail: undefined,
    async createLinkToken(request) {
      transport.requests.push(request)
      await transport.fail?.('createLinkToken')
      return { linkToken: `link_${serial}_${transport.requests.length}`, link: { scriptUrl: 'https://modal.test/initialize.js' } }
    },
    async exchange(publicToken) {
      transport.exchanged.push(publicToken)
      await transport.fail?.('exchange')
      return { account: transport.account }
    },
  }
  return transport
}

export interface FakeTransport extends ConnectTransport {
  requests: Parameters<ConnectTransport['createLinkToken']>[0][]
  exchanged: string[]
  /** What an exchange answers. */
  account: ConnectedAccount
  fail: ((call: keyof ListTransport | keyof CatalogTransport) => void | Promise<void>) | undefined
}

/**
 * The same with accounts in it, for an `<integration-list>`. Change `accounts`
 * as the server's data would change; a deletion takes one out at once, or marks
 * it as `deleting` while `slow` is set.
 */
export function fakeListTransport(accounts: ListedAccount[] = []): FakeListTransport {
  const transport: FakeListTransport = Object.assign(fakeTransport(), {
    accounts,
    slow: false,
    listed: [],
    deleted: [],
    async listAccounts({ category }: { category?: string | null }) {
      transport.listed.push(category ?? null)
      await transport.fail?.('listAccounts')
      return { accounts: transport.accounts.filter((account) => !category || account.category === category) }
    },
    async deleteAccount(id: string) {
      transport.deleted.push(id)
      await transport.fail?.('deleteAccount')
      const account = transport.accounts.find((candidate) => candidate.id === id)
      if (!account || !transport.slow) {
        transport.accounts = transport.accounts.filter((candidate) => candidate !== account)
        return null
      }
      const leaving = { ...account, status: 'deleting' }
      transport.accounts = transport.accounts.map((candidate) => (candidate === account ? leaving : candidate))
      return { account: leaving }
    },
  })
  return transport
}

export interface FakeListTransport extends FakeTransport, ListTransport {
  accounts: ListedAccount[]
  slow: boolean
  /** The category of each request for the list. */
  listed: (string | null)[]
  /** The ids of each request to delete. */
  deleted: string[]
}

/** The same with a catalog in it, for an `<integration-catalog>`. Change `integrations` as the server's data would change. */
export function fakeCatalogTransport(integrations: CatalogIntegration[] = [], accounts: ListedAccount[] = []): FakeCatalogTransport {
  const transport: FakeCatalogTransport = Object.assign(fakeListTransport(accounts), {
    integrations,
    catalogs: [],
    async listIntegrations({ category }: { category?: string | null }) {
      transport.catalogs.push(category ?? null)
      await transport.fail?.('listIntegrations')
      return { integrations: transport.integrations.filter(({ categories }) => !category || categories.includes(category)) }
    },
  })
  return transport
}

export interface FakeCatalogTransport extends FakeListTransport, CatalogTransport {
  integrations: CatalogIntegration[]
  /** The category of each request for the catalog. */
  catalogs: (string | null)[]
}

/** A link token serves once, on the whole page. */
let transports = 0

const INTEGRATIONS: LinkableIntegration[] = [
  { name: 'BambooHR', slug: 'bamboohr', color: '#73c41d', logoUrl: null },
  { name: 'Personio', slug: 'personio', color: '#1f1f1f', logoUrl: null },
  { name: 'Workday', slug: 'workday', color: '#0875e1', logoUrl: null },
]
