import type { IncomingMessage } from 'node:http'
import { ErrorCode, IntegrationError } from '../errors.ts'
import { rawBodyRequired, tooLarge, tooSlow, type WebhookDoor } from '../http/webhook.ts'

/** As frameworks leave it: `rawBody` is Nest's and Firebase's, `body` what a parser made of the bytes. */
export type MaybeRead = IncomingMessage & { body?: unknown; rawBody?: unknown }

/**
 * The bytes as they were sent: from the stream, or from whoever read it before and kept them. Throws `WEBHOOK_RAW_BODY_REQUIRED` when they are
 * gone, `WEBHOOK_UNREADABLE` when they are too many, too slow or broken off.
 */
export function readWebhook(incoming: MaybeRead, limits: WebhookDoor['limits']): Promise<Uint8Array> {
  return incoming.readableDidRead || incoming.readableEnded ? fromReader(incoming) : fromStream(incoming, limits)
}

async function fromReader(incoming: MaybeRead): Promise<Uint8Array> {
  const kept = keptBody(incoming)
  if (kept === null) throw rawBodyRequired()
  return typeof kept === 'string' ? Buffer.from(kept) : kept
}

/** What a reader before us kept of the body as it was sent. */
export function keptBody({ rawBody, body }: MaybeRead): string | Uint8Array<ArrayBuffer> | null {
  const kept = [rawBody, body].find((each) => typeof each === 'string' || each instanceof Uint8Array)
  return (kept as string | Uint8Array<ArrayBuffer> | undefined) ?? null
}

function fromStream(incoming: IncomingMessage, { maximumBytes, readMs, sleep }: WebhookDoor['limits']): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let timer: AbortController | undefined
    let size = 0
    let ended = false
    const end = (settle: () => void) => {
      if (ended) return
      ended = true
      timer?.abort()
      settle()
    }
    const stop = (error: IntegrationError) => end(() => reject(error))
    incoming.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      // What still comes is let go, so that the answer can go out.
      if (size > maximumBytes) stop(tooLarge(maximumBytes))
      else if (!ended) chunks.push(chunk)
    })
    incoming.on('end', () => end(() => resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks))))
    incoming.on('error', () => stop(brokenOff()))
    incoming.on('close', () => stop(brokenOff()))
    // Most bodies come in the packet that their headers came in: those need no timer.
    queueMicrotask(() => {
      if (ended || size === Number(incoming.headers['content-length'])) return
      timer = new AbortController()
      sleep(readMs, { signal: timer.signal }).then(
        () => stop(tooSlow(readMs)),
        () => {},
      )
    })
  })
}

function brokenOff(): IntegrationError {
  return new IntegrationError(ErrorCode.WEBHOOK_UNREADABLE, 'The body of a webhook broke off.')
}
