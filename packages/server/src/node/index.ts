import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Handler } from '../http/index.ts'
import { PARSED, WEBHOOK_DOOR, type WebhookDoor } from '../http/webhook.ts'
import { keptBody, type MaybeRead, readWebhook } from './read-webhook.ts'

/** A handler as `node:http`, Express, Fastify and Nest call it. */
export type NodeHandler = (request: MaybeRead & { originalUrl?: string }, response: ServerResponse) => Promise<void>

/**
 * Mounts a handler on anything that speaks `node:http`: `createServer(toNodeHandler(handler))`, `app.use('/api/integrations', toNodeHandler(handler))`.
 * A JSON body that a framework has parsed already is taken as it is, but for a webhook's: that is verified over the bytes that were sent, and
 * where they are gone it is answered with 503, and an error in the log says what to move. When the client goes away the answer is dropped.
 * Never rejects: what cannot even be a `Request` (the method TRACE, for instance) is answered with 405.
 */
export function toNodeHandler(handler: Handler): NodeHandler {
  const door = (handler as { [WEBHOOK_DOOR]?: WebhookDoor | null })[WEBHOOK_DOOR] ?? null
  return async (incoming, outgoing) => {
    if (door !== null && incoming.method === 'POST' && pathOf(incoming) === door.path) return answerWebhook(door, incoming, outgoing)
    const request = toRequest(incoming)
    if (request === null) {
      outgoing.writeHead(405, { allow: 'GET, POST, PATCH, DELETE, OPTIONS' }).end()
      return
    }
    const response = await handler(request)
    if (outgoing.destroyed) return
    outgoing.statusCode = response.status
    for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value)
    const body = response.body === null ? null : Buffer.from(await response.arrayBuffer())
    outgoing.end(body)
  }
}

/** Straight from the bytes: a `Request` around them would cost more than all the rest. */
async function answerWebhook(door: WebhookDoor, incoming: Parameters<NodeHandler>[0], outgoing: ServerResponse): Promise<void> {
  const signature = incoming.headers['x-merge-webhook-signature']
  const read = () => readWebhook(incoming, door.limits)
  const { status, text, headers } = await door.answer(read, typeof signature === 'string' ? signature : null)
  if (outgoing.destroyed) return
  // What has not been read to its end is not read on.
  if (!incoming.complete) outgoing.setHeader('connection', 'close')
  outgoing.writeHead(status, headers).end(text)
}

function pathOf(incoming: Parameters<NodeHandler>[0]): string {
  const path = incoming.originalUrl ?? incoming.url ?? '/'
  const query = path.indexOf('?')
  return query === -1 ? path : path.slice(0, query)
}

/** `null`: a method that fetch does not allow. */
function toRequest(incoming: Parameters<NodeHandler>[0]): Request | null {
  const method = incoming.method ?? 'GET'
  const headers = new Headers()
  for (let place = 0; place < incoming.rawHeaders.length; place += 2) {
    const name = incoming.rawHeaders[place] ?? ''
    // HTTP/2's pseudo headers are no headers to fetch.
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[place + 1] ?? '')
  }
  if (!METHODS.has(method)) return null
  const { parsed, ...body } = bodyOf(incoming, method)
  const request = new Request(urlOf(incoming, headers), { method, headers, ...body })
  return parsed ? Object.defineProperty(request, PARSED, { value: true }) : request
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Only the path counts: identity and origin checks read headers. A hostile Host header or path must neither break the parsing nor name another host. */
function urlOf(incoming: Parameters<NodeHandler>[0], headers: Headers): URL {
  const path = incoming.originalUrl ?? incoming.url ?? '/'
  const base = `http://${/^[\w.:[\]-]+$/.exec(headers.get('host') ?? '')?.[0] ?? 'localhost'}`
  return new URL(path.startsWith('/') ? path.replace(/^[/\\]+/, '/') : '/', URL.canParse(base) ? base : 'http://localhost')
}

/** `parsed`: it is not what was sent any more. */
function bodyOf(incoming: Parameters<NodeHandler>[0], method: string): RequestInit & { duplex?: 'half'; parsed?: boolean } {
  if (method === 'GET' || method === 'HEAD') return {}
  if (incoming.readableEnded) {
    const kept = keptBody(incoming)
    if (kept !== null) return { body: kept }
    return { body: incoming.body === undefined ? '' : JSON.stringify(incoming.body), parsed: true }
  }
  return { body: streamOf(incoming), duplex: 'half' }
}

/** Unlike `Readable.toWeb` it reads nothing before it is asked to, and giving up does not cut the connection: the answer must still go out on it. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false })
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array)
      },
      async cancel() {
        await chunks.return?.()
        incoming.resume()
      },
    },
    { highWaterMark: 0 },
  )
}
