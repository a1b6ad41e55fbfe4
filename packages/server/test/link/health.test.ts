import { expect, test } from 'vitest'
import { IntegrationError } from '../../src/index.ts'
import { connected, handleOf, rowOf, SECRET, setup } from '../support/setup.ts'
import { tokenOf } from '../support/tokens.ts'
import { OPEN } from './moments.ts'

const health = (world: ReturnType<typeof setup>) => world.run(world.integrations.health())

test('counts connections by status, and what waits, and how long the oldest has waited', async () => {
  const world = setup({}, { sandbox: { employees: 1 } })
  expect(await health(world)).toEqual({
    ok: true,
    storage: { ok: true },
    accounts: {},
    work: { due: 0, leased: 0, lateMs: 0 },
    merge: { calls: 'normal', restingUntil: null, failures: 0 },
  })
  await world.connect()
  await world.run(world.integrations.forOrganization('org_other').createLinkToken(OPEN))
  world.time.clock.advance(90_000)
  expect(await health(world)).toMatchObject({ accounts: { active: 1, pending: 1 }, work: { due: 1, leased: 0, lateMs: 90_000 } })
  await world.work(0)
  expect((await health(world)).work).toEqual({ due: 0, leased: 0, lateMs: 0 })
})

test('what a worker has on lease is counted as such', async () => {
  const world = await connected()
  await world.storage.claim({ owner: 'somebody', leaseMs: 60_000, limit: 1, accountId: world.id })
  expect((await health(world)).work.leased).toBe(1)
})

test('a store that does not answer is told by its code, and by nothing else', async () => {
  const world = setup({}, { wrap: (storage) => ({ ...storage, stats: () => Promise.reject(failing) }) })
  let failing: Error = new IntegrationError('STORE_UNAVAILABLE', 'The database is gone.')
  expect(await health(world)).toMatchObject({ ok: false, storage: { ok: false, code: 'STORE_UNAVAILABLE' }, accounts: {} })
  failing = new Error(`connect failed: ${SECRET}`)
  const report = await health(world)
  expect(report.storage).toEqual({ ok: false, code: 'UNEXPECTED' })
  expect(JSON.stringify(report)).not.toContain(SECRET)
})

test('failed answers of Merge count for ten seconds', async () => {
  const world = setup()
  await world.run(world.acme.createLinkToken(OPEN))
  await world.run(world.acme.exchangePublicToken('a-token-that-looks-real').catch(() => {}))
  expect((await health(world)).merge.failures).toBe(1)
  world.time.clock.advance(10_000)
  expect((await health(world)).merge.failures).toBe(0)
})

test('a Merge that is down is left alone, and told; the probe is as well as before', async () => {
  const world = setup()
  const heal = world.sandbox.fault({ kind: 'status', status: 503, path: '/link-token', count: Number.POSITIVE_INFINITY })
  for (let click = 0; click < 8; click++) await world.run(world.acme.createLinkToken(OPEN).catch(() => {}))
  const before = world.requests.length
  const { ok, merge } = await health(world)
  expect({ ok, calls: merge.calls }).toEqual({ ok: true, calls: 'resting' })
  expect(Date.parse(merge.restingUntil ?? '')).toBeGreaterThan(world.time.clock.now())
  expect(world.requests).toHaveLength(before)
  heal()
  world.time.clock.advance(60_000)
  await world.run(world.acme.createLinkToken(OPEN))
  expect((await health(world)).merge).toMatchObject({ calls: 'normal', restingUntil: null })
})

test('nothing of a customer and nothing secret is in it', async () => {
  const world = await connected()
  const row = await rowOf(world, world.id)
  const text = JSON.stringify(await health(world))
  for (const secret of [
    await tokenOf(row),
    row.token,
    world.id,
    row.originId,
    row.linkedAccountId,
    row.organizationId,
    world.sandbox.apiKey,
    SECRET,
  ])
    expect(text).not.toContain(secret)
})

test('the issues of an account are told in plain words, newest first, and of no other account', async () => {
  const world = await connected()
  const other = await world.connect('org_other')
  const issues = async (id: string, organizationId?: string) => world.run((await handleOf(world, id, organizationId)).issues())
  expect(await issues(world.id)).toEqual([])
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED')
  const [issue, ...more] = await issues(world.id)
  expect(more).toEqual([])
  expect(issue).toMatchObject({ status: 'ongoing', firstAt: expect.stringMatching(/^2026-/), lastAt: expect.stringMatching(/^2026-/) })
  expect(issue?.description.length).toBeGreaterThan(10)
  expect(await issues(other, 'org_other')).toEqual([])
  expect(world.requests.at(-1)).toContain('/issues?linked_account_id=')
  world.sandbox.setStatus(world.linked, 'COMPLETE')
  expect((await issues(world.id)).map(({ status }) => status)).toEqual(['resolved'])
})

test('before it is linked an account has no issues, and Merge is not asked', async () => {
  const world = setup()
  const { accountId } = await world.run(world.acme.createLinkToken(OPEN))
  const before = world.requests.length
  expect(await world.run((await handleOf(world, accountId)).issues())).toEqual([])
  expect(world.requests).toHaveLength(before)
})

test('issues of more than a page are read whole, sorted by when they last were', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  const pages = [
    {
      next: 'two',
      results: [
        { id: 'a', status: 'ONGOING', error_description: 'Old', last_incident_time: at(1) },
        { id: 'b', status: 'RESOLVED', error_description: 'None' },
      ],
    },
    { next: null, results: [{ id: 'c', status: 'ONGOING', error_description: 'New', last_incident_time: at(5) }] },
  ]
  const world = await connected(
    {},
    { network: async (request, next) => (request.url.includes('/issues') ? Response.json(pages.shift()) : next()) },
  )
  const issues = await world.run((await handleOf(world, world.id)).issues())
  expect(issues.map(({ id }) => id)).toEqual(['c', 'a', 'b'])
})
