import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Handler } from '../http/index.ts'

/** A handler as `node:http`, Express, Fastify and Nest call it. */
export type NodeHandler = (request: IncomingMessage & { body?: unknown; originalUrl?: string }, response: ServerResponse) => Promise<void>

/**
 * Mounts a handler on anything that speaks `node:http`: `createServer(toNodeHandler(handler))`, `app.all('/api/integrations/*', toNodeHandler(handler))`.
 * A JSON body that a framework has parsed already is taken as it is. When the client goes away the answer is dropped.
 * Never rejects: what cannot even be a `Request` (the method TRACE, for instance) is answered with 405.
 */
export function toNodeHandler(handler: Handler): NodeHandler {
  return async (incoming, outgoing) => {
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
  return new Request(urlOf(incoming, headers), { method, headers, ...bodyOf(incoming, method) })
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Only the path counts: identity and origin checks read headers. A hostile Host header or path must neither break the parsing nor name another host. */
function urlOf(incoming: Parameters<NodeHandler>[0], headers: Headers): URL {
  const path = incoming.originalUrl ?? incoming.url ?? '/'
  const base = `http://${/^[\w.:[\]-]+$/.exec(headers.get('host') ?? '')?.[0] ?? 'localhost'}`
  return new URL(path.startsWith('/') ? path.replace(/^[/\\]+/, '/') : '/', URL.canParse(base) ? base : 'http://localhost')
}

function bodyOf(incoming: Parameters<NodeHandler>[0], method: string): RequestInit & { duplex?: 'half' } {
  if (method === 'GET' || method === 'HEAD') return {}
  if (incoming.body !== undefined && incoming.readableEnded) {
    const asItWas = typeof incoming.body === 'string' || incoming.body instanceof Uint8Array
    return { body: asItWas ? (incoming.body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(incoming.body) }
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
