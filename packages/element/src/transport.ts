import type { ConnectError } from './errors.ts'
import { type ConnectHeaders, requester } from './request.ts'

/** The two calls to the product's own server. Replace both by setting the element's `transport`. */
export interface ConnectTransport {
  /**
   * Asked anew on every open: a link token serves once. Throw a {@link ConnectError}
   * to choose the message; anything else counts as `network`.
   */
  createLinkToken(request: LinkTokenRequest, options: { signal: AbortSignal }): Promise<LinkTokenAnswer>
  /**
   * Called once per public token, and again when the failure was retryable: must
   * answer the same account for the same token. Not aborted when the element goes.
   */
  exchange(publicToken: string, options: { signal: AbortSignal }): Promise<{ account: ConnectedAccount }>
}

/** Fields that the element was not given are absent, `null` or empty. */
export interface LinkTokenRequest {
  /** Set: relink this account. Else connect a new one. */
  accountId?: string | null
  category?: string | null
  integration?: string | null
  displayName?: string | null
  language?: string | null
}

export interface LinkTokenAnswer {
  linkToken: string
  link: {
    /** Where the modal's script lives: `https:`, or `http:` on this very machine. */
    scriptUrl: string
    /** Only for regions and installations with an address of their own. */
    apiBaseUrl?: string
  }
}

/** The linked account as the product's server describes it; it carries no token. */
export interface ConnectedAccount {
  id: string
  category: string
  status: string
  displayName: string | null
  integration: { name: string; slug: string; logoUrl: string | null; color: string | null } | null
}

/** Talks to the routes of the server package below `endpoint`. */
export function httpTransport(endpoint: string, headers?: ConnectHeaders): ConnectTransport {
  const request = requester(endpoint, headers)
  return {
    createLinkToken: ({ accountId, ...body }, options) =>
      accountId
        ? request('POST', `/accounts/${encodeURIComponent(accountId)}/relink`, 'linkToken', options, { language: body.language })
        : request('POST', '/link-token', 'linkToken', options, body),
    // keepalive: the request outlives the page, should the customer close it now.
    exchange: (publicToken, options) => request('POST', '/exchange', 'account', { ...options, keepalive: true }, { publicToken }),
  }
}
