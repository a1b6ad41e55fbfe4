import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/http/routes.ts'
import { IntegrationError, type Owner } from '../../src/index.ts'
import { door } from '../support/http.ts'
import { ACME, connected, handleOf, infoOf, rowOf, setup, type World } from '../support/setup.ts'
import { opens, tokenOf } from '../support/tokens.ts'
import { envelope, withWebhooks } from '../support/webhooks.ts'
import { DRIVERS, drive, nameOf, type Scene, visible } from './route-attacks.ts'

const OPEN = { category: 'hris', ...ACME }
const NOT_FOUND = { code: 'LINK_NOT_FOUND', retryable: false }

const NAMES = fc.oneof(
  fc.constantFrom('org', 'org/1', 'org%2F1', 'ORG', 'org ', '__proto__', 'constructor', 'org\u0000', 'örg', 'o'.repeat(255), '*'),
  fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name.isWellFormed()),
)
const OWNERS = fc.record({ organizationId: NAMES, userId: fc.option(NAMES, { nil: null }) })
type Key = { organizationId: string; userId: string | null }

function doorOf(world: World, { organizationId, userId }: Key): Owner {
  return userId === null ? world.integrations.forOrganization(organizationId) : world.integrations.forUser(organizationId, userId)
}

test('T1 stolen public token: for any two owners, no method of one reaches what the other has', async () => {
  await fc.assert(
    fc.asyncProperty(OWNERS, OWNERS, async (one, other) => {
      fc.pre(one.organizationId !== other.organizationId || one.userId !== other.userId)
      const world = setup({ originIds: 'one-per-category' }, { sandbox: { employees: 1, initialSyncMs: 0 } })
      const [mine, theirs] = [doorOf(world, one), doorOf(world, other)]
      const { accountId, linkToken } = await world.run(mine.createLinkToken(OPEN))
      await world.run(theirs.createLinkToken(OPEN))
      expect(await theirs.account(accountId)).toBeNull()
      expect((await theirs.list()).map(({ id }) => id)).not.toContain(accountId)
      expect(await mine.list()).toHaveLength(1)
      const stolen = await world.run(theirs.exchangePublicToken(world.complete(linkToken)).catch((error: unknown) => error))
      expect(stolen).toBeInstanceOf(IntegrationError)
      expect(stolen).toMatchObject(NOT_FOUND)
      expect((await mine.list())[0]?.status).toBe('active')
      expect((await theirs.list())[0]?.status).toBe('pending')
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('T1 stolen public token: what only Merge’s word ties to no row of ours is linked to nobody, and not deleted at Merge', async () => {
  for (const answer of [
    { end_user_origin_id: 'of-another-application' },
    { end_user_origin_id: null },
    { id: 'another-account' },
    { category: 'ats' },
  ]) {
    const world = setup()
    const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    world.sandbox.fault({ kind: 'rewrite', path: '/account-details', count: 9, rewrite: (body) => ({ ...(body as object), ...answer }) })
    await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toMatchObject(NOT_FOUND)
    expect(await rowOf(world, accountId)).toMatchObject({ status: 'pending', token: null, linkedAccountId: null })
    expect(world.sandbox.accounts()).toHaveLength(1)
    expect(world.requests.filter((request) => request.includes('delete-account'))).toEqual([])
  }
})

test('T2 guessed account id: nobody asks "authorize" about an account that is not theirs', async () => {
  const world = await connected()
  const asked: unknown[] = []
  const { call } = door(world, {
    authorize: ({ account }) => {
      asked.push(account?.id)
      return true
    },
  })
  for (const route of ROUTES.filter(({ path }) => path.includes(':id')))
    await call(route.method, route.path.replace(':id', world.id), { headers: { 'x-test-organization': 'org_other' } })
  expect(asked).toEqual([])
  await call('GET', `/accounts/${world.id}`)
  expect(asked).toEqual([world.id])
})

test('T2 guessed account id: a user’s account is not the organization’s, and not another user’s', async () => {
  const world = setup()
  const user = world.integrations.forUser('org_acme', 'user_7')
  const { accountId } = await world.run(user.createLinkToken(OPEN))
  expect((await user.account(accountId))?.info).toMatchObject({ organizationId: 'org_acme', userId: 'user_7' })
  for (const owner of [world.acme, world.integrations.forUser('org_acme', 'user_8'), world.integrations.forUser('org_other', 'user_7')]) {
    expect(await owner.account(accountId)).toBeNull()
    expect(await owner.list()).toEqual([])
  }
})

test('T2 guessed account id: one that is no text is refused, and one that is nonsense is nobody’s', async () => {
  const world = await connected()
  for (const id of [7, null, undefined, {}, [world.id]])
    await expect(world.acme.account(id as string)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  for (const id of ['', ' ', world.id.toUpperCase(), `${world.id} `, world.id.slice(0, -1), '__proto__', '%', '*'])
    expect(await world.acme.account(id)).toBeNull()
  const { call } = door(world)
  for (const id of ['%00', '%2e%2e', `${world.id}%20`, `${world.id}%2Fsync`, '__proto__', '%F0%28', 'x'.repeat(5_000), `'%20OR%201=1`])
    expect((await call('GET', `/accounts/${id}`)).status, id).toBe(404)
})

test('T2 guessed account id: an id is as good as random, of 128 bits, and says nothing of its owner', async () => {
  const world = setup()
  const ids = new Set<string>()
  for (let attempt = 0; attempt < 200; attempt++) {
    const { accountId } = await world.run(world.integrations.forOrganization(`org_${attempt}`).createLinkToken(OPEN))
    expect(accountId).toMatch(/^int_[0-9a-f]{32}$/)
    ids.add(accountId)
  }
  expect(ids.size).toBe(200)
  // Every hex digit in every place: no clock and no counter among them.
  for (let place = 4; place < 36; place++) expect(new Set([...ids].map((id) => id[place])).size).toBeGreaterThan(8)
})

test('T3 guessed account id: between any two organizations, what is not theirs and what is not there get the same bytes', async () => {
  const routes = ROUTES.filter(({ path }) => path.includes(':id'))
  await fc.assert(
    fc.asyncProperty(NAMES, NAMES, fc.uint8Array({ minLength: 16, maxLength: 16 }), async (one, other, bytes) => {
      fc.pre(one !== other)
      const world = setup({}, { sandbox: { employees: 1, initialSyncMs: 0 } })
      const victim = { id: await world.connect(one), publicToken: '' }
      const scene: Scene = { world, calls: [], ofOrganization: victim, ofUser: victim }
      const before = await rowOf(world, victim.id, one)
      const options = {
        authenticate: () => ({ organization: { id: other, name: 'Any' }, user: { id: 'user_1', email: 'it@any.test' } }),
      }
      for (const route of routes) {
        const theirs = await drive(scene, route, { options }, victim)
        const nobodys = await drive(scene, route, { options }, { id: `int_${Buffer.from(bytes).toString('hex')}`, publicToken: '' })
        expect(visible(theirs.answer), nameOf(route)).toEqual(visible(nobodys.answer))
        expect(theirs.answer.status).toBe(404)
      }
      expect(await rowOf(world, victim.id, one)).toEqual(before)
      const deleted = await drive(
        scene,
        routes.find(({ method }) => method === 'DELETE') as (typeof routes)[0],
        {
          options: { authenticate: () => ({ organization: { id: one, name: 'Any' }, user: { id: 'u', email: 'a@b.test' } }) },
        },
        victim,
      )
      expect(deleted.answer.status).toBe(DRIVERS['DELETE /accounts/:id']?.status)
    }),
    { numRuns: 30, seed: 2 },
  )
})

test('T5 switched organization: the account goes to whose attempt it was, and the one that is signed in now learns nothing', async () => {
  const world = withWebhooks()
  const { call } = door(world)
  const now = { 'x-test-organization': 'org_now' }
  const click = await call('POST', '/link-token', { body: { category: 'hris' } })
  const publicToken = world.complete(click.json.linkToken)
  const asked = world.requests.length
  const first = await call('POST', '/exchange', { body: { publicToken }, headers: now })
  // Nothing was begun in this organization, so there is nothing to ask Merge about.
  expect(world.requests.length).toBe(asked)
  expect((await infoOf(world, click.json.accountId)).status).toBe('pending')
  await call('POST', '/link-token', { body: { category: 'hris' }, headers: now })
  const second = await call('POST', '/exchange', { body: { publicToken }, headers: now })
  for (const answer of [first, second]) {
    expect(answer).toMatchObject({ status: 404, json: { error: { code: 'not_found', message: 'This connection does not exist.' } } })
    expect(answer.text).not.toMatch(/org_acme|int_|BambooHR/)
  }
  expect(await infoOf(world, click.json.accountId)).toMatchObject({ status: 'active', organizationId: 'org_acme' })
  expect((await call('GET', '/accounts', { headers: now })).json.accounts).toMatchObject([{ status: 'pending', organizationId: 'org_now' }])
})

test('T5 switched organization: where nothing was begun in the new one, the webhook completes the link for the old one', async () => {
  const world = withWebhooks()
  const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
  const publicToken = world.complete(linkToken)
  const other = world.integrations.forOrganization('org_now')
  await expect(world.run(other.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  // The browser's tab spends the token after all; the webhook is what is left to its owner.
  await world.deliver()
  await world.work()
  expect(await infoOf(world, accountId)).toMatchObject({ status: 'active', organizationId: 'org_acme' })
  expect(await other.list()).toEqual([])
})

/** An account of one type, and a Merge that from now on says that its token opens one of another type. */
async function mixedUp(mine: string, theirs: string) {
  const world = withWebhooks()
  const says = (type: string) =>
    world.sandbox.fault({
      kind: 'rewrite',
      path: '/account-details',
      count: Number.POSITIVE_INFINITY,
      rewrite: (body) => ({ ...(body as object), account_type: type }),
    })
  const heal = says(mine)
  const id = await world.connect()
  heal()
  says(theirs)
  return { world, id, before: await rowOf(world, id) }
}

const TYPES = [
  ['TEST', 'PRODUCTION'],
  ['PRODUCTION', 'TEST'],
] as const

test.each(TYPES)('T6 mixed environments: an exchange does not put into the place of a %s account a %s one', async (mine, theirs) => {
  const { world, id, before } = await mixedUp(mine, theirs)
  const { linkToken } = await world.run((await handleOf(world, id)).relink(ACME))
  await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toMatchObject(NOT_FOUND)
  expect(await infoOf(world, id)).toMatchObject({ accountType: mine, status: 'active' })
  expect((await rowOf(world, id)).token).toBe(before.token)
  expect(await opens(world, before)).toBe(before.linkedAccountId)
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test.each(TYPES)('T6 mixed environments: a webhook does not put into the place of a %s account a %s one', async (mine, theirs) => {
  const { world, id, before } = await mixedUp(mine, theirs)
  const headers = { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(before) }
  const answer = await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/account-token/regenerate', { method: 'POST', headers }),
  )
  const { account_token } = (await answer.json()) as { account_token: string }
  const account = { id: before.linkedAccountId, end_user_origin_id: before.originId, account_type: theirs }
  expect((await world.post(envelope('LinkedAccount.linked', account, { account_token }))).status).toBe(200)
  await world.work()
  expect(await infoOf(world, id)).toMatchObject({ accountType: mine })
  expect((await rowOf(world, id)).token).toBe(before.token)
  expect(world.requests.filter((request) => request.includes('delete-account'))).toEqual([])
})
