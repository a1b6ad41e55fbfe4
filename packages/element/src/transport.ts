import { ConnectError, type ConnectErrorCode, isConnectErrorCode } from './errors.ts'

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

/** Extra request headers, or a function that is asked before each request (a fresh bearer token, a CSRF token). */
export type ConnectHeaders = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)

/** Talks to the routes of the server package below `endpoint`. Cookies go along, to another origin too. */
export function httpTransport(endpoint: string, headers?: ConnectHeaders): ConnectTransport {
  return {
    createLinkToken: ({ accountId, ...request }, options) =>
      accountId
        ? post(`/accounts/${encodeURIComponent(accountId)}/relink`, { language: request.language }, 'linkToken', options)
        : post('/link-token', request, 'linkToken', options),
    // keepalive: the request outlives the page, should the customer close it now.
    exchange: (publicToken, options) => post('/exchange', { publicToken }, 'account', { ...options, keepalive: true }),
  }

  async function post<Answer>(path: string, body: object, key: keyof Answer & string, options: RequestInit): Promise<Answer> {
    const response = await fetch(endpoint.replace(/\/$/, '') + path, {
      ...options,
      method: 'POST',
      headers: { ...(typeof headers === 'function' ? await headers() : headers), 'content-type': 'application/json' },
      // The routes take a field or none, not an empty one.
      body: JSON.stringify(body, (_, value) => value || undefined),
      credentials: 'include',
    })
    const answer = await response.json().catch(() => null)
    if (answer?.[key]) return answer
    const { code, retryable } = answer?.error ?? {}
    if (isConnectErrorCode(code)) throw new ConnectError(code, `${path}: ${code}`, retryable)
    // Something in front of the routes: a proxy, a sign-in page, a handler mounted elsewhere.
    throw new ConnectError(STATUS_CODES[response.status] ?? 'unavailable', `${path}: ${response.status}; is the handler there?`)
  }
}

const STATUS_CODES: Record<number, ConnectErrorCode> = { 401: 'unauthorized', 403: 'forbidden' }
