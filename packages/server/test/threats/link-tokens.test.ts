import { expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { ACME, handleOf, infoOf, MODELS, setup, stored, type World } from '../support/setup.ts'
import { withWebhooks } from '../support/webhooks.ts'

const OPEN = { category: 'hris', ...ACME }
const MINUTE_MS = 60_000

/** A world that keeps what Merge is asked for a link token with. */
function listening() {
  const asked: Record<string, unknown>[] = []
  const world: World = setup(
    {},
    {
      network: async (request, next) => {
        if (request.url.endsWith('/link-token')) asked.push(await request.clone().json())
        return next()
      },
    },
  )
  return { world, asked }
}

test('T8 stolen link token: there is none but for who is signed in, on a page of ours, by POST and as JSON', async () => {
  const { world, asked } = listening()
  const id = await world.connect()
  asked.length = 0
  const { call } = door(world)
  for (const [path, body] of [
    ['/link-token', { category: 'hris' }],
    [`/accounts/${id}/relink`, {}],
  ] as const) {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) expect((await call(method, path)).status, method).toBe(404)
    const refusals: [number, Record<string, string>][] = [
      [401, { 'x-test-organization': 'nobody' }],
      [403, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
      [403, { 'sec-fetch-site': 'same-site', origin: 'https://blog.app.test' }],
      [400, { 'content-type': 'text/plain' }],
      [400, { 'content-type': 'application/x-www-form-urlencoded' }],
    ]
    for (const [status, headers] of refusals) expect((await call('POST', path, { body, headers })).status).toBe(status)
    expect(asked).toEqual([])
    expect((await call('POST', path, { body })).status).toBe(200)
    expect(asked.splice(0)).toHaveLength(1)
  }
})

test('T8 stolen link token: it lives half an hour, in one answer that nothing may keep, and is no link that can be sent around', async () => {
  const { world, asked } = listening()
  const id = await world.connect()
  asked.length = 0
  const { call } = door(world)
  for (const [path, body] of [
    ['/link-token', { category: 'hris' }],
    [`/accounts/${id}/relink`, {}],
  ] as const) {
    const answer = await call('POST', path, { body })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('location')).toBeNull()
    expect(Object.keys(answer.json)).toEqual(['accountId', 'linkToken', 'expiresAt', 'link'])
    expect(Date.parse(answer.json.expiresAt)).toBe(world.time.clock.now() + 30 * MINUTE_MS)
    expect(asked.splice(0)).toEqual([
      expect.not.objectContaining({ should_create_magic_link_url: expect.anything(), link_expiry_mins: expect.anything() }),
    ])
    world.time.clock.advance(31 * MINUTE_MS)
    expect(() => world.complete(answer.json.linkToken)).toThrow()
  }
})

test('T8 stolen link token: a system that somebody else put behind a connection is not read before a person has said so', async () => {
  const world = setup({ onLinked: () => 'hold' })
  const victim = world.integrations.forOrganization('org_victim')
  const thief = world.integrations.forOrganization('org_thief')
  const { accountId, linkToken } = await world.run(victim.createLinkToken(OPEN))
  await world.run(thief.createLinkToken(OPEN))
  await expect(world.run(thief.exchangePublicToken(world.complete(linkToken, 'workday')))).rejects.toMatchObject({ code: 'LINK_NOT_FOUND' })
  for (let look = 0; look < 3; look++) await world.work(10 * MINUTE_MS)
  expect((await infoOf(world, accountId, 'org_victim')).status).toBe('held')
  expect((await thief.list()).map(({ status }) => status)).toEqual(['pending'])
  for (const model of MODELS) expect((await stored(world, accountId, model)).size).toBe(0)
  expect(world.requests.filter((request) => /\/(employees|companies|time-off)/.test(request))).toEqual([])
  await world.run((await handleOf(world, accountId, 'org_victim')).release())
  await world.work()
  expect((await stored(world, accountId, 'hris.Employee')).size).toBeGreaterThan(0)
})

test('T9 consent phishing: Merge’s modal names the organization of the session, whatever the browser would like it to', async () => {
  const { world, asked } = listening()
  const { call } = door(world)
  for (const name of ['organizationName', 'organization', 'end_user_organization_name', 'displayName', 'language']) {
    await call('POST', '/link-token', { body: { category: 'hris', [name]: 'Victim Ltd' }, headers: { 'x-test-organization': 'org_evil' } })
  }
  const id = await world.connect('org_evil')
  await call('POST', `/accounts/${id}/relink`, { body: {}, headers: { 'x-test-organization': 'org_evil' } })
  const shown = asked.map(({ end_user_organization_name: name, end_user_email_address: email }) => `${name} ${email}`)
  // One for each name that is a field of the route; that of `connect` is the test's own.
  expect(shown).toEqual([
    'Name of org_evil it@org_evil.test',
    'Name of org_evil it@org_evil.test',
    'Acme it@acme.test',
    'Name of org_evil it@org_evil.test',
  ])
})

const says = (world: World, email: unknown) =>
  world.sandbox.fault({
    kind: 'rewrite',
    path: '/account-details',
    count: Number.POSITIVE_INFINITY,
    rewrite: (body) => ({ ...(body as object), end_user_email_address: email }),
  })

const signals = (world: World) => world.events.filter(({ name }) => name === 'account.foreign_email').map(({ event }) => event)

test.each(['exchange', 'webhook'] as const)(
  'T9 consent phishing: a link in the name of somebody of another e-mail domain is told to the operator (%s)',
  async (way) => {
    const world = withWebhooks()
    const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    says(world, 'head-of-hr@Victim.test')
    const publicToken = world.complete(linkToken)
    if (way === 'exchange') await world.run(world.acme.exchangePublicToken(publicToken))
    await world.deliver()
    await world.work()
    expect((await infoOf(world, accountId)).status).toBe('active')
    expect(signals(world)).toEqual([{ accountId, organizationId: 'org_acme', domain: 'victim.test', expected: ['acme.test'] }])
    expect((await infoOf(world, accountId)).activity).toMatchObject([{ event: 'linked', detail: expect.stringContaining('victim.test') }])
    expect(world.log.filter((line) => line.includes('e-mail domain'))).toEqual([expect.stringContaining(accountId)])
    expect(world.log.join('\n')).not.toContain('head-of-hr')
  },
)

test.each(['it@acme.test', 'SOMEBODY.ELSE@ACME.TEST', '', null, undefined, 'no address', 7])(
  'T9 consent phishing: nobody is alarmed where Merge has %j',
  async (email) => {
    const world = setup()
    const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    says(world, email)
    await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
    expect(signals(world)).toEqual([])
    expect((await infoOf(world, accountId)).activity).toMatchObject([{ event: 'linked' }])
  },
)

test('T9 consent phishing: whoever relinks from another domain of the same organization is known from then on', async () => {
  const world = setup()
  const id = await world.connect()
  for (const userEmail of ['it@acme-consulting.test', 'it@acme.test']) {
    const { linkToken } = await world.run((await handleOf(world, id)).relink({ ...ACME, userEmail }))
    // Whether Merge keeps the first address or takes the newest, it is one that was passed here.
    says(world, userEmail === ACME.userEmail ? 'it@acme-consulting.test' : userEmail)
    await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  }
  expect(world.events.map(({ name }) => name)).toEqual(['account.linked', 'account.relinked', 'account.relinked'])
})
