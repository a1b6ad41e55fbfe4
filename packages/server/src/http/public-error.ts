import { ErrorCode, IntegrationError } from '../errors.ts'

/** All that a browser ever learns of a failure. */
export type PublicErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'already_connected'
  | 'busy'
  | 'cancelled'
  | 'rate_limited'
  | 'unavailable'
  | 'invalid_request'

/** `requestId` is what a customer can quote and a log line carries. */
export function errorResponse(error: unknown, requestId: string): Response {
  const code = publicCode(error)
  const { status, text } = publicError(code, requestId)
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  const wait = IntegrationError.isInstance(error) ? error.retryAfterMs : undefined
  if (code === 'rate_limited' && wait !== undefined) headers.set('retry-after', String(Math.ceil(wait / 1000)))
  return new Response(text, { status, headers })
}

export function publicError(code: PublicErrorCode, requestId: string): { status: number; text: string } {
  const { status, message, retryable } = CATALOG[code]
  return { status, text: JSON.stringify({ error: { code, message, retryable, requestId } }) }
}

export function publicCode(error: unknown): PublicErrorCode {
  const code = IntegrationError.isInstance(error) ? error.code : null
  return (code !== null && Object.hasOwn(PUBLIC, code) && PUBLIC[code]) || 'unavailable'
}

/** Whatever is not named here is `unavailable`. */
const PUBLIC: Partial<Record<ErrorCode, PublicErrorCode>> = {
  [ErrorCode.NOT_AUTHENTICATED]: 'unauthorized',
  [ErrorCode.FORBIDDEN]: 'forbidden',
  [ErrorCode.CROSS_ORIGIN]: 'forbidden',
  [ErrorCode.LINK_NOT_FOUND]: 'not_found',
  [ErrorCode.ALREADY_CONNECTED]: 'already_connected',
  [ErrorCode.BUSY]: 'busy',
  [ErrorCode.STORE_CONFLICT]: 'busy',
  [ErrorCode.LINK_CANCELLED]: 'cancelled',
  [ErrorCode.RATE_LIMITED]: 'rate_limited',
  [ErrorCode.INPUT_INVALID]: 'invalid_request',
}

const CATALOG: Record<PublicErrorCode, { status: number; message: string; retryable: boolean }> = {
  unauthorized: { status: 401, message: 'Please sign in and try again.', retryable: false },
  forbidden: { status: 403, message: 'You are not allowed to do this.', retryable: false },
  not_found: { status: 404, message: 'This connection does not exist.', retryable: false },
  already_connected: { status: 409, message: 'This is connected already.', retryable: false },
  busy: { status: 409, message: 'This connection is being changed right now. Please try again in a moment.', retryable: true },
  cancelled: { status: 409, message: 'This connection was removed while it was being set up.', retryable: false },
  rate_limited: { status: 429, message: 'Too many attempts. Please wait a moment and try again.', retryable: true },
  unavailable: { status: 503, message: 'This is not available right now. Please try again later.', retryable: true },
  invalid_request: { status: 400, message: 'The request could not be understood.', retryable: false },
}
