import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Sandbox } from './sandbox.ts'

export interface ListenOptions {
  /** Default 0: any free one. */
  port?: number
  /** Default 127.0.0.1. Anybody who can reach the sandbox can do with it what they like: keep it there. */
  host?: string
}

export interface ListeningSandbox {
  /** Without a slash at the end. Merge's client wants this and `/api`. */
  url: string
  /** Stops listening and drops every open connection. */
  close(): Promise<void>
}

const deliveryIntervalMs = 250
const maximumBodyBytes = 1_000_000

/** Puts a sandbox on a socket. Rejects when the port is taken. */
export async function listenSandbox(sandbox: Sandbox, { port = 0, host = '127.0.0.1' }: ListenOptions = {}): Promise<ListeningSandbox> {
  const server = createServer((incoming, outgoing) => {
    serve(sandbox, incoming, outgoing).catch(() => {
      // A connection that a fault has killed, or one whose answer failed half way: the caller must not take it for whole.
      outgoing.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  // Runs end without anybody asking; their webhooks should go out all the same.
  const deliveries = setInterval(() => void sandbox.deliverWebhooks(), deliveryIntervalMs)
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        clearInterval(deliveries)
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(sandbox: Sandbox, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await readBody(incoming)
  if (body === 'too long') {
    outgoing.writeHead(413).end()
    return
  }
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`)
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, [value].flat().join(', '))
  const method = incoming.method ?? 'GET'
  const request = new Request(url, { method, headers, body: method === 'GET' || method === 'HEAD' ? null : body })
  const response = await sandbox.handle(request, { address: incoming.socket.remoteAddress ?? 'unknown' })
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  // Each piece has left before the next is asked for, so that an answer that is cut off arrives as far as it went.
  if (response.body) for await (const chunk of response.body) await new Promise((resolve) => outgoing.write(chunk, resolve))
  outgoing.end()
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | 'too long'> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maximumBodyBytes) return 'too long'
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
