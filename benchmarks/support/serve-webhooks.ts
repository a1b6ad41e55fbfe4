import { execFile } from 'node:child_process'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Cost, measure } from './measure.ts'
import { SECRET } from './webhook.ts'

const run = promisify(execFile)
const CONNECTIONS = 32

export type Served = Cost & { taken: number }

/** Serves so many webhooks to another process, after half as many to warm up, and says what that cost this one. */
export async function serveWebhooks(listener: RequestListener, count: number, accounts: number): Promise<Served> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const load = async (many: number) => {
    const file = join(import.meta.dirname, '..', 'programs', 'webhook-load.ts')
    const args = ['--disable-warning=ExperimentalWarning', file, port, many, CONNECTIONS, accounts]
    return Number((await run(process.execPath, args.map(String))).stdout)
  }
  await load(count / 2)
  let taken = 0
  const cost = await measure(async () => {
    taken = await load(count)
  })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return { ...cost, taken }
}

/** What it takes by hand: the bytes, the signature, the JSON; then `keep`, and the answer when that is done. */
export function handWritten(keep: (body: Buffer) => Promise<unknown> | undefined): RequestListener {
  return (incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', async () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      const claimed = Buffer.from(`${incoming.headers['x-merge-webhook-signature']}`, 'base64url')
      const wanted = createHmac('sha256', SECRET).update(body).digest()
      if (claimed.length !== wanted.length || !timingSafeEqual(claimed, wanted)) return void outgoing.writeHead(401).end()
      const { hook } = JSON.parse(body.toString())
      if (hook === undefined) return void outgoing.writeHead(400).end()
      await keep(body)
      outgoing.writeHead(200, { 'content-length': 0 }).end()
    })
  }
}
