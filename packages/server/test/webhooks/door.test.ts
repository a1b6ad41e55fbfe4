import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createHandler, type Handler, type HandlerOptions } from '../../src/http/index.ts'
import { type NodeHandler, toNodeHandler } from '../../src/node/index.ts'
import { BASE } from '../support/http.ts'
import { rowOf } from '../support/setup.ts'
import { envelope, sign, type WebhookWorld, withWebhooks } from '../support/webhooks.ts'

const PATH = `${BASE}/webhook`
const PING = '{"response":"Success! This URL will be notified."}'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

interface Sent {
  body?: string | Uint8Array
  signature?: string | null
  headers?: Record<string, string>
  path?: string
  method?: string
}

/** As Merge sends it: no session, no origin, nothing of a browser. */
function deliver(port: number, { body = PING, signature = sign(body), headers = {}, path = PATH, method = 'POST' }: Sent = {}) {
  return new Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }>((resolve, reject) => {
    const signed = signature === null ? {} : { 'x-merge-webhook-signature': signature }
    const request = httpRequest(
      { port, host: '127.0.0.1', path, method, headers: { 'content-type': 'application/json', ...signed, ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), headers: response.headers }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

const asked: string[] = []
const REFUSES_ALL: Partial<HandlerOptions> = {
  authenticate: () => {
    asked.push('authenticate')
    return null
  },
  authorize: () => false,
}

function handlerOf(world: WebhookWorld): Handler {
  return createHandler(world.integrations, { basePath: BASE, ...REFUSES_ALL } as HandlerOptions)
}

async function collect(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe.each<[string, (handler: Handler) => NodeHandler]>([
  ['straight from the bytes', (handler) => toNodeHandler(handler)],
  ['through a Request', (handler) => toNodeHandler((request) => handler(request))],
])('a webhook over a socket, %s', (way, mount) => {
  test('is taken without a session, from any origin, and answered with nothing', async () => {
    const port = await listen(mount(handlerOf(withWebhooks())))
    asked.splice(0)
    expect(await deliver(port)).toMatchObject({ status: 200, text: '' })
    expect((await deliver(port, { headers: { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' } })).status).toBe(200)
    expect((await deliver(port, { headers: { 'content-type': 'text/plain' } })).status).toBe(200)
    expect((await deliver(port, { path: `${PATH}?from=merge` })).status).toBe(200)
    expect(asked).toEqual([])
  })

  test('that nobody signed is 401 in the public words, whatever else is wrong with it', async () => {
    const port = await listen(mount(handlerOf(withWebhooks())))
    for (const sent of [{ signature: null }, { signature: 'x' }, { signature: sign('other') }, { body: '', signature: null }]) {
      const answer = await deliver(port, sent)
      expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([401, 'unauthorized'])
      expect(answer.headers['x-request-id']).toMatch(/^req_/)
    }
  })

  test('is read over its bytes, wherever they are cut', async () => {
    const world = withWebhooks()
    const port = await listen(mount(handlerOf(world)))
    const body = Buffer.from(JSON.stringify(envelope('Issue.new', { id: 'x' }, { name: 'Zoë 👩‍💻'.repeat(20_000) })))
    expect((await deliver(port, { body })).status).toBe(200)
  })

  test('that is larger than Merge’s ever are is not read to its end', async () => {
    const world = withWebhooks()
    const port = await listen(mount(handlerOf(world)))
    const [fits, tooLarge] = [Buffer.alloc(2 * 1024 * 1024, 32), Buffer.alloc(2 * 1024 * 1024 + 1, 32)]
    expect((await deliver(port, { body: fits })).status).toBe(200)
    expect((await deliver(port, { body: tooLarge })).status).toBe(503)
    expect((await deliver(port)).status).toBe(200)
    expect(world.log.join()).toContain('WEBHOOK_UNREADABLE')
  })

  test('whose body does not come within ten seconds is answered, and the next is served', async () => {
    const world = withWebhooks()
    const port = await listen(mount(handlerOf(world)))
    const before = world.time.clock.now()
    const heard = await world.run(
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`POST ${PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{"hook"`),
        )
        let text = ''
        socket.on('data', (chunk) => {
          text += chunk
          if (text.includes('\r\n\r\n')) socket.end()
        })
        socket.on('close', () => resolve(text))
        socket.on('error', reject)
      }),
    )
    expect(heard).toContain('HTTP/1.1 503')
    expect(world.time.clock.now() - before).toBeGreaterThanOrEqual(10_000)
    expect((await deliver(port)).status).toBe(200)
  })

  test('that breaks off harms nobody', async () => {
    const world = withWebhooks()
    const port = await listen(mount(handlerOf(world)))
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`POST ${PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"hook"`, () => setImmediate(() => socket.destroy())),
      )
      socket.on('close', () => resolve())
    })
    expect((await deliver(port)).status).toBe(200)
  })

  test('by another method is no webhook', async () => {
    const port = await listen(mount(handlerOf(withWebhooks())))
    for (const method of ['GET', 'PUT', 'DELETE']) expect((await deliver(port, { method, body: '' })).status).toBe(404)
  })

  test('has no route without secrets', async () => {
    const world = withWebhooks({ webhookSecrets: undefined as never })
    const port = await listen(mount(handlerOf(world)))
    expect((await deliver(port)).status).toBe(404)
  })

  test(`carries out what it says: ${way}`, async () => {
    const world = withWebhooks()
    const id = await world.connect()
    await world.work(30_000)
    const { linkedAccountId, dirty } = await rowOf(world, id)
    const port = await listen(mount(handlerOf(world)))
    expect((await deliver(port, { body: JSON.stringify(envelope('Issue.new', { id: linkedAccountId })) })).status).toBe(200)
    expect((await rowOf(world, id)).dirty).toBe(dirty + 1)
  })
})

/** How frameworks leave a request, by what they document: `read` is what stands before our handler. */
const MATRIX: [name: string, read: (incoming: IncomingMessage) => Promise<object>, status: number][] = [
  ['node:http', async () => ({}), 200],
  ['Express 5 with express.json() after it', async () => ({ originalUrl: PATH }), 200],
  ['Express 4, which has an empty body until a parser ran', async () => ({ originalUrl: PATH, body: {} }), 200],
  [
    'Express with express.json() before it',
    async (incoming) => ({ originalUrl: PATH, body: JSON.parse(`${await collect(incoming)}`) }),
    503,
  ],
  ['Express with express.raw()', async (incoming) => ({ originalUrl: PATH, body: await collect(incoming) }), 200],
  ['Express with express.text()', async (incoming) => ({ originalUrl: PATH, body: `${await collect(incoming)}` }), 200],
  ['Express with a parser that took it and kept nothing', consumed, 503],
  ['Fastify with its own JSON parser', consumed, 503],
  ['Fastify with a parser that keeps the buffer', async (incoming) => ({ body: await collect(incoming) }), 200],
  ['Nest', async (incoming) => ({ originalUrl: PATH, body: JSON.parse(`${await collect(incoming)}`) }), 503],
  ['Nest with rawBody: true', async (incoming) => bothKept(await collect(incoming)), 200],
  ['Next pages router', async (incoming) => ({ body: JSON.parse(`${await collect(incoming)}`) }), 503],
  ['Next pages router with bodyParser: false', async () => ({}), 200],
]

async function consumed(incoming: IncomingMessage) {
  await collect(incoming)
  return {}
}

function bothKept(rawBody: Buffer) {
  return { originalUrl: PATH, rawBody, body: JSON.parse(`${rawBody}`) }
}

describe.each(MATRIX)('%s', (_, read, status) => {
  // Spaces that are gone when it is parsed and written again.
  const body = '{ "response": "Success! This URL will be notified." }'

  test.each<[string, (handler: Handler) => NodeHandler]>([
    ['the handler itself', (handler) => toNodeHandler(handler)],
    ['a handler around it', (handler) => toNodeHandler((request) => handler(request))],
  ])(`mounted as %s: ${status}`, async (_, mount) => {
    const world = withWebhooks()
    const handler = mount(handlerOf(world))
    const port = await listen(async (incoming, outgoing) => {
      Object.assign(incoming, await read(incoming))
      await handler(incoming, outgoing)
    })
    for (let twice = 0; twice < 2; twice++) expect((await deliver(port, { body })).status).toBe(status)
    const said = world.log.filter((line) => line.includes('WEBHOOK_RAW_BODY_REQUIRED'))
    if (status === 200) expect(said).toEqual([])
    else
      for (const remedy of ['express.json()', 'addContentTypeParser', 'rawBody: true', 'bodyParser: false'])
        expect(said[0]).toContain(remedy)
  })
})

test('the remedy is said aloud once, however many webhooks come', async () => {
  const errors: string[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) }
  const handler = toNodeHandler(handlerOf(withWebhooks({ logger })))
  const port = await listen(async (incoming, outgoing) => {
    await collect(incoming)
    await handler(incoming, outgoing)
  })
  for (let count = 0; count < 3; count++) expect((await deliver(port)).status).toBe(503)
  expect(errors).toHaveLength(1)
})

test('a Request whose body somebody has read already is answered with 503 too', async () => {
  const world = withWebhooks()
  const handler = handlerOf(world)
  const request = new Request(`https://app.test${PATH}`, {
    method: 'POST',
    body: PING,
    headers: { 'x-merge-webhook-signature': sign(PING) },
  })
  await request.json()
  expect((await handler(request)).status).toBe(503)
  expect(world.log.join()).toContain('WEBHOOK_RAW_BODY_REQUIRED')
  const untouched = new Request(`https://app.test${PATH}`, {
    method: 'POST',
    body: PING,
    headers: { 'x-merge-webhook-signature': sign(PING) },
  })
  expect((await handler(untouched)).status).toBe(200)
})

test('no number of webhooks is refused for its number', async () => {
  const handler = handlerOf(withWebhooks())
  for (let count = 0; count < 100; count++) {
    const request = new Request(`https://app.test${PATH}`, {
      method: 'POST',
      body: PING,
      headers: { 'x-merge-webhook-signature': sign(PING) },
    })
    expect((await handler(request)).status).toBe(200)
  }
})
