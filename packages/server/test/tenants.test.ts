import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IntegrationError, type Owner } from '../src/index.ts'
import { type Answer, door } from './support/http.ts'
import { ACME, connected, MODELS, setup, stored, type World } from './support/setup.ts'

const NOT_THERE = `int_${'0'.repeat(32)}`

/** Everything of an answer but what is different every time. */
const visible = ({ status, headers, text }: Answer) => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'x-request-id'),
  text: text.replaceAll(/req_[\w-]+/g, 'req_'),
})

const ROUTES: [method: string, path: string, body?: unknown][] = [
  ['GET', '/accounts/:id'],
  ['PATCH', '/accounts/:id', { displayName: 'Mine now' }],
  ['PATCH', '/accounts/:id', {}],
  ['PATCH', '/accounts/:id', '{'],
  ['POST', '/accounts/:id/relink', {}],
  ['POST', '/accounts/:id/relink', { status: 'active' }],
  ['POST', '/accounts/:id/sync'],
  ['DELETE', '/accounts/:id'],
  ['POST', '/exchange', { publicToken: ':token' }],
]

async function snapshot(world: World, id: string, organizationId: string) {
  return [
    await world.storage.get({ id, organizationId }),
    await stored(world, id, MODELS[0] ?? ''),
    world.sandbox.accounts().map(({ status }) => status),
  ]
}

test('every route answers another organization’s account exactly as one that does not exist', async () => {
  const world = await connected()
  const before = await snapshot(world, world.id, 'org_acme')
  for (const authorize of [undefined, () => true]) {
    const { call } = door(world, authorize ? { authorize } : {})
    const headers = { 'x-test-organization': 'org_other' }
    for (const [method, path, body] of ROUTES) {
      const ask = (id: string) => {
        const filled = typeof body === 'object' ? JSON.parse(JSON.stringify(body).replace(':token', id)) : body
        return call(method, path.replace(':id', id), { body: filled, headers })
      }
      expect(visible(await ask(world.id)), `${method} ${path}`).toEqual(visible(await ask(NOT_THERE)))
    }
  }
  expect(await snapshot(world, world.id, 'org_acme')).toEqual(before)
})

test('nobody asks "authorize" about an account that is not theirs', async () => {
  const world = await connected()
  const asked: unknown[] = []
  const { call } = door(world, {
    authorize: ({ account }) => {
      asked.push(account?.id)
      return true
    },
  })
  await call('GET', `/accounts/${world.id}`, { headers: { 'x-test-organization': 'org_other' } })
  expect(asked).toEqual([])
})

test('another organization’s public token and one that nobody has are the same to the caller', async () => {
  const world = setup()
  const { call } = door(world)
  const other = { 'x-test-organization': 'org_other' }
  await call('POST', '/link-token', { body: { category: 'hris' }, headers: other })
  const mine = await call('POST', '/link-token', { body: { category: 'hris' } })
  const exchange = (publicToken: string) => call('POST', '/exchange', { body: { publicToken }, headers: other })
  const stolen = await exchange(world.complete(mine.json.linkToken))
  expect(visible(stolen)).toEqual(visible(await exchange('a-token-that-looks-real')))
  expect(stolen.status).toBe(404)
  expect((await call('GET', '/accounts')).json.accounts[0].status).toBe('active')
})

test('for any two owners, no method of one reaches what the other has', async () => {
  const name = fc.oneof(
    fc.constantFrom('org', 'org/1', 'org%2F1', 'ORG', 'org ', '__proto__', 'constructor', 'org\u0000', 'örg', 'o'.repeat(255), '*', ''),
    fc.string({ minLength: 1, maxLength: 12 }),
  )
  const owner = fc
    .record({ organizationId: name, userId: fc.option(name, { nil: null }) })
    .filter(
      ({ organizationId, userId }) =>
        organizationId !== '' && userId !== '' && organizationId.isWellFormed() && (userId?.isWellFormed() ?? true),
    )
  await fc.assert(
    fc.asyncProperty(owner, owner, async (one, other) => {
      fc.pre(one.organizationId !== other.organizationId || one.userId !== other.userId)
      const world = setup({ originIds: 'one-per-category' }, { sandbox: { employees: 1, initialSyncMs: 0 } })
      const open = (key: typeof one): Owner =>
        key.userId === null
          ? world.integrations.forOrganization(key.organizationId)
          : world.integrations.forUser(key.organizationId, key.userId)
      const [mine, theirs] = [open(one), open(other)]
      const { accountId, linkToken } = await world.run(mine.createLinkToken({ category: 'hris', ...ACME }))
      await world.run(theirs.createLinkToken({ category: 'hris', ...ACME }))
      expect(await theirs.account(accountId)).toBeNull()
      expect((await theirs.list()).map(({ id }) => id)).not.toContain(accountId)
      expect(await mine.list()).toHaveLength(1)
      const stolen = await world.run(theirs.exchangePublicToken(world.complete(linkToken)).catch((error: IntegrationError) => error))
      expect(stolen).toBeInstanceOf(IntegrationError)
      expect((stolen as IntegrationError).code).toBe('LINK_NOT_FOUND')
      expect((await mine.list())[0]?.status).toBe('active')
      expect((await theirs.list())[0]?.status).toBe('pending')
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('a user’s account is not the organization’s, and not another user’s', async () => {
  const world = setup()
  const user = world.integrations.forUser('org_acme', 'user_7')
  const { accountId } = await world.run(user.createLinkToken({ category: 'hris', ...ACME }))
  expect((await user.account(accountId))?.info).toMatchObject({ organizationId: 'org_acme', userId: 'user_7' })
  for (const owner of [world.acme, world.integrations.forUser('org_acme', 'user_8'), world.integrations.forUser('org_other', 'user_7')]) {
    expect(await owner.account(accountId)).toBeNull()
    expect(await owner.list()).toEqual([])
  }
})

test('an id that is no text is refused, and one that is nonsense is nobody’s', async () => {
  const world = await connected()
  for (const id of [7, null, undefined, {}, [world.id]])
    await expect(world.acme.account(id as string)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  for (const id of ['', ' ', world.id.toUpperCase(), `${world.id} `, world.id.slice(0, -1), '__proto__'])
    expect(await world.acme.account(id)).toBeNull()
})
