import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.ts'
import { ACME, handleOf, infoOf, rowOf, setup, type World } from '../support/setup.ts'

const click = (world: World, more: Record<string, unknown> = {}) =>
  world.run(world.acme.createLinkToken({ category: 'hris', ...ACME, ...more }))

const rows = async (world: World, organizationId = 'org_acme') => (await world.storage.list({ organizationId, limit: 100 })).accounts

test('the pending row with its origin id is stored before Merge is asked for a link token', async () => {
  const seen: unknown[] = []
  const world = setup(
    {},
    {
      network: async (request, next) => {
        const body = (await request.clone().json()) as { end_user_origin_id: string }
        const row = await world.storage.get({ originId: body.end_user_origin_id, category: 'hris' })
        seen.push(row?.status)
        return next()
      },
    },
  )
  await click(world)
  expect(seen).toEqual(['pending'])
})

test('when Merge cannot be asked the row is there, and the next click continues it', async () => {
  const world = setup()
  const heal = world.sandbox.fault({ kind: 'status', status: 503, path: '/link-token', count: Number.POSITIVE_INFINITY })
  await expect(click(world)).rejects.toMatchObject({ code: ErrorCode.UPSTREAM_UNAVAILABLE, status: 503, retryable: true })
  const [before] = await rows(world)
  expect(before).toMatchObject({ status: 'pending', token: null, category: 'hris' })
  heal()
  const { accountId } = await click(world)
  expect(await rows(world)).toHaveLength(1)
  expect(accountId).toBe(before?.id)
  expect((await rowOf(world, accountId)).originId).toBe(before?.originId)
})

test('a customer who leaves and comes back continues the same attempt', async () => {
  const world = setup()
  const first = await click(world)
  world.sandbox.link.abandon(first.linkToken)
  const second = await click(world)
  expect(second.accountId).toBe(first.accountId)
  expect(second.linkToken).not.toBe(first.linkToken)
  await world.run(world.acme.exchangePublicToken(world.complete(second.linkToken)))
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test('a double click makes one row and one origin id', async () => {
  const world = setup()
  const clicks = await world.run(Promise.all(Array.from({ length: 12 }, () => world.acme.createLinkToken({ category: 'hris', ...ACME }))))
  expect(new Set(clicks.map(({ accountId }) => accountId)).size).toBe(1)
  expect(await rows(world)).toHaveLength(1)
})

test('two processes that are clicked at once make one row', async () => {
  const world = setup({ originIds: 'one-per-category' })
  const doors = [world.integrations, world.another(), world.another()].map((process) => process.forOrganization('org_acme'))
  const clicks = await world.run(Promise.all(doors.map((door) => door.createLinkToken({ category: 'hris', ...ACME }))))
  expect(new Set(clicks.map(({ accountId }) => accountId)).size).toBe(1)
  expect(await rows(world)).toHaveLength(1)
})

test('two tabs that both complete are one account, linked twice', async () => {
  const world = setup()
  const [one, other] = [await click(world), await click(world)]
  const tokens = [world.complete(one.linkToken), world.complete(other.linkToken)]
  for (const token of tokens) await world.run(world.acme.exchangePublicToken(token))
  expect(await rows(world)).toHaveLength(1)
  expect(world.sandbox.accounts()).toHaveLength(1)
  expect(await infoOf(world, one.accountId)).toMatchObject({ status: 'active', linkedAccountId: world.sandbox.accounts()[0]?.id })
})

test('after one is linked, the next click adds another', async () => {
  const world = setup()
  const first = await world.connect()
  const { accountId } = await click(world)
  expect(accountId).not.toBe(first)
  expect(await rows(world)).toHaveLength(2)
})

test('with one-per-category a second click is refused and the token is left as it was', async () => {
  const world = setup({ originIds: 'one-per-category' })
  const id = await world.connect()
  const before = await rowOf(world, id)
  await expect(click(world)).rejects.toMatchObject({ code: ErrorCode.ALREADY_CONNECTED, accountId: id })
  expect(await rowOf(world, id)).toEqual(before)
})

test('with one-per-category a broken connection is offered again under its own origin id', async () => {
  const world = setup({ originIds: 'one-per-category' })
  const id = await world.connect()
  const before = await rowOf(world, id)
  world.sandbox.setStatus(before.linkedAccountId ?? '', 'RELINK_NEEDED')
  await world.work(30_000)
  const again = await click(world)
  expect(again.accountId).toBe(id)
  expect((await rowOf(world, id)).token).toBe(before.token)
})

test.each(['one-per-category', 'many-per-category'] as const)(
  '%s: connecting again after a deletion gets a new origin id',
  async (originIds) => {
    const world = setup({ originIds })
    const first = await world.connect()
    const { originId } = await rowOf(world, first)
    expect(await world.run((await handleOf(world, first)).delete())).toBe('deleted')
    const second = await click(world)
    expect(second.accountId).not.toBe(first)
    expect((await rowOf(world, second.accountId)).originId).not.toBe(originId)
  },
)

test('an abandoned attempt at BambooHR does not hijack a click on Workday', async () => {
  const world = setup()
  const bamboo = await click(world, { integration: 'bamboohr' })
  world.sandbox.link.abandon(bamboo.linkToken)
  const workday = await click(world, { integration: 'workday' })
  expect(workday.accountId).not.toBe(bamboo.accountId)
  await world.run(world.acme.exchangePublicToken(world.complete(workday.linkToken, 'workday')))
  expect((await infoOf(world, workday.accountId)).integration?.slug).toBe('workday')
  expect((await infoOf(world, bamboo.accountId)).status).toBe('pending')
})

test('the link token expires when it says, by our clock', async () => {
  const world = setup()
  const now = world.time.clock.now()
  expect((await click(world)).expiresAt).toBe(new Date(now + 30 * 60_000).toISOString())
  expect((await click(world, { linkExpiryMins: 720 })).expiresAt).toBe(new Date(now + 720 * 60_000).toISOString())
  const magic = await click(world, { magicLink: true, linkExpiryMins: 10_080 })
  expect(magic.expiresAt).toBe(new Date(now + 10_080 * 60_000).toISOString())
  expect(magic.magicLinkUrl).toContain('https://')
})

test.each([
  [{ category: 'HRIS' }, '"category"'],
  [{ category: '../hris' }, '"category"'],
  [{ category: undefined }, '"category"'],
  [{ organizationName: '' }, '"organizationName"'],
  [{ organizationName: 'x'.repeat(101) }, '"organizationName"'],
  [{ userEmail: ' ' }, '"userEmail"'],
  [{ integration: 'Bamboo HR' }, '"integration"'],
  [{ integration: '../workday' }, '"integration"'],
  [{ displayName: ' ' }, '"displayName"'],
  [{ linkExpiryMins: 29 }, '"linkExpiryMins"'],
  [{ linkExpiryMins: 721 }, '"linkExpiryMins"'],
  [{ linkExpiryMins: 30.5 }, '"linkExpiryMins"'],
])('%j is refused before anything is stored or asked', async (wrong, name) => {
  const world = setup()
  await expect(click(world, wrong)).rejects.toMatchObject({ code: ErrorCode.INPUT_INVALID, message: expect.stringContaining(name) })
  expect(await rows(world)).toEqual([])
  expect(world.requests).toEqual([])
})

test('a language that Merge does not speak is left out, and one that it speaks is passed on', async () => {
  const bodies: { language?: string }[] = []
  const world = setup(
    {},
    {
      network: async (request, next) => {
        bodies.push((await request.clone().json()) as object)
        return next()
      },
    },
  )
  await click(world, { language: 'fr' })
  await click(world, { language: 'de' })
  expect(bodies.map(({ language }) => language)).toEqual([undefined, 'de'])
})

test('the link token is in the answer and in no other place', async () => {
  const world = setup()
  const { linkToken } = await click(world)
  expect(linkToken).toHaveLength(40)
  expect(JSON.stringify(await rows(world))).not.toContain(linkToken)
  expect(world.log.join('\n')).not.toContain(linkToken)
  expect(JSON.stringify(world.events)).not.toContain(linkToken)
})

test('an organization may have any id that is a text of 1 to 255 characters, and never shares a row with another', async () => {
  const odd = [
    'a/b',
    'a%2Fb',
    'a:b',
    'a',
    'b:hris',
    '1:a:hris',
    'ä',
    '日本語'.repeat(40),
    'x'.repeat(255),
    ' ',
    '__proto__',
    'A',
    '*',
    '..',
    '\u0000',
  ]
  const world = setup({ originIds: 'one-per-category' })
  const ids = new Set<string>()
  for (const organizationId of odd) {
    const owner = world.integrations.forOrganization(organizationId)
    ids.add((await world.run(owner.createLinkToken({ category: 'hris', ...ACME }))).accountId)
    expect(await owner.list()).toHaveLength(1)
  }
  for (const [organizationId, userId] of [
    ['a', 'b'],
    ['a/b', 'c'],
    ['a', 'b/c'],
  ] as const) {
    const owner = world.integrations.forUser(organizationId, userId)
    ids.add((await world.run(owner.createLinkToken({ category: 'hris', ...ACME }))).accountId)
  }
  expect(ids.size).toBe(odd.length + 3)
  const origins = (await world.storage.list({ limit: 100 })).accounts.map(({ originId }) => originId)
  for (const originId of origins) expect(originId).toMatch(/^[A-Za-z0-9_.:-]{1,100}$/)
})

test('an owner whose id is no such text is refused', () => {
  const world = setup()
  for (const id of ['', 'x'.repeat(256), '\ud800', 7, null, undefined, {}])
    expect(() => world.integrations.forOrganization(id as string)).toThrow(expect.objectContaining({ code: ErrorCode.INPUT_INVALID }))
  expect(() => world.integrations.forUser('org', '')).toThrow('"userId"')
})

test('an originId function of your own that gives the same twice gets a tail, and one that gives nonsense is named', async () => {
  const world = setup({ originId: ({ organizationId }) => `mine-${organizationId}` })
  const first = await click(world)
  await world.run((await handleOf(world, first.accountId)).delete())
  const second = await click(world)
  expect((await rowOf(world, first.accountId)).originId).toBe('mine-org_acme')
  expect((await rowOf(world, second.accountId)).originId).toMatch(/^mine-org_acme_[0-9a-f]{8}$/)
  const wrong = setup({ originId: () => 'not valid!' })
  await expect(click(wrong)).rejects.toMatchObject({ code: ErrorCode.CONFIG_INVALID, message: expect.stringContaining('"originId"') })
})

test('whatever the two organizations are called, they get two rows', async () => {
  const id = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => text.isWellFormed() && text.length <= 255)
  await fc.assert(
    fc.asyncProperty(id, id, async (one, other) => {
      fc.pre(one !== other)
      const world = setup({ originIds: 'one-per-category' }, { sandbox: { employees: 1 } })
      const made = []
      for (const name of [one, other])
        made.push((await world.run(world.integrations.forOrganization(name).createLinkToken({ category: 'hris', ...ACME }))).accountId)
      expect(made[0]).not.toBe(made[1])
    }),
    { numRuns: 40, seed: 1 },
  )
})
