import { expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { connected, infoOf, setup, type World } from '../support/setup.ts'

async function linkOverHttp(world: World, body: Record<string, unknown> = { category: 'hris' }): Promise<string> {
  const { call } = door(world)
  const opened = await call('POST', '/link-token', { body })
  const exchanged = await call('POST', '/exchange', { body: { publicToken: world.complete(opened.json.linkToken) } })
  return exchanged.json.account.id
}

test('POST /link-token gives what the browser needs, not to be cached', async () => {
  const world = setup()
  const answer = await door(world).call('POST', '/link-token', { body: { category: 'hris', displayName: 'US region' } })
  expect(answer.status).toBe(200)
  expect(Object.keys(answer.json)).toEqual(['accountId', 'linkToken', 'expiresAt', 'link'])
  expect(answer.json.link).toEqual({ scriptUrl: 'https://cdn.merge.dev/initialize.js', apiBaseUrl: 'https://merge.test' })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect((await infoOf(world, answer.json.accountId)).displayName).toBe('US region')
  expect(world.sandbox.link.start(answer.json.linkToken, 'https://x.test')).toMatchObject({ organizationName: 'Name of org_acme' })
})

test('POST /exchange links the account', async () => {
  const world = setup()
  const id = await linkOverHttp(world)
  expect(await infoOf(world, id)).toMatchObject({ status: 'active', integration: { slug: 'bamboohr' } })
})

test('an organization whose name is longer than Merge takes can connect as well', async () => {
  const world = setup()
  const name = `${'Ünïcödé 👩‍💻 '.repeat(20)}`
  const authenticate = () => ({ organization: { id: 'org_acme', name }, user: { id: 'u', email: 'a@b.test' } })
  const answer = await door(world, { authenticate }).call('POST', '/link-token', { body: { category: 'hris' } })
  expect(answer.status).toBe(200)
})

test('GET /accounts lists what the organization has, by category where that is asked', async () => {
  const world = await connected()
  const { call } = door(world)
  expect((await call('GET', '/accounts')).json.accounts).toEqual([await infoOf(world, world.id)])
  expect((await call('GET', '/accounts?category=hris')).json.accounts).toHaveLength(1)
  expect((await call('GET', '/accounts?category=ats')).json.accounts).toEqual([])
  expect((await call('GET', '/accounts', { headers: { 'x-test-organization': 'org_other' } })).json.accounts).toEqual([])
})

test('GET /accounts/:id shows one', async () => {
  const world = await connected()
  expect((await door(world).call('GET', `/accounts/${world.id}`)).json).toEqual({
    account: JSON.parse(JSON.stringify(await infoOf(world, world.id))),
  })
})

test('PATCH /accounts/:id renames it', async () => {
  const world = await connected()
  const answer = await door(world).call('PATCH', `/accounts/${world.id}`, { body: { displayName: 'US region' } })
  expect(answer.json.account.displayName).toBe('US region')
  expect((await infoOf(world, world.id)).displayName).toBe('US region')
})

test('POST /accounts/:id/relink gives a link token for the same account', async () => {
  const world = await connected()
  const answer = await door(world).call('POST', `/accounts/${world.id}/relink`, { body: {} })
  expect(answer.json).toMatchObject({ accountId: world.id, link: { scriptUrl: expect.any(String) } })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(world.sandbox.link.start(answer.json.linkToken, 'https://x.test')).toMatchObject({ relink: { slug: 'bamboohr' } })
})

test('POST /accounts/:id/sync has it looked at soon', async () => {
  const world = await connected()
  const answer = await door(world).call('POST', `/accounts/${world.id}/sync`)
  expect(answer.status).toBe(200)
  expect(answer.json.account.id).toBe(world.id)
  expect((await world.storage.get({ id: world.id, organizationId: 'org_acme' }))?.due).toBe(world.time.clock.now())
})

test('DELETE /accounts/:id: 204 when it is done, 202 while it is still under way', async () => {
  const world = await connected()
  const { call } = door(world)
  const heal = world.sandbox.fault({ kind: 'status', path: '/delete-account', count: Number.POSITIVE_INFINITY })
  const waiting = await call('DELETE', `/accounts/${world.id}`)
  expect(waiting).toMatchObject({ status: 202, json: { account: { id: world.id, status: 'deleting' } } })
  heal()
  const done = await call('DELETE', `/accounts/${world.id}`)
  expect(done).toMatchObject({ status: 204, text: '' })
  expect((await call('DELETE', `/accounts/${world.id}`)).status).toBe(404)
})

test('GET /catalog shows what can be connected, also while Merge is down, when it was asked before', async () => {
  const world = setup()
  const { call } = door(world)
  world.sandbox.fault({ kind: 'status', path: '/organizations/integrations', count: 4 })
  expect((await call('GET', '/catalog')).status).toBe(503)
  const { integrations } = (await call('GET', '/catalog?category=hris')).json
  expect(integrations.find((entry: { slug: string }) => entry.slug === 'workday')).toEqual({
    name: 'Workday',
    slug: 'workday',
    logoUrl: expect.stringContaining('workday'),
    color: '#0875E1',
    categories: expect.arrayContaining(['hris']),
  })
  expect((await call('GET', '/catalog?category=mktg')).json.integrations).toEqual([])
  const asked = world.requests.length
  await call('GET', '/catalog')
  expect(world.requests).toHaveLength(asked)
  world.time.clock.advance(11 * 60_000)
  world.sandbox.fault({ kind: 'status', path: '/organizations/integrations', count: 100 })
  expect((await call('GET', '/catalog?category=hris')).json.integrations).toEqual(integrations)
})

test.each([
  ['POST', '/link-token', {}],
  ['POST', '/link-token', { category: '' }],
  ['POST', '/link-token', { category: 'x'.repeat(101) }],
  ['POST', '/link-token', { category: 'no-such-category' }],
  ['POST', '/link-token', { category: 'hris', integration: '../x' }],
  ['POST', '/link-token', '{"category":'],
  ['POST', '/link-token', ''],
  ['POST', '/exchange', {}],
  ['POST', '/exchange', { publicToken: 'ab' }],
  ['POST', '/exchange', { publicToken: 'x'.repeat(513) }],
  ['PATCH', '/accounts/:id', { displayName: '' }],
] as const)('%s %s %j is not understood, and changes nothing', async (method, path, body) => {
  const world = await connected()
  const before = await world.storage.list({ limit: 100 })
  const answer = await door(world).call(method, path.replace(':id', world.id), { body })
  expect(answer).toMatchObject({ status: 400, json: { error: { code: 'invalid_request', retryable: false } } })
  expect(await world.storage.list({ limit: 100 })).toEqual(before)
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', ''])(
  'a body of the type %j is refused: a form of a foreign page could send it',
  async (type) => {
    const world = setup()
    const answer = await door(world).call('POST', '/link-token', { body: { category: 'hris' }, headers: { 'content-type': type } })
    expect(answer.status).toBe(400)
    expect(await world.acme.list()).toEqual([])
  },
)

test('a content type may have parameters and any case', async () => {
  const answer = await door(setup()).call('POST', '/link-token', {
    body: { category: 'hris' },
    headers: { 'content-type': 'Application/JSON; charset=utf-8' },
  })
  expect(answer.status).toBe(200)
})

test('a body that is too large is refused, whether it says so or not', async () => {
  const body = JSON.stringify({ category: 'hris', displayName: 'x'.repeat(70_000) })
  const { call, handler } = door(setup())
  expect((await call('POST', '/link-token', { body })).status).toBe(400)
  expect((await call('POST', '/link-token', { body: { category: 'hris' }, headers: { 'content-length': '99999999' } })).status).toBe(400)
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(16_384).fill(32))
    },
  })
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
  const request = new Request('https://app.test/api/integrations/link-token', {
    method: 'POST',
    headers,
    body: endless,
    duplex: 'half',
  } as RequestInit)
  expect((await handler(request)).status).toBe(400)
  expect(pulled).toBeLessThan(20)
})

test.each([
  ['GET', '/'],
  ['GET', ''],
  ['GET', '/nothing'],
  ['PUT', '/link-token'],
  ['GET', '/link-token'],
  ['GET', '/exchange'],
  ['DELETE', '/accounts'],
  ['GET', '/accounts/'],
  ['GET', '/accounts/x/y'],
  ['POST', '/accounts/x/relink/z'],
  ['GET', '/link-token/../accounts/%00'],
  ['POST', '/webhook'],
  ['HEAD', '/accounts'],
])('%s %s is no route', async (method, path) => {
  const answer = await door(setup()).call(method, path)
  expect(answer.status).toBe(404)
  if (method !== 'HEAD') expect(answer.json.error.code).toBe('not_found')
})

test.each([
  ['/api/integrations', '/api/integrations'],
  ['/api/integrations/', '/api/integrations'],
  ['/api/integrations///', '/api/integrations'],
  ['/', ''],
  ['/a.b/(c)/[d]', '/a.b/(c)/[d]'],
])('mounted at %s it answers below it, and nowhere else', async (basePath, mounted) => {
  const { handler } = door(setup(), { basePath })
  const get = async (path: string) => (await handler(new Request(`https://app.test${path}`))).status
  expect(await get(`${mounted}/accounts`)).toBe(200)
  if (mounted !== '') {
    expect(await get(`${mounted}x/accounts`)).toBe(404)
    expect(await get('/accounts')).toBe(404)
    expect(await get(`/x${mounted}/accounts`)).toBe(404)
  }
})
