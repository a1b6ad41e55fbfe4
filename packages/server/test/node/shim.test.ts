import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Handler } from '../../src/http/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { door } from '../support/http.ts'
import { setup } from '../support/setup.ts'

const closers: (() => Promise<void>)[] = []
const rejections: unknown[] = []
process.on('unhandledRejection', (reason) => rejections.push(reason))

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  expect(rejections).toEqual([])
})

async function listen(listener: RequestListener): Promise<{ url: string; port: number }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port }
}

/** What the handler was handed, as JSON. */
const echo: Handler = async (request) =>
  Response.json({ method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body: await request.text() })

/** Says these bytes on a socket and returns all that comes back. */
function say(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk))
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
}

const JSON_HEADERS = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }

test('a request and its answer pass through unchanged', async () => {
  const { url } = await listen(toNodeHandler(echo))
  const answer = await fetch(`${url}/api/integrations/accounts?category=hris`, {
    method: 'POST',
    body: '{"a":"ü"}',
    headers: { 'x-one': '1', ...JSON_HEADERS },
  })
  expect(answer.headers.get('content-type')).toBe('application/json')
  const seen = await answer.json()
  expect(seen).toMatchObject({ method: 'POST', body: '{"a":"ü"}', headers: { 'x-one': '1', host: new URL(url).host } })
  expect(new URL(seen.url).pathname + new URL(seen.url).search).toBe('/api/integrations/accounts?category=hris')
})

test('status, headers and an empty body reach the client', async () => {
  const { url } = await listen(toNodeHandler(async () => new Response(null, { status: 204, headers: { 'x-request-id': 'req_1' } })))
  const answer = await fetch(url, { method: 'DELETE' })
  expect([answer.status, answer.headers.get('x-request-id'), await answer.text()]).toEqual([204, 'req_1', ''])
})

test('the whole SDK answers over a socket', async () => {
  const world = setup()
  const { url } = await listen(toNodeHandler(door(world).handler))
  const answer = await fetch(`${url}/api/integrations/link-token`, { method: 'POST', body: '{"category":"hris"}', headers: JSON_HEADERS })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ linkToken: expect.any(String) })
  const cross = await fetch(`${url}/api/integrations/link-token`, {
    method: 'POST',
    body: '{}',
    headers: { ...JSON_HEADERS, 'sec-fetch-site': 'cross-site' },
  })
  expect(cross.status).toBe(403)
  const older = await fetch(`${url}/api/integrations/accounts/int_x`, { method: 'DELETE', headers: { origin: url } })
  expect(older.status).toBe(404)
})

test.each<[string, (incoming: IncomingMessage, bytes: Buffer) => unknown]>([
  ['an object', (_, bytes) => JSON.parse(bytes.toString())],
  ['text', (_, bytes) => bytes.toString()],
  ['bytes', (_, bytes) => bytes],
])('a body that a framework has read already is taken from there: %s', async (_, parse) => {
  const handler = toNodeHandler(echo)
  const { url } = await listen(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    Object.assign(incoming, { body: parse(incoming, Buffer.concat(chunks)), originalUrl: `/mounted${incoming.url}` })
    await handler(incoming, outgoing)
  })
  const seen = await (await fetch(`${url}/x`, { method: 'POST', body: '{"category":"hris"}', headers: JSON_HEADERS })).json()
  expect(seen.body).toBe('{"category":"hris"}')
  expect(new URL(seen.url).pathname).toBe('/mounted/x')
})

test('a body that is too large is answered, also when its length is not told', async () => {
  const { url, port } = await listen(toNodeHandler(door(setup()).handler))
  const body = `{"category":"hris","displayName":"${'x'.repeat(5_000_000)}"}`
  const answer = await fetch(`${url}/api/integrations/link-token`, { method: 'POST', body, headers: JSON_HEADERS })
  expect(answer.status).toBe(400)
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const head =
    'POST /api/integrations/link-token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\n\r\n'
  expect(await say(port, `${head}${chunk.repeat(3)}0\r\n\r\n`)).toContain('HTTP/1.1 400')
  expect((await fetch(`${url}/api/integrations/accounts`)).status).toBe(200)
})

test('a client that hangs up in the middle harms nobody', async () => {
  const world = setup()
  const { url, port } = await listen(toNodeHandler(door(world).handler))
  for (const bytes of [
    'POST /api/integrations/link-token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 100\r\n\r\n{"cat',
    'GET /api/inte',
  ])
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => setImmediate(() => socket.destroy())))
      socket.on('close', () => resolve())
    })
  expect((await fetch(`${url}/api/integrations/accounts`)).status).toBe(200)
  expect(await world.acme.list()).toEqual([])
})

test('a client that goes away before the answer does not get one', async () => {
  let gone = () => {}
  const left = new Promise<void>((resolve) => (gone = resolve))
  let answered = () => {}
  const done = new Promise<void>((resolve) => (answered = resolve))
  const handler = toNodeHandler(async () => {
    await left
    return new Response('late')
  })
  const { port } = await listen(async (incoming, outgoing) => {
    outgoing.once('close', gone)
    await handler(incoming, outgoing)
    answered()
  })
  const socket = connect(port, '127.0.0.1', () =>
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setImmediate(() => socket.destroy())),
  )
  await done
})

test.each(['a@b', 'user:secret@host', 'a b', '[::1', 'evil.test/x?', '%00', 'a:99999', '-', 'ä', 'x'.repeat(2_000)])(
  'a Host header of %j breaks nothing',
  async (host) => {
    const { port } = await listen(toNodeHandler(door(setup()).handler))
    const heard = await say(port, `GET /api/integrations/accounts HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(heard).toContain('HTTP/1.1 200')
  },
)

test.each([
  '//evil.test/api/integrations/accounts',
  '/\\evil.test/api/integrations/accounts',
  '/\\',
  '//',
  '/\\:99999',
  '/%',
  '/%00',
  '*',
  'http://evil.test/x',
])('a path of %j breaks nothing and names no other host', async (path) => {
  const seen: string[] = []
  const { port } = await listen(
    toNodeHandler(async (request) => {
      seen.push(new URL(request.url).host)
      return new Response('ok')
    }),
  )
  const heard = await say(port, `GET ${path} HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n`)
  expect(heard).toMatch(/^HTTP\/1\.1 (200|400)/)
  for (const host of seen) expect(host).toBe('app.test')
})

test.each(['TRACE', 'PROPFIND'])('the method %s is answered, not thrown', async (method) => {
  const { port } = await listen(toNodeHandler(door(setup()).handler))
  const heard = await say(port, `${method} /api/integrations/accounts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  expect(heard).toMatch(/^HTTP\/1\.1 405 [\s\S]*allow: GET, POST, PATCH, DELETE, OPTIONS/i)
})
