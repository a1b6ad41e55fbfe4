import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Handler } from '../http/index.ts'

/** A handler as `node:http`, Express, Fastify and Nest call it. */
export type NodeHandler = (request: IncomingMessage & { body?: unknown; originalUrl?: string }, response: ServerResponse) => Promise<void>

/**
 * Mounts a handler on anything that speaks `node:http`: `createServer(toNodeHandler(handler))`, `app.all('/api/integrations/*', toNodeHandler(handler))`.
 * A JSON body that a framework has parsed already is taken as it is. When the client goes away the answer is dropped.
 */
export function toNodeHandler(handler: Handler): NodeHandler {
  return async (incoming, outgoing) => {
    const response = await handler(toRequest(incoming))
    if (outgoing.destroyed) return
    outgoing.statusCode = response.status
    for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value)
    const body = response.body === null ? null : Buffer.from(await response.arrayBuffer())
    outgoing.end(body)
  }
}

function toRequest(incoming: Parameters<NodeHandler>[0]): Request {
  const method = incoming.method ?? 'GET'
  const headers = new Headers()
  for (let place = 0; place < incoming.rawHeaders.length; place += 2) {
    const name = incoming.rawHeaders[place] ?? ''
    // HTTP/2's pseudo headers are no headers to fetch.
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[place + 1] ?? '')
  }
  return new Request(urlOf(incoming, headers), { method, headers, ...bodyOf(incoming, method) })
}

/** Only the path counts: identity and origin checks read headers, and a hostile Host header must not break the parsing. */
function urlOf(incoming: Parameters<NodeHandler>[0], headers: Headers): URL {
  const path = incoming.originalUrl ?? incoming.url ?? '/'
  const base = `http://${headers.get('host') ?? 'localhost'}`
  return new URL(path.startsWith('/') ? path.replace(/^\/+/, '/') : '/', URL.canParse(base) ? base : 'http://localhost')
}

function bodyOf(incoming: Parameters<NodeHandler>[0], method: string): RequestInit & { duplex?: 'half' } {
  if (method === 'GET' || method === 'HEAD') return {}
  if (incoming.body !== undefined && incoming.readableEnded) {
    return { body: typeof incoming.body === 'string' ? incoming.body : JSON.stringify(incoming.body) }
  }
  return { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }
}
