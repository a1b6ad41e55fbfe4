import { type ErrorCode, IntegrationError } from '../errors.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Lane } from './error-budget.ts'

/** One call of Merge's API. The template, not the filled-in path, is what logs and errors show. */
export interface Call {
  method: 'GET' | 'POST'
  /** Below the API base, with `{name}` for each of `params`. */
  template: string
  params?: Record<string, string>
  query?: Record<string, string | number | boolean | undefined>
  json?: Record<string, unknown>
  accountToken?: Secret
  /** `false`: one attempt only. */
  retry?: false
  caller?: Caller
}

/** Who calls, and so what the call has to wait for. Absent: somebody who waits for the answer. */
export interface Caller {
  lane: Lane
  signal?: AbortSignal
  /** Awaited before every attempt: the pace of the account. */
  turn?: () => Promise<void>
  /** Merge answered 429. */
  throttled?: () => void
}

export interface Answer {
  /** Parsed; `undefined` for an empty body. */
  json: unknown
  /** The `Date` header as epoch milliseconds: Merge's clock. */
  date: number | null
}

/** An error that names the call as it may be shown. */
export function failure(
  call: Call,
  code: ErrorCode,
  what: string,
  details: { status?: number; retryable?: boolean; retryAfterMs?: number | undefined } = {},
): IntegrationError {
  return new IntegrationError(code, `Merge (${call.method} ${call.template}) ${what}`, details as { status?: number })
}
