import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/http/routes.ts'
import { type Answer, BASE, type Door, door, ORIGIN, read } from '../support/http.ts'
import { connected, type World } from '../support/setup.ts'
import { WEBHOOK_SECRET } from '../support/webhooks.ts'
import { DRIVERS, nameOf } from './route-attacks.ts'

const TICK_SECRET = 'a-secret-for-the-cron-job-of-32-characters'
const TRUSTED = 'https://app.example.test'
const FOREIGN = [undefined, 'https://evil.test', 'null', `${TRUSTED}.evil.test`, `${TRUSTED}/`, 'http://app.example.test', '*']

const world = () => connected({ webhookSecrets: [WEBHOOK_SECRET], tickSecret: TICK_SECRET }, { sandbox: { employees: 1 } })

interface Asked extends Answer {
  what: string
}

/** An answer of every route in every way that it can end, and of what is no route, a preflight, a webhook and the cron job. */
async function everyAnswer(
  scene: World & { id: string },
  options: Parameters<typeof door>[1],
  headers: Record<string, string>,
  query = '',
): Promise<Asked[]> {
  const { call, handler } = door(scene, options)
  const answers: Asked[] = []
  const ask = async (method: string, path: string, more: Parameters<Door['call']>[2] = {}) => {
    scene.time.clock.advance(61_000)
    const answer = await call(method, path + query, { ...more, headers: { ...headers, ...more.headers } })
    answers.push({ what: `${method} ${path}${query} ${JSON.stringify(headers)}`, ...answer })
  }
  const deletionLast = ROUTES.toSorted((one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'))
  for (const route of deletionLast) {
    const body = DRIVERS[nameOf(route)]?.body?.({ id: scene.id, publicToken: 'a-token-that-looks-real' })
    for (const id of ['int_x', scene.id]) {
      for (const who of ['nobody', 'org_other', 'org_acme'])
        await ask(route.method, route.path.replace(':id', id), { body, headers: { 'x-test-organization': who } })
    }
    if (body !== undefined) await ask(route.method, route.path.replace(':id', scene.id), { body: '{' })
    answers.push({
      what: `OPTIONS ${route.path}`,
      ...(await read(await handler(new Request(`${ORIGIN}${BASE}${route.path}`, { method: 'OPTIONS', headers })))),
    })
  }
  for (const path of ['', '/', '/nothing', '//evil.test', '/accounts/', '/..', '/accounts//']) await ask('GET', path)
  await ask('POST', '/webhook', { body: '{}' })
  await ask('POST', '/tick')
  await ask('GET', '/tick', { headers: { authorization: `Bearer ${TICK_SECRET}` } })
  return answers
}

test('B2 foreign page reads an answer: without a trusted origin no answer has a word of CORS, and none may be embedded or kept', async () => {
  for (const origin of FOREIGN) {
    const answers = await everyAnswer(await world(), {}, origin === undefined ? {} : { origin })
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 204, 400, 401, 404]))
    for (const { what, headers, text } of answers) {
      expect(
        [...headers.keys()].filter((name) => name.startsWith('access-control-')),
        what,
      ).toEqual([])
      expect(headers.get('cross-origin-resource-policy'), what).toBe('same-origin')
      expect(headers.get('x-content-type-options'), what).toBe('nosniff')
      expect(headers.get('vary'), what).toBe('Origin')
      if (text === '') continue
      expect(headers.get('cache-control'), what).toBe('no-store')
      expect(headers.get('content-type'), what).toBe('application/json')
    }
  }
})

test('B2 foreign page reads an answer: a trusted origin is told its own name and nobody else’s, and no other origin is told anything', async () => {
  const options = { trustedOrigins: [TRUSTED, 'https://other.example.test'] }
  for (const origin of [TRUSTED, ...FOREIGN]) {
    const mayRead = origin === TRUSTED
    for (const { what, headers } of await everyAnswer(await world(), options, origin === undefined ? {} : { origin })) {
      expect(headers.get('access-control-allow-origin'), what).toBe(mayRead ? TRUSTED : null)
      expect(headers.get('access-control-allow-credentials'), what).toBe(mayRead ? 'true' : null)
      const isPreflight = what.startsWith('OPTIONS')
      expect(headers.get('access-control-allow-methods'), what).toBe(mayRead && isPreflight ? 'GET, POST, PATCH, DELETE' : null)
      // CORS decides for pages that may read; this header is about those that load without asking, and nobody may.
      expect(headers.get('cross-origin-resource-policy'), what).toBe('same-origin')
      expect(headers.get('vary'), what).toBe('Origin')
    }
  }
})

test('B2 foreign page reads an answer: a preflight is answered without asking who it is', async () => {
  let asked = 0
  const authenticate = () => {
    asked++
    return null
  }
  const { handler } = door(await world(), { authenticate, trustedOrigins: [TRUSTED] })
  for (const origin of [TRUSTED, 'https://evil.test']) {
    const answer = await handler(new Request(`${ORIGIN}${BASE}/link-token`, { method: 'OPTIONS', headers: { origin } }))
    expect([answer.status, answer.body]).toEqual([204, null])
  }
  expect(asked).toBe(0)
})

/** How products have called the address to go on to. */
const NAMES =
  `returnTo return_to returnUrl return redirect redirectTo redirect_uri redirectUrl redirect_url next url target dest destination
  continue callback callbackUrl goto go forward from back successUrl failureUrl origin state`.split(/\s+/)

const TARGETS = [
  'https://evil.test/',
  '//evil.test',
  '/\\evil.test',
  '\\\\evil.test',
  'https:evil.test',
  'javascript:alert(1)',
  'data:text/html,evil.test',
  '/%09/evil.test',
  '/%2F%2Fevil.test',
  '/\tevil.test',
  'x\r\nLocation: https://evil.test',
  'https://app.test@evil.test',
  '.evil.test',
]

/** Nowhere else, and nothing of what was asked for comes back. */
function expectNoRedirect(answers: readonly Asked[], marker: string) {
  for (const { what, status, headers, text } of answers) {
    expect(status < 300 || status >= 400, what).toBe(true)
    for (const name of ['location', 'refresh', 'content-location', 'link']) expect(headers.get(name), what).toBeNull()
    expect(text + JSON.stringify([...headers]), what).not.toContain(marker)
  }
}

test('B6 open redirect: no answer leads anywhere, whatever address a query names', async () => {
  const scene = await world()
  for (const target of TARGETS) {
    const query = `?${NAMES.map((name) => `${name}=${encodeURIComponent(target)}`).join('&')}`
    const { call } = door(scene)
    const answers: Asked[] = []
    for (const route of ROUTES.filter(({ method }) => method !== 'DELETE')) {
      scene.time.clock.advance(61_000)
      const body = DRIVERS[nameOf(route)]?.body?.({ id: scene.id, publicToken: 'a-token-that-looks-real' })
      const path = `${route.path.replace(':id', scene.id)}${query}`
      answers.push({ what: `${nameOf(route)} ${target}`, ...(await call(route.method, path, { body })) })
    }
    expectNoRedirect(answers, 'evil')
  }
})

test('B6 open redirect: nor does any other end of a request, nor a header that names an address', async () => {
  for (const [name, value] of [
    ['referer', 'https://evil.test/'],
    ['x-forwarded-host', 'evil.test'],
    ['x-forwarded-proto', 'javascript'],
    ['x-original-url', '//evil.test'],
    ['forwarded', 'host=evil.test'],
  ] as const)
    expectNoRedirect(await everyAnswer(await world(), {}, { [name]: value }), 'evil')
  expectNoRedirect(await everyAnswer(await world(), {}, {}, '?returnTo=https://evil.test/'), 'evil')
})

test('B6 open redirect: a body cannot name an address either', async () => {
  const scene = await world()
  const { call } = door(scene)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...TARGETS), fc.webUrl(), fc.string()), async (name, target) => {
      const answers: Asked[] = []
      for (const path of ['/link-token', '/exchange', `/accounts/${scene.id}/relink`]) {
        scene.time.clock.advance(61_000)
        const body = { category: 'hris', [name]: target }
        answers.push({ what: `${path} ${name}`, ...(await call('POST', path, { body })) })
      }
      expectNoRedirect(answers, target.length > 6 ? target : '\u0000')
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
    }),
    { numRuns: 30, seed: 6 },
  )
})
