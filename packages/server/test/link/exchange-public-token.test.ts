import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.ts'
import { ACME, handleOf, infoOf, rowOf, setup, type World } from '../support/setup.ts'
import { opens } from '../support/tokens.ts'

const OPEN = { category: 'hris', ...ACME }
const NOT_FOUND = { code: ErrorCode.LINK_NOT_FOUND, retryable: false }

async function attempt(world: World, organizationId = 'org_acme') {
  const owner = world.integrations.forOrganization(organizationId)
  const { accountId, linkToken } = await world.run(owner.createLinkToken(OPEN))
  return { owner, accountId, publicToken: world.complete(linkToken) }
}

test('the account is linked when Merge has said whose it is, and its token is sealed', async () => {
  const world = setup()
  const { accountId, publicToken } = await attempt(world)
  const account = await world.run(world.acme.exchangePublicToken(publicToken))
  const [atMerge] = world.sandbox.accounts()
  expect(account).toMatchObject({
    id: accountId,
    status: 'active',
    linkedAccountId: atMerge?.id,
    endUserOriginId: atMerge?.endUserOriginId,
    integration: { name: 'BambooHR', slug: 'bamboohr' },
    accountType: 'TEST',
  })
  expect(world.requests.map((request) => request.split(' ')[1])).toEqual([
    '/api/hris/v1/link-token',
    '/api/integrations/account-token/***',
    '/api/hris/v1/account-details',
  ])
  expect(world.events.map(({ name }) => name)).toEqual(['account.linked'])
  const row = await rowOf(world, accountId)
  expect(row.token).toMatch(/^ci1\./)
  expect(await opens(world, row)).toBe(atMerge?.id)
})

test('nothing is stored unless Merge names the same account as the token did', async () => {
  const world = setup()
  const { accountId, owner, publicToken } = await attempt(world)
  world.sandbox.fault({
    kind: 'rewrite',
    path: '/account-details',
    count: 9,
    rewrite: (body) => ({ ...(body as object), id: 'another-account' }),
  })
  await expect(world.run(owner.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  expect(await rowOf(world, accountId)).toMatchObject({ status: 'pending', token: null, linkedAccountId: null })
})

test.each([
  ['an unknown', 'nobody-ever-had-this-one'],
  ['null', null],
  ['no', undefined],
])('an account of %s origin id is nobody’s here', async (_, originId) => {
  const world = setup()
  const { accountId, owner, publicToken } = await attempt(world)
  const rewrite = (body: unknown) => ({ ...(body as object), end_user_origin_id: originId })
  world.sandbox.fault({ kind: 'rewrite', path: '/account-details', count: 9, rewrite })
  await expect(world.run(owner.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  expect((await rowOf(world, accountId)).status).toBe('pending')
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test('a known origin id of another category is another account', async () => {
  const world = setup()
  const { accountId, owner, publicToken } = await attempt(world)
  world.sandbox.fault({ kind: 'rewrite', path: '/account-details', rewrite: (body) => ({ ...(body as object), category: 'ats' }) })
  await expect(world.run(owner.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  expect((await rowOf(world, accountId)).status).toBe('pending')
})

test.each(['', 'short', '../../organizations', 'a b c d e f g h', 'x'.repeat(513), 7, null])(
  '%j is no public token, and Merge is not asked',
  async (garbage) => {
    const world = setup()
    await world.run(world.acme.createLinkToken(OPEN))
    const before = world.requests.length
    await expect(world.acme.exchangePublicToken(garbage as string)).rejects.toMatchObject({ code: ErrorCode.INPUT_INVALID })
    expect(world.requests).toHaveLength(before)
  },
)

test('a token that Merge never gave is not found', async () => {
  const world = setup()
  await world.run(world.acme.createLinkToken(OPEN))
  await expect(world.run(world.acme.exchangePublicToken('a-token-that-looks-real'))).rejects.toMatchObject(NOT_FOUND)
})

test('without an open attempt Merge is not asked at all', async () => {
  const world = setup()
  const { publicToken } = await attempt(world, 'org_other')
  const before = world.requests.length
  for (const owner of [world.acme, world.integrations.forUser('org_other', 'user_7')])
    await expect(world.run(owner.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  expect(world.requests).toHaveLength(before)
})

test('an attempt counts as open until its link token has expired, and a quarter of an hour longer', async () => {
  const world = setup()
  await world.run(world.acme.createLinkToken(OPEN))
  const asked = async () => {
    const before = world.requests.length
    await expect(world.run(world.acme.exchangePublicToken('a-token-that-looks-real'))).rejects.toMatchObject(NOT_FOUND)
    return world.requests.length > before
  }
  world.time.clock.advance(44 * 60_000)
  expect(await asked()).toBe(true)
  world.time.clock.advance(60_000)
  expect(await asked()).toBe(false)
})

test('a public token that has expired at Merge is not found, and a new click repairs it', async () => {
  const world = setup()
  const { accountId, owner, publicToken } = await attempt(world)
  world.time.clock.advance(11 * 60_000)
  await expect(world.run(owner.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  const again = await attempt(world)
  expect((await world.run(owner.exchangePublicToken(again.publicToken))).id).toBe(accountId)
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test('exchanged twice, one after the other, the answer is the same and Merge is asked once', async () => {
  const world = setup()
  const { owner, publicToken } = await attempt(world)
  const first = await world.run(owner.exchangePublicToken(publicToken))
  const before = world.requests.length
  expect(await world.run(owner.exchangePublicToken(publicToken))).toEqual(first)
  expect(world.requests).toHaveLength(before)
})

test('exchanged by several requests at once, also in two processes, all get the account, however slowly Merge answers', async () => {
  const world: World = setup(
    {},
    {
      network: async (request, next) => {
        if (request.url.includes('/account-details')) await world.time.sleep(2_000)
        return next()
      },
    },
  )
  const { accountId, publicToken } = await attempt(world)
  const doors = [world.integrations, world.integrations, world.another(), world.another()].map((process) =>
    process.forOrganization('org_acme'),
  )
  const results = await world.run(Promise.all(doors.map((door) => door.exchangePublicToken(publicToken))))
  expect(new Set(results.map(({ id }) => id))).toEqual(new Set([accountId]))
  expect(world.events.filter(({ name }) => name === 'account.linked')).toHaveLength(1)
  expect(await opens(world, await rowOf(world, accountId))).toBe(results[0]?.linkedAccountId)
})

test('a public token that was spent elsewhere and left no trace here is not found', async () => {
  const world = setup()
  const { owner, publicToken } = await attempt(world)
  await world.sandbox.handle(
    new Request(`https://merge.test/api/integrations/account-token/${publicToken}`, {
      headers: { authorization: `Bearer ${world.sandbox.apiKey}` },
    }),
  )
  await expect(world.run(owner.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
})

test('another organization’s public token links the account to its owner, and whoever brought it learns nothing', async () => {
  const world = setup()
  const victim = await attempt(world, 'org_victim')
  await world.run(world.acme.createLinkToken(OPEN))
  const stolen = world.run(world.acme.exchangePublicToken(victim.publicToken))
  const garbage = world.run(world.acme.exchangePublicToken('a-token-that-looks-real'))
  const [one, other] = await Promise.allSettled([stolen, garbage])
  expect(one).toMatchObject({ status: 'rejected', reason: NOT_FOUND })
  expect({ ...(one as PromiseRejectedResult).reason }).toEqual({ ...(other as PromiseRejectedResult).reason })
  expect((one as PromiseRejectedResult).reason.message).toBe((other as PromiseRejectedResult).reason.message)
  expect(await infoOf(world, victim.accountId, 'org_victim')).toMatchObject({ status: 'active', organizationId: 'org_victim' })
  expect((await world.acme.list()).map(({ status }) => status)).toEqual(['pending'])
  expect((await world.run(victim.owner.exchangePublicToken(victim.publicToken))).id).toBe(victim.accountId)
})

test('another organization’s late link to a deleted connection looks like any other unknown token', async () => {
  const world = setup()
  const victim = await world.run(world.integrations.forOrganization('org_victim').createLinkToken(OPEN))
  await world.run((await handleOf(world, victim.accountId, 'org_victim')).delete())
  const publicToken = world.complete(victim.linkToken)
  await world.run(world.acme.createLinkToken(OPEN))
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject({ ...NOT_FOUND, accountId: undefined })
  expect(world.sandbox.accounts()).toEqual([])
})

test('a customer who signed in with credentials that Merge finds incomplete has to relink', async () => {
  const world = setup()
  const { owner, publicToken } = await attempt(world)
  world.sandbox.fault({ kind: 'rewrite', path: '/account-details', rewrite: (body) => ({ ...(body as object), status: 'INCOMPLETE' }) })
  expect((await world.run(owner.exchangePublicToken(publicToken))).status).toBe('relink_needed')
})

test('an account that is to be held is held, whatever Merge says of its credentials', async () => {
  const world = setup({ onLinked: () => 'hold' })
  const { owner, publicToken } = await attempt(world)
  world.sandbox.fault({ kind: 'rewrite', path: '/account-details', rewrite: (body) => ({ ...(body as object), status: 'RELINK_NEEDED' }) })
  expect((await world.run(owner.exchangePublicToken(publicToken))).status).toBe('held')
})

test('what the token’s answer does not name, Merge’s catalog does; where that cannot be had, it is linked without a name', async () => {
  for (const down of [false, true]) {
    const world = setup()
    const { owner, publicToken } = await attempt(world)
    world.sandbox.fault({ kind: 'rewrite', path: '/account-token/', rewrite: (body) => ({ ...(body as object), integration: null }) })
    if (down) world.sandbox.fault({ kind: 'status', path: '/organizations/integrations', count: Number.POSITIVE_INFINITY })
    const { status, integration } = await world.run(owner.exchangePublicToken(publicToken))
    expect([status, integration?.slug]).toEqual(['active', down ? undefined : 'bamboohr'])
  }
})
