import type { KyInstance } from 'ky'
import { linkedAbort } from '../abort.ts'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Logger, Sleep, SteadyClock } from '../system.ts'
import { createAllowance } from './allowance.ts'
import { type Answer, type Call, failure } from './call.ts'
import type { CircuitBreaker, Outcome } from './circuit-breaker.ts'
import type { ErrorBudget, Lane } from './error-budget.ts'
import { parseJson } from './parse-json.ts'
import { readBody } from './read-body.ts'
import { withRetries } from './retry.ts'
import { createRetryQuota } from './retry-quota.ts'

/**
 * Resolves with a complete 2xx answer or throws an `IntegrationError`; transient failures are retried first, all of it within a minute
 * (waiting for the account's turn and for the error budget not counted).
 * Redirects are never followed: `fetch` would hand the account token to the other host.
 */
export type Transport = (call: Call) => Promise<Answer>

export interface TransportOptions {
  apiBase: URL
  apiKey: Secret
  fetch: typeof fetch
  clock: SteadyClock
  sleep: Sleep
  random: () => number
  logger: Logger
  breaker: Pick<CircuitBreaker, 'check' | 'enter'>
  budget: Pick<ErrorBudget, 'pass' | 'failed' | 'spared'>
}

export function createTransport(options: TransportOptions): Transport {
  const quota = createRetryQuota()
  let client: Promise<KyInstance> | undefined
  return (call) => {
    const allowance = createAllowance(options.clock, WHOLE_MS)
    return withRetries({ ...options, quota, allowance }, call, async () => {
      client ??= loadClient(options)
      const ky = await client
      options.breaker.check(call)
      await call.caller?.turn?.()
      await options.budget.pass(laneOf(call), call.caller?.signal)
      return withBreaker(options, call, () => allowance.spend(() => attempt(ky, options, call, allowance.leftMs())))
    })
  }
}

/** Asked again here, in the moment of the request: while the call waited for its turn and for the budget, Merge may have gone down. */
async function withBreaker<T>({ breaker, budget }: TransportOptions, call: Call, request: () => Promise<T>): Promise<T> {
  let ended: (outcome: Outcome) => void
  try {
    ended = breaker.enter(call)
  } catch (error) {
    budget.spared(laneOf(call))
    throw error
  }
  try {
    const answer = await request()
    ended('answered')
    return answer
  } catch (error) {
    ended(outcomeOf(error))
    throw error
  }
}

/** Any answer below 500 shows that Merge is there, whatever it says. */
function outcomeOf(error: unknown): Outcome {
  if (!IntegrationError.isInstance(error)) return 'unknown'
  const { code, status } = error
  if (code === ErrorCode.UPSTREAM_TIMEOUT) return 'failed'
  if (code === ErrorCode.UPSTREAM_UNAVAILABLE) return status === undefined || status >= 500 ? 'failed' : 'answered'
  return code.startsWith('UPSTREAM_') || code === ErrorCode.CONFIG_AUTH ? 'answered' : 'unknown'
}

function laneOf(call: Call): Lane {
  return call.caller?.lane ?? 'link'
}

/** How long Merge may take to begin an answer. */
const HEADERS_MS = 30_000
/** How long a call may take from its first request on, all attempts together. */
const WHOLE_MS = 60_000

/** ky is loaded with the first request, not with the package. */
async function loadClient(options: TransportOptions): Promise<KyInstance> {
  const { default: ky } = await import('ky')
  return ky.create({ fetch: options.fetch, redirect: 'manual', retry: 0, timeout: false, throwHttpErrors: false })
}

async function attempt(client: KyInstance, options: TransportOptions, call: Call, leftMs: number): Promise<Answer> {
  const deadline = startDeadline(options.sleep, call, leftMs)
  const lane = laneOf(call)
  let answered = false
  try {
    const response = await client(fillTemplate(options.apiBase, call), {
      method: call.method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${options.apiKey.reveal()}`,
        ...(call.accountToken ? { 'x-account-token': call.accountToken.reveal() } : {}),
      },
      ...(call.json ? { json: call.json } : {}),
      signal: deadline.signal,
    })
    deadline.headersArrived()
    answered = true
    if (response.status >= 400 && response.status !== 429) options.budget.failed(lane)
    else options.budget.spared(lane)
    if (response.status === 429) call.caller?.throttled?.()
    const text = await readBody(response, deadline.signal)
    return judge(response, text, options, call)
  } catch (error) {
    throw deadline.explain(error)
  } finally {
    if (!answered) options.budget.spared(lane)
    deadline.clear()
  }
}

/** Fills the path and makes sure that no parameter climbed out of the template. */
function fillTemplate(apiBase: URL, call: Call): URL {
  const path = call.template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = call.params?.[name] ?? ''
    if (!/^[A-Za-z0-9_-]{1,512}$/.test(value)) {
      throw new IntegrationError(
        ErrorCode.INPUT_INVALID,
        `A part of Merge's path ${call.template} ("${name}") has characters that Merge never uses; the call was not made.`,
      )
    }
    return value
  })
  const url = new URL(apiBase)
  url.pathname = `${apiBase.pathname}${path}`
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

function judge(response: Response, text: string, options: TransportOptions, call: Call): Answer {
  const { status } = response
  const dateHeader = Date.parse(response.headers.get('date') ?? '')
  const date = Number.isNaN(dateHeader) ? null : dateHeader
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), date ?? options.clock.now())
  if (status >= 200 && status < 300) {
    if (text === '') return { json: undefined, date }
    try {
      return { json: parseJson(text), date }
    } catch {
      const kind = response.headers.get('content-type') ?? 'no content type'
      throw failure(
        call,
        ErrorCode.UPSTREAM_BAD_RESPONSE,
        `answered ${status} with something that is not JSON (${kind.slice(0, 60)}). If it persists, check that "merge.baseUrl" (${options.apiBase.href}) is Merge's API.`,
        { status },
      )
    }
  }
  if (status >= 300 && status < 400) {
    throw failure(
      call,
      ErrorCode.UPSTREAM_BAD_RESPONSE,
      `answered with a redirect (${status}), which is never followed because it would carry the account token elsewhere. Check "merge.baseUrl" (${options.apiBase.href}).`,
      { status, retryable: false },
    )
  }
  if (status === 429) {
    throw failure(
      call,
      ErrorCode.UPSTREAM_THROTTLED,
      'answered 429: too many requests for this linked account. The call may be made again later.',
      { status, retryAfterMs },
    )
  }
  if (status >= 500 || status === 408 || status === 425) {
    throw failure(call, ErrorCode.UPSTREAM_UNAVAILABLE, `answered ${status}. Merge is having trouble; the call may be made again later.`, {
      status,
      retryAfterMs,
    })
  }
  if (status === 401 && call.accountToken === undefined) {
    throw failure(
      call,
      ErrorCode.CONFIG_AUTH,
      'refused the API key (401). Check "merge.apiKey" (MERGE_API_KEY), and that it belongs to the region of "merge.baseUrl".',
      { status },
    )
  }
  throw failure(call, ErrorCode.UPSTREAM_REJECTED, `refused the request (${status}${refusedFields(text)}).`, { status })
}

/** Names of the fields that Merge complained about; never what it said or what was sent. */
function refusedFields(text: string): string {
  try {
    const names = Object.keys(JSON.parse(text) as object).filter((name) => /^[a-z_]{1,40}$/.test(name) && name !== 'detail')
    return names.length > 0 ? `, fields: ${names.join(', ')}` : ''
  } catch {
    return ''
  }
}

/**
 * RFC 9110 10.2.3: seconds or a date. Beyond a day, or unreadable: as if it were not there. `now`: by the clock that the date is of, so that it
 * does not matter how ours is set.
 */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  // `Date.parse` alone would take "-5" for a year.
  const date = header.endsWith(' GMT') ? Date.parse(header) - now : Number.NaN
  const milliseconds = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : date
  return Number.isNaN(milliseconds) || milliseconds > 86_400_000 ? undefined : Math.max(0, Math.ceil(milliseconds))
}

/** Bounds the wait for the headers and for the whole body, and passes the caller's abort on. `leftMs`: what the attempts before have left. */
function startDeadline(sleep: Sleep, call: Call, leftMs: number) {
  const { signal } = call.caller ?? {}
  const request = linkedAbort(signal)
  const timer = new AbortController()
  let arrived = false

  const expire = (what: string) => request.abort(failure(call, ErrorCode.UPSTREAM_TIMEOUT, what))
  // One timer at a time: it costs a share of every request.
  const watch = async () => {
    const firstMs = Math.min(HEADERS_MS, leftMs)
    await sleep(firstMs, { signal: timer.signal })
    if (leftMs > HEADERS_MS) {
      if (!arrived) return expire(`did not begin to answer within ${HEADERS_MS / 1000} seconds.`)
      await sleep(leftMs - firstMs, { signal: timer.signal })
    }
    expire(`did not answer completely within ${WHOLE_MS / 1000} seconds, all attempts counted.`)
  }
  watch().catch(() => {})

  return {
    signal: request.signal,
    headersArrived: () => {
      arrived = true
    },
    clear: () => {
      // A reason nobody reads, because otherwise every request pays for an error and its stack.
      timer.abort(null)
      request.unlink()
    },
    explain(error: unknown): unknown {
      if (IntegrationError.isInstance(error)) return error
      if (signal?.aborted)
        return new IntegrationError(ErrorCode.ABORTED, `Merge (${call.method} ${call.template}) was not waited for: the caller aborted.`)
      if (request.signal.aborted && IntegrationError.isInstance(request.signal.reason)) return request.signal.reason
      return failure(call, ErrorCode.UPSTREAM_UNAVAILABLE, `could not be reached${reasonOf(error)}. Check the network and "merge.baseUrl".`)
    },
  }
}

/** The system's error code (ECONNREFUSED, ENOTFOUND …), which carries no URL and no header. */
function reasonOf(error: unknown): string {
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as { cause?: unknown }).cause) {
    const code = (cause as { code?: unknown }).code
    if (typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code)) return ` (${code})`
  }
  return ''
}
