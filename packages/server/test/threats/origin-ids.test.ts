import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type IntegrationError, isValidOriginId, type Owner } from '../../src/index.ts'
import { ACME, setup, type World } from '../support/setup.ts'

const STRATEGIES = ['many-per-category', 'one-per-category'] as const
type Key = [organizationId: string, userId: string | null, category: string]

function open(world: World, [organizationId, userId]: Key): Owner {
  return userId === null ? world.integrations.forOrganization(organizationId) : world.integrations.forUser(organizationId, userId)
}

/** Each of these owners clicks once; what was stored for each. */
async function rowsOf(keys: readonly Key[], originIds: (typeof STRATEGIES)[number]) {
  const world = setup({ originIds })
  for (const key of keys) await world.run(open(world, key).createLinkToken({ category: key[2], ...ACME }))
  const { accounts } = await world.storage.list({ limit: 1_000 })
  return accounts
}

async function expectApart(keys: readonly Key[], originIds: (typeof STRATEGIES)[number]) {
  const rows = await rowsOf(keys, originIds)
  for (const [organizationId, userId, category] of keys) {
    const own = rows.filter((row) => row.organizationId === organizationId && row.userId === userId && row.category === category)
    expect(own, JSON.stringify([organizationId, userId, category])).toHaveLength(1)
  }
  expect(rows).toHaveLength(keys.length)
  expect(new Set(rows.map(({ originId }) => originId)).size).toBe(keys.length)
  expect(new Set(rows.map(({ slot }) => slot)).size).toBe(keys.length)
  for (const { originId } of rows) expect(isValidOriginId(originId), originId).toBe(true)
}

/** What reads alike once it is written one behind the other, cut, or folded. */
const COLLISIONS: Record<string, readonly Key[]> = {
  'an underscore moved from one part to the next': [
    ['a_b', null, 'hris'],
    ['a', 'b', 'hris'],
    ['a_b', 'hris', 'ats'],
    ['a', 'b_hris', 'ats'],
  ],
  'a separator in an id': [
    ['a/b', null, 'hris'],
    ['a', 'b', 'hris'],
    ['a%2Fb', null, 'hris'],
    ['a', 'b:hris', 'ats'],
    ['a:hris', null, 'ats'],
    ['a/b:hris', null, 'ats'],
    ['1:a', null, 'hris'],
    ['a:*:pending', null, 'hris'],
  ],
  'a category in an id': [
    ['a_hris', null, 'ats'],
    ['a', 'hris', 'ats'],
    ['a_hris_ats', null, 'crm'],
    ['a', 'hris_ats', 'crm'],
  ],
  'upper and lower case': [
    ['acme', null, 'hris'],
    ['ACME', null, 'hris'],
    ['Acme', null, 'hris'],
    ['acme', 'USER', 'hris'],
    ['acme', 'user', 'hris'],
  ],
  'what a collation takes for the same': [
    ['straße', null, 'hris'],
    ['strasse', null, 'hris'],
    ['e\u0301', null, 'hris'],
    ['\u00e9', null, 'hris'],
    ['e', null, 'hris'],
    ['acme ', null, 'hris'],
    ['acme', null, 'hris'],
    [' acme', null, 'hris'],
    ['acme\u0000', null, 'hris'],
  ],
  'what is alike up to the hundredth character': [
    ['x'.repeat(200), null, 'hris'],
    [`${'x'.repeat(199)}y`, null, 'hris'],
    ['x'.repeat(95), null, 'hris'],
    ['x'.repeat(96), null, 'hris'],
    ['x'.repeat(95), 'x', 'hris'],
    ['x'.repeat(255), 'y'.repeat(255), 'hris'],
    ['x'.repeat(255), `${'y'.repeat(254)}z`, 'hris'],
  ],
}

for (const originIds of STRATEGIES) {
  test.each(Object.entries(COLLISIONS))(`T7 colliding ids (${originIds}): %s makes nobody share a place or an origin id`, (_, keys) =>
    expectApart(keys, originIds),
  )

  test(`T7 colliding ids (${originIds}): any owners at all are kept apart`, async () => {
    const id = fc.oneof(
      fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'A', '_', '/', ':', '%', '2', 'F', '*') }),
      fc.string({ minLength: 1, maxLength: 255 }).filter((text) => text.isWellFormed()),
    )
    const key = fc.tuple(id, fc.option(id, { nil: null }), fc.constantFrom('hris', 'ats'))
    const keys = fc.uniqueArray(key, { minLength: 2, maxLength: 12, selector: (each) => JSON.stringify(each) })
    await fc.assert(
      fc.asyncProperty(keys, (several) => expectApart(several as Key[], originIds)),
      { numRuns: 100, seed: 3 },
    )
  })
}

test.each(['a b', 'ü', '', 'x'.repeat(101), 'line\n', 'a/b', 7, null, undefined, '../..'])(
  'T7 colliding ids: %j from an "originId" of yours reaches neither the store nor Merge',
  async (made) => {
    const world = setup({ originId: () => made as string })
    const failed = await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }).catch((error: IntegrationError) => error))
    expect(failed).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('"originId"') })
    expect((await world.storage.list({ limit: 10 })).accounts).toEqual([])
    expect(world.requests).toEqual([])
  },
)

test('T7 colliding ids: an "originId" of yours that gives everybody the same one lets nobody into another’s connection', async () => {
  const world = setup({ originId: () => 'the-same-for-all' })
  const clicks = []
  for (const organization of ['org_a', 'org_b', 'org_c']) {
    const owner = world.integrations.forOrganization(organization)
    clicks.push(await world.run(owner.createLinkToken({ category: 'hris', ...ACME })))
  }
  const rows = (await world.storage.list({ limit: 10 })).accounts
  expect(new Set(rows.map(({ originId }) => originId)).size).toBe(3)
  expect(new Set(clicks.map(({ accountId }) => accountId)).size).toBe(3)
})
