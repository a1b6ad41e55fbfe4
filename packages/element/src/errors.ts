import type { ConnectErrorCode } from './error-codes.ts'
import { english } from './messages.ts'

/**
 * What a `transport` throws to say which failure it was. Its `message` is for
 * developers: it goes to the console, so keep secrets out of it. Users never
 * see it; they read the text that belongs to the code.
 */
export class ConnectError extends Error {
  readonly code: ConnectErrorCode
  /** `true` when the same click may work later without anybody changing anything. */
  readonly retryable: boolean

  constructor(code: ConnectErrorCode, message: string, retryable = !FINAL.includes(code)) {
    super(message)
    this.code = code
    this.retryable = retryable
  }
}

/** Also understands a plain `{ code, message, retryable }`; whatever else was thrown counts as a failed network. */
export function toConnectError(thrown: unknown): ConnectError {
  const { code, message, retryable } = Object(thrown) as ConnectError
  return isConnectErrorCode(code) ? new ConnectError(code, message, retryable) : new ConnectError('network', 'no answer')
}

/** The codes are those that have a text. */
export function isConnectErrorCode(code: unknown): code is ConnectErrorCode {
  return `error_${code}` in english
}

const FINAL = ['unauthorized', 'forbidden', 'not_found', 'already_connected', 'cancelled', 'invalid_request']
