/** One class for everything that can go wrong here; tell failures apart by {@link IntegrationError.code}. */
export class IntegrationError extends Error {
  override readonly name = 'IntegrationError'
  /** One of {@link ErrorCode}: stable, safe to log and to switch on. */
  readonly code: ErrorCode
  /** `true` when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  /** HTTP status of Merge's answer, where there was one. */
  readonly status: number | undefined
  /** Milliseconds that Merge asked us to wait (`Retry-After`), where it did. */
  readonly retryAfterMs: number | undefined
  /** Ours (`LinkedAccount.id`), never Merge's. */
  readonly accountId: string | undefined
  readonly model: string | undefined
  private readonly marker = MARKER

  constructor(code: ErrorCode, message: string, details: IntegrationErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryable = details.retryable ?? RETRYABLE.has(code)
    this.status = details.status
    this.retryAfterMs = details.retryAfterMs
    this.accountId = details.accountId
    this.model = details.model
  }

  /** Like `instanceof`, but also true for an error from a second copy of this package. */
  static isInstance(error: unknown): error is IntegrationError {
    try {
      return typeof error === 'object' && error !== null && (error as { marker?: unknown }).marker === MARKER
    } catch {
      return false
    }
  }
}

/** What may be logged of anything that was thrown: of our own errors all, of others what they call themselves. Never throws. */
export function describeError(error: unknown): { code: ErrorCode | 'UNEXPECTED'; message: string } {
  if (IntegrationError.isInstance(error)) return { code: error.code, message: error.message }
  return { code: 'UNEXPECTED', message: nameOf(error) }
}

function nameOf(error: unknown): string {
  try {
    const name = (error as { name?: unknown } | null | undefined)?.name
    return typeof name === 'string' && /^[\w.]{1,60}$/.test(name) ? name : typeof error
  } catch {
    return typeof error
  }
}

export interface IntegrationErrorDetails {
  retryable?: boolean
  status?: number
  retryAfterMs?: number
  accountId?: string
  model?: string
  /** Must be free of secrets: no request, no response, no body. */
  cause?: unknown
}

/**
 * Whose fault it is shows in the prefix: `CONFIG_` the operator's, `INPUT_` and
 * `LINK_` the caller's, `ACCOUNT_` the state of a connection, `UPSTREAM_` Merge's
 * or the network's, `STORE_` the storage adapter's, `CRYPTO_` the keys',
 * `WEBHOOK_` the way a webhook was handed over.
 */
export const ErrorCode = {
  /** An option or environment variable is missing or malformed; the message names it. */
  CONFIG_INVALID: 'CONFIG_INVALID',
  /** Merge refused the API key itself. */
  CONFIG_AUTH: 'CONFIG_AUTH',
  /** An optional package is not installed; the message says which. */
  CONFIG_PEER_MISSING: 'CONFIG_PEER_MISSING',
  /** What the caller passed cannot be used; the message names the argument. */
  INPUT_INVALID: 'INPUT_INVALID',
  /** Nobody is signed in. */
  NOT_AUTHENTICATED: 'NOT_AUTHENTICATED',
  /** Signed in, but `authorize` said no. */
  FORBIDDEN: 'FORBIDDEN',
  /** An unsafe request from an origin that is not in `trustedOrigins`. */
  CROSS_ORIGIN: 'CROSS_ORIGIN',
  /** Our own limit for this user or organization. */
  RATE_LIMITED: 'RATE_LIMITED',
  /** No such linked account for this owner; another owner's looks exactly the same. */
  LINK_NOT_FOUND: 'LINK_NOT_FOUND',
  /** The connection was deleted while the customer was still linking it. */
  LINK_CANCELLED: 'LINK_CANCELLED',
  /** `originIds: 'one-per-category'` and this category is connected already. */
  ALREADY_CONNECTED: 'ALREADY_CONNECTED',
  /** The connection is being deleted; try again when it is gone. */
  BUSY: 'BUSY',
  /** The customer must relink before anything else works. */
  ACCOUNT_RELINK_NEEDED: 'ACCOUNT_RELINK_NEEDED',
  /** The network failed or Merge answered 5xx. */
  UPSTREAM_UNAVAILABLE: 'UPSTREAM_UNAVAILABLE',
  /** No complete answer in time. */
  UPSTREAM_TIMEOUT: 'UPSTREAM_TIMEOUT',
  /** Merge answered 429; see {@link IntegrationError.retryAfterMs}. */
  UPSTREAM_THROTTLED: 'UPSTREAM_THROTTLED',
  /** Merge refused the request as such (400, 404 and the like). */
  UPSTREAM_REJECTED: 'UPSTREAM_REJECTED',
  /** An answer that is not what Merge documents: HTML with 200, cut-off JSON, a redirect, a page without results. */
  UPSTREAM_BAD_RESPONSE: 'UPSTREAM_BAD_RESPONSE',
  /** A list returned a cursor that it had returned before. */
  UPSTREAM_PAGINATION_LOOP: 'UPSTREAM_PAGINATION_LOOP',
  /** Merge does not accept a cursor any more; the walk starts again. */
  UPSTREAM_CURSOR_INVALID: 'UPSTREAM_CURSOR_INVALID',
  /** `sink.write` failed; nothing was stored, and the same batch comes again. */
  SYNC_SINK_FAILED: 'SYNC_SINK_FAILED',
  /** More deletions than `sync.massDeletion` allows: held back until `account.confirmDeletions(model)`. */
  SYNC_MASS_DELETION: 'SYNC_MASS_DELETION',
  /** Three sync runs in a row ended at their deadline before Merge's first answer: a larger budget for `tick`, or a process that runs all the time. */
  SYNC_TOO_SLOW: 'SYNC_TOO_SLOW',
  /** All records of a list had to be left out, because none has an id or the store refuses them. */
  SYNC_RECORDS_LEFT_OUT: 'SYNC_RECORDS_LEFT_OUT',
  /** The connection leads to another company than the one whose data is stored: nothing is read until `account.confirmCompany()`, or a relink to the company of before. */
  OTHER_COMPANY: 'OTHER_COMPANY',
  /** A webhook's body had been parsed before it got here; the message names what to move. */
  WEBHOOK_RAW_BODY_REQUIRED: 'WEBHOOK_RAW_BODY_REQUIRED',
  /** A webhook's body was too large, too slow, or broken off. */
  WEBHOOK_UNREADABLE: 'WEBHOOK_UNREADABLE',
  /** The row kept changing under us. */
  STORE_CONFLICT: 'STORE_CONFLICT',
  /** The database cannot be used; the message says why and what to do. */
  STORE_UNAVAILABLE: 'STORE_UNAVAILABLE',
  /** The adapter implements another contract, or its schema is newer than this code. */
  STORE_CONTRACT: 'STORE_CONTRACT',
  /** A ciphertext does not belong to its row, or was changed. */
  CRYPTO_TAMPERED: 'CRYPTO_TAMPERED',
  /** Sealed with a key that is not in `secrets` any more. */
  CRYPTO_KEY_UNKNOWN: 'CRYPTO_KEY_UNKNOWN',
  /** The key management service could not be asked, or refused. */
  CRYPTO_UNAVAILABLE: 'CRYPTO_UNAVAILABLE',
  /** Aborted by the caller's signal. */
  ABORTED: 'ABORTED',
} as const
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

const MARKER = 'connect-integration.error.v1'

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.RATE_LIMITED,
  ErrorCode.BUSY,
  ErrorCode.UPSTREAM_UNAVAILABLE,
  ErrorCode.UPSTREAM_TIMEOUT,
  ErrorCode.UPSTREAM_THROTTLED,
  ErrorCode.UPSTREAM_BAD_RESPONSE,
  ErrorCode.UPSTREAM_CURSOR_INVALID,
  ErrorCode.SYNC_SINK_FAILED,
  ErrorCode.STORE_CONFLICT,
  ErrorCode.STORE_UNAVAILABLE,
  ErrorCode.CRYPTO_UNAVAILABLE,
])
