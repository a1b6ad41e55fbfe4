import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { createHandler, type Handler } from '../../src/http/index.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { door } from '../support/http.ts'
import { connected, setup } from '../support/setup.ts'
import { type Headers, verdict } from './cross-origin-rule.ts'

const METHODS = { POST: '/link-token', PATCH: '/accounts/int_x', DELETE: '/accounts/int_x', GET: '/accounts' }
const SITES = [undefined, 'same-origin', 'none', 'same-site', 'cross-site', 'Same-Origin', 'same-origin, cross-site', 'none, none', '']
const TYPES = [
  undefined,
  'application/json',
  'Application/JSON; charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
  'text/json',
  '',
]
const HOSTS = `app.test APP.TEST app.test:443 app.test:80 app.test:8443 app.test. api.test evil.test [::1]:3000 [::1] 127.0.0.1
  xn--mller-kva.test user@app.test app.test,evil.test app.test/evil app.test#evil app.test:`.split(/\s+/)
const ORIGINS = [
  undefined,
  '',
  'null',
  'nonsense',
  'app.test',
  '//app.test',
  'https://app.test',
  'http://app.test',
  'https://APP.test',
  'HTTPS://app.test',
  'https://app.test/',
  'https://app.test/page',
  'https://app.test:443',
  'http://app.test:80',
  'http://app.test:443',
  'https://app.test:8443',
  'https://app.test:08443',
  'https://app.test.',
  'https://app.test.evil.test',
  'https://evil-app.test',
  'https://blog.app.test',
  'https://evil.test',
  'https://app.test@evil.test',
  'https://evil.test@app.test',
  'https://evil.test?app.test',
  'https://evil.test#@app.test',
  'https://evil.test\\@app.test',
  'https://app.test, https://evil.test',
  'https://app.test https://evil.test',
  'https://app.test, https://app.test',
  'file://app.test',
  'app://app.test',
  'ftp://app.test',
  'chrome-extension://app.test',
  'http://[::1]:3000',
  'https://[::1]',
  'http://127.0.0.1',
  'https://127.1',
  'https://xn--mller-kva.test',
  'https://m\u00fcller.test',
  'https://trusted.test',
  'https://trusted.test.',
]
/** As an operator writes them, and as browsers do. */
const TRUSTED = [
  { written: [], sent: [] },
  { written: ['https://app.test'], sent: ['https://app.test'] },
  {
    written: ['https://müller.test', 'http://[0:0:0:0:0:0:0:1]:3000', 'HTTPS://Trusted.Test:443/'],
    sent: ['https://xn--mller-kva.test', 'http://[::1]:3000', 'https://trusted.test'],
  },
]

/** Nobody is signed in, so a request that came through is told from one that was refused, and changes nothing. */
const handlerOf = (trustedOrigins: readonly string[]): Handler =>
  createHandler(setup().integrations, { basePath: '/api', authenticate: () => null, trustedOrigins })

async function ask(handler: Handler, { method, site, origin, host, type }: Headers): Promise<string> {
  const given = { host, 'sec-fetch-site': site, origin, 'content-type': type }
  const headers = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const path = METHODS[method as keyof typeof METHODS]
  const { status } = await handler(new Request(`http://inside.test/api${path}`, { method, headers }))
  return { 401: 'passes', 403: 'refused', 400: 'no JSON' }[status] ?? String(status)
}

function* table(): Generator<Headers> {
  for (const origin of ORIGINS) for (const host of HOSTS) yield { method: 'POST', site: undefined, origin, host, type: 'application/json' }
  for (const method of Object.keys(METHODS))
    for (const site of SITES)
      for (const type of TYPES)
        for (const origin of [undefined, 'null', 'https://app.test', 'http://app.test', 'https://trusted.test', 'https://evil.test'])
          for (const host of ['app.test', 'api.test']) yield { method, site, origin, host, type }
}

test.each(TRUSTED)(
  'B1 forged request: thousands of combinations of headers are judged as the rule says, with $written trusted',
  async (list) => {
    const handler = handlerOf(list.written)
    const wrong: unknown[] = []
    const met = new Map<string, number>()
    for (const headers of table()) {
      const [is, ought] = [await ask(handler, headers), verdict(headers, list.sent)]
      met.set(ought, (met.get(ought) ?? 0) + 1)
      if (is !== ought) wrong.push({ ...headers, is, ought })
    }
    expect(wrong).toEqual([])
    for (const each of ['passes', 'refused', 'no JSON']) expect(met.get(each)).toBeGreaterThan(200)
  },
)

/** By hand, so that the rule above cannot be wrong together with the code. App and API on one host, and on two. */
test.each([
  ['our own page', 'POST', 'same-origin', 'https://app.test', 'app.test', [], 'passes'],
  ['our own page, older browser', 'POST', undefined, 'https://app.test', 'app.test', [], 'passes'],
  ['our own page, behind a proxy that names the port', 'POST', undefined, 'https://app.test', 'app.test:443', [], 'passes'],
  ['our own page on a port', 'DELETE', undefined, 'http://localhost:3000', 'localhost:3000', [], 'passes'],
  ['another port of the same host', 'POST', undefined, 'http://localhost:8080', 'localhost:3000', [], 'refused'],
  ['a foreign page', 'POST', 'cross-site', 'https://evil.test', 'app.test', [], 'refused'],
  ['a foreign page, older browser', 'PATCH', undefined, 'https://evil.test', 'app.test', [], 'refused'],
  ['another host of the same site', 'POST', 'same-site', 'https://blog.app.test', 'app.test', [], 'refused'],
  ['a sandboxed frame or a data: page', 'POST', 'cross-site', 'null', 'app.test', [], 'refused'],
  ['the same in an older browser', 'POST', undefined, 'null', 'app.test', [], 'refused'],
  ['neither header', 'POST', undefined, undefined, 'app.test', [], 'refused'],
  ['typed, or an extension', 'POST', 'none', undefined, 'app.test', [], 'passes'],
  ['an app of its own scheme', 'POST', undefined, 'app://app.test', 'app.test', [], 'refused'],
  ['our name as user of theirs', 'POST', undefined, 'https://app.test@evil.test', 'app.test', [], 'refused'],
  ['two of them', 'POST', undefined, 'https://app.test, https://evil.test', 'app.test', [], 'refused'],
  ['the page on app., the API on api., not said', 'POST', 'same-site', 'https://app.test', 'api.test', [], 'refused'],
  ['the page on app., the API on api.', 'POST', 'same-site', 'https://app.test', 'api.test', ['https://app.test'], 'passes'],
  ['the same, older browser', 'POST', undefined, 'https://app.test', 'api.test', ['https://app.test'], 'passes'],
  ['http where https is trusted', 'POST', 'cross-site', 'http://app.test', 'api.test', ['https://app.test'], 'refused'],
  [
    'a longer name than the one that is trusted',
    'POST',
    'cross-site',
    'https://app.test.evil.test',
    'api.test',
    ['https://app.test'],
    'refused',
  ],
  ['null, whatever is trusted', 'POST', 'cross-site', 'null', 'api.test', ['https://app.test'], 'refused'],
  ['reading', 'GET', 'cross-site', 'https://evil.test', 'app.test', [], 'passes'],
] as const)('B1 forged request: %s', async (_, method, site, origin, host, trusted, expected) => {
  const headers = { method, site, origin, host, type: method === 'POST' ? 'application/json' : undefined }
  expect(await ask(handlerOf(trusted), headers)).toBe(expected)
  expect(verdict(headers, trusted)).toBe(expected)
})

test('B1 forged request: over a socket, with headers that are there twice', async () => {
  const server = createServer(toNodeHandler(handlerOf([]))).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const send = (...lines: string[]) =>
    new Promise<number>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        const head = ['POST /api/link-token HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2', 'Connection: close', ...lines]
        socket.write(`${head.join('\r\n')}\r\n\r\n{}`)
      })
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1])))
      socket.on('error', reject)
    })
  try {
    const host = `Host: 127.0.0.1:${port}`
    const own = `Origin: http://127.0.0.1:${port}`
    expect(await send(host, own)).toBe(401)
    expect(await send(host, 'Sec-Fetch-Site: same-origin')).toBe(401)
    expect(await send(host, own, 'Origin: https://evil.test')).toBe(403)
    expect(await send(host, 'Origin: https://evil.test', own)).toBe(403)
    expect(await send(host, own, own)).toBe(403)
    expect(await send(host, 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site')).toBe(403)
    expect(await send(host, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: same-origin', own)).toBe(403)
    expect(await send(host, own, 'X-Forwarded-Host: evil.test')).toBe(401)
    expect(await send(host, 'Origin: https://evil.test', 'X-Forwarded-Host: evil.test')).toBe(403)
    expect(await send('Host: evil.test', own)).toBe(403)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

test('B1 forged request: it is refused before anybody is asked who is signed in', async () => {
  let asked = 0
  const { call } = door(setup(), {
    authenticate: () => {
      asked++
      return null
    },
  })
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }
  const answer = await call('POST', '/link-token', { body: { category: 'hris' }, headers })
  expect(answer).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } })
  expect(asked).toBe(0)
})

test('B1 forged request: reading changes nothing, so that it may come from anywhere', async () => {
  const world = await connected()
  const state = async () => [await world.storage.list({ limit: 10 }), world.sandbox.accounts(), world.events.length]
  const before = await state()
  for (const { method, path } of ROUTES.filter((route) => route.method === 'GET'))
    await door(world).call(method, path.replace(':id', world.id), {
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
    })
  expect(await state()).toEqual(before)
})

test.each(['*', 'app.test', 'null', 'https://app.test/page', 'https://user@app.test', 'https://app.test?x', 'chrome-extension://abc', ''])(
  'B1 forged request: %j is no origin to trust',
  (origin) => {
    const error = { code: 'CONFIG_INVALID', message: expect.stringContaining('"trustedOrigins"') }
    expect(() => handlerOf([origin])).toThrow(expect.objectContaining(error))
  },
)
