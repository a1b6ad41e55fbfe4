import { type ConnectHeaders, requester } from './request.ts'
import { type ConnectedAccount, type ConnectTransport, httpTransport } from './transport.ts'

/** A linked account as the list reads it. What an older server leaves out is absent. */
export interface ListedAccount extends ConnectedAccount {
  /** Why it is not as it should be, in English: a foreign text at times, never markup. */
  statusReason?: { code: string; message: string; action: string | null } | null
  sync?: ListedSync | null
}

export interface ListedSync {
  ready?: boolean
  /** `waiting`, `initial`, `partial`, `complete`, `degraded`, `stale`; absent from older servers. */
  readiness?: string
  /** All models together. */
  records?: number
  /** ISO 8601. */
  lastSyncedAt?: string | null
  models?: Record<string, { state?: string; ready?: boolean; records?: number }>
}

/** The calls of `<integration-list>`. The first two are those of the relink. */
export interface ListTransport extends ConnectTransport {
  listAccounts(query: { category?: string | null }, options: { signal: AbortSignal }): Promise<{ accounts: ListedAccount[] }>
  /**
   * `null` when it is gone, the account while it is still being disconnected.
   * Asked for one that is gone, throw a `ConnectError` with `not_found`: that counts as deleted.
   */
  deleteAccount(id: string, options: { signal: AbortSignal }): Promise<{ account: ListedAccount } | null>
}

/** Talks to the routes of the server package below `endpoint`. */
export function httpListTransport(endpoint: string, headers?: ConnectHeaders): ListTransport {
  const request = requester(endpoint, headers)
  return {
    ...httpTransport(endpoint, headers),
    listAccounts: ({ category }, options) =>
      request('GET', `/accounts${category ? `?category=${encodeURIComponent(category)}` : ''}`, 'accounts', options),
    deleteAccount: (id, options) =>
      request<{ account: ListedAccount }>('DELETE', `/accounts/${encodeURIComponent(id)}`, 'account', options),
  }
}
