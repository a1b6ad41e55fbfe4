import type { ConnectErrorCode } from './error-codes.ts'
import { ConnectError, isConnectErrorCode } from './errors.ts'

/** Extra request headers, or a function that is asked before each request (a fresh bearer token, a CSRF token). */
export type ConnectHeaders = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)

/** One request to the routes below an endpoint; what it answers has the field `key`. */
export type Request = <Answer>(
  method: string,
  path: string,
  key: keyof Answer & string,
  options: RequestInit,
  body?: object,
) => Promise<Answer>

/**
 * Talks to the routes of the server package below `endpoint`. Cookies go along,
 * to another origin too. Throws a {@link ConnectError} for every answer without
 * the field that was asked for; only `204` has none, and is `null`.
 */
export function requester(endpoint: string, headers: ConnectHeaders | undefined): Request {
  return async (method, path, key, options, body) => {
    const response = await fetch(endpoint.replace(/\/$/, '') + path, {
      ...options,
      method,
      headers: { ...(typeof headers === 'function' ? await headers() : headers), ...(body && { 'content-type': 'application/json' }) },
      // The routes take a field or none, not an empty one.
      body: JSON.stringify(body, (_, value) => value || undefined),
      credentials: 'include',
    })
    const answer = await response.json().catch(() => null)
    if (answer?.[key] || (response.status === 204 && method === 'DELETE')) return answer
    const { code, retryable } = answer?.error ?? {}
    if (isConnectErrorCode(code)) throw new ConnectError(code, `${path}: ${code}`, retryable)
    // Something in front of the routes: a proxy, a sign-in page, a handler mounted elsewhere.
    throw new ConnectError(STATUS_CODES[response.status] ?? 'unavailable', `${path}: ${response.status}; is the handler there?`)
  }
}

const STATUS_CODES: Record<number, ConnectErrorCode> = { 401: 'unauthorized', 403: 'forbidden' }
