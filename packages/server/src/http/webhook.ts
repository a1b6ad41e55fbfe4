import type { Core } from '../core.ts'
import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import { MAXIMUM_BYTES, READ_MS, rawBodyRequired } from '../webhooks/receive.ts'
import { publicError } from './public-error.ts'

export { rawBodyRequired }

/** Where Merge's webhooks come in, beside the handler itself: what has the bytes at hand need not make a `Request` of them. */
export interface WebhookDoor {
  /** The whole path. */
  path: string
  limits: { maximumBytes: number; readMs: number; sleep: Core['sleep'] }
  /** Never rejects; what `read` throws is our own trouble, which Merge answers by trying again. */
  answer(read: () => Promise<Uint8Array>, signature: string | null | undefined): Promise<WebhookAnswer>
}

export interface WebhookAnswer {
  status: number
  /** Empty when all is well: Merge reads the status only. */
  text: string
  headers: Record<string, string>
}

/** A handler's door hangs here, for `toNodeHandler`; found also by another copy of this package. */
export const WEBHOOK_DOOR = Symbol.for('connect-integration.webhook-door')
/** Marks a `Request` whose body is not what was sent: it was parsed and written again. */
export const PARSED = Symbol.for('connect-integration.parsed-body')

/** `null`: no `webhookSecrets`, no route; said once, when the handler is made. */
export function createWebhookDoor({ receiveWebhook, logger, randomBytes, sleep }: Core, path: string): WebhookDoor | null {
  if (receiveWebhook === null) {
    logger.warn(
      'Webhooks are off: there is no "webhookSecrets" (MERGE_WEBHOOK_SECRET). Changes are found by looking, every 5 minutes to an hour, and a link that a customer completes in a closing tab waits for the next click.',
    )
    return null
  }
  const told = new Set<ErrorCode>()

  /** Anybody can cause these: each is said once aloud. */
  function report(error: unknown, requestId: string): void {
    const described = describeError(error)
    const isNew = described.code === 'UNEXPECTED' || !told.has(described.code)
    if (described.code !== 'UNEXPECTED') told.add(described.code)
    logger[isNew ? 'error' : 'debug']('A webhook could not be read', { requestId, ...described })
  }

  return {
    path,
    limits: { maximumBytes: MAXIMUM_BYTES, readMs: READ_MS, sleep },
    async answer(read, signature) {
      let trouble: unknown
      try {
        const { status } = await receiveWebhook({ body: await read(), signature })
        if (status === 200) return DONE
        if (status === 401) return refusal('unauthorized', newRequestId())
      } catch (error) {
        trouble = error
      }
      const requestId = newRequestId()
      // A verdict of 503 has been logged where the trouble was.
      if (trouble !== undefined) report(trouble, requestId)
      return refusal('unavailable', requestId)
    },
  }

  function newRequestId(): string {
    return `req_${Buffer.from(randomBytes(9)).toString('base64url')}`
  }
}

const DONE: WebhookAnswer = { status: 200, text: '', headers: { 'content-length': '0' } }

function refusal(code: 'unauthorized' | 'unavailable', requestId: string): WebhookAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-request-id': requestId }
  return { ...publicError(code, requestId), headers }
}

/** The door for whatever speaks `Request`. */
export async function answerWebhook(door: WebhookDoor, request: Request): Promise<Response> {
  const signature = request.headers.get('x-merge-webhook-signature')
  const { status, text, headers } = await door.answer(() => readBytes(door.limits, request), signature)
  return new Response(text === '' ? null : text, { status, headers })
}

async function readBytes({ maximumBytes, readMs, sleep }: WebhookDoor['limits'], request: Request): Promise<Uint8Array> {
  if (request.bodyUsed || PARSED in request) throw rawBodyRequired()
  const reader = request.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const timer = new AbortController()
  const late = sleep(readMs, { signal: timer.signal }).then(
    () => 'late' as const,
    () => 'late' as const,
  )
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), late])
      if (next === 'late') throw tooSlow(readMs)
      if (next.done) return Buffer.concat(chunks)
      size += next.value.byteLength
      if (size > maximumBytes) throw tooLarge(maximumBytes)
      chunks.push(next.value)
    }
  } finally {
    timer.abort()
    // Nobody waits for what is still on its way.
    reader.cancel().catch(() => {})
  }
}

export function tooSlow(readMs: number): IntegrationError {
  return new IntegrationError(ErrorCode.WEBHOOK_UNREADABLE, `The body of a webhook had not arrived whole after ${readMs} ms.`)
}

export function tooLarge(maximumBytes: number): IntegrationError {
  return new IntegrationError(
    ErrorCode.WEBHOOK_UNREADABLE,
    `The body of a webhook is larger than ${maximumBytes} bytes; none of Merge’s is.`,
  )
}
