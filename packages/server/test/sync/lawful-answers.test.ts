import { describe, expect, test } from 'vitest'
import { infoOf, setup } from '../support/setup.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const MINUTE = 60_000
type Fake = ReturnType<typeof fakeMerge>

const DONE = { status: 'DONE', is_initial_sync: false }
const SYNCING = { status: 'SYNCING', is_initial_sync: true }

async function syncOf(fake: Fake, id = 'a') {
  const handle = await fake.integrations.forOrganization(`org_${id}`).account(id)
  if (handle === null) throw new Error('There is no such account.')
  return handle.info.sync
}

/** Sync-status is what `rows` says, also when it is empty. */
function fakeWith(rows: () => unknown[], models = [EMPLOYEE], count = 60): Fake {
  const json = (body: unknown) => Response.json(body, { headers: { date: new Date(fake.time.clock.now()).toUTCString() } })
  const fake: Fake = fakeMerge({ sync: { models } }, ({ query }) => paged(people(count), query), {
    other: (_, path) => (path === 'sync-status' ? json({ results: rows() }) : undefined),
  })
  return fake
}

describe('sync-status that does not list the model yet', () => {
  test('is waited for, and looked at again soon, for as long as no model is listed: a quarter of an hour', async () => {
    let rows: unknown[] = []
    const fake = fakeWith(() => rows)
    const id = await fake.account('a')
    await fake.work()
    expect(await syncOf(fake)).toMatchObject({ readiness: 'waiting', ready: false, records: 0 })
    expect(((await fake.due(id)) ?? 0) - fake.time.clock.now()).toBeLessThanOrEqual(MINUTE)
    rows = [{ model_id: EMPLOYEE, ...DONE }]
    await fake.work(MINUTE)
    expect(await syncOf(fake)).toMatchObject({ readiness: 'complete', ready: true, records: 60 })
  })

  test('is not waited for for ever', async () => {
    const fake = fakeWith(() => [])
    await fake.account('a')
    for (let minute = 0; minute < 15; minute++) await fake.work(MINUTE)
    expect((await syncOf(fake)).readiness).toBe('waiting')
    await fake.work(2 * MINUTE)
    expect(await syncOf(fake)).toMatchObject({ readiness: 'complete', records: 60 })
  })

  test('is waited for while others are at their first sync, and a daily tick does not wait twice', async () => {
    let other: Record<string, unknown> = SYNCING
    const fake = fakeWith(() => [{ model_id: 'hris.Company', ...other }])
    await fake.account('a')
    for (let minute = 0; minute < 60; minute++) await fake.work(MINUTE)
    expect(await syncOf(fake)).toMatchObject({ readiness: 'waiting', ready: false })
    other = DONE
    await fake.work(MINUTE)
    expect(await syncOf(fake)).toMatchObject({ readiness: 'complete', records: 60 })
    const daily = fakeWith(() => [{ model_id: 'hris.Company', ...SYNCING }])
    await daily.account('a')
    for (let day = 0; day < 2; day++) await daily.work(86_400_000)
    expect((await syncOf(daily)).records).toBe(60)
  })

  test('does not make a model that was read wait again', async () => {
    let rows: unknown[] = [{ model_id: EMPLOYEE, ...DONE }]
    const fake = fakeWith(() => rows)
    await fake.account('a')
    await fake.work()
    rows = []
    await fake.work(3_600_000)
    expect((await syncOf(fake)).readiness).toBe('complete')
  })
})

test.each([
  ['DONE without times', { model_id: EMPLOYEE, ...DONE }, 'complete'],
  ['DONE without times, still called initial', { model_id: EMPLOYEE, ...DONE, is_initial_sync: true }, 'complete'],
  ['PARTIALLY_SYNCED without times', { model_id: EMPLOYEE, status: 'PARTIALLY_SYNCED', is_initial_sync: false }, 'partial'],
  [
    'a later sync, and how the first one ended is not said',
    { model_id: EMPLOYEE, status: 'SYNCING', is_initial_sync: false, last_sync_finished: '2026-01-05T08:00:00Z' },
    'partial',
  ],
] as const)('%s is read', async (_, row, readiness) => {
  const fake = fakeWith(() => [row])
  await fake.account('a')
  await fake.work()
  expect(await syncOf(fake)).toMatchObject({ readiness, ready: true, records: 60 })
})

test.each([
  ['absent', {}],
  ['empty', { next: '' }],
])('a list whose last page has "next" %s is read to its end', async (_, last) => {
  const fake = fakeMerge({}, ({ query }) => {
    const { next, results } = paged(people(130), query)
    const body = next === null ? { results, ...last } : { results, next }
    return Response.json(body, { headers: { date: new Date(fake.time.clock.now()).toUTCString() } })
  })
  await fake.account('a')
  await fake.work()
  expect(await syncOf(fake)).toMatchObject({ readiness: 'complete', records: 130, models: { [EMPLOYEE]: { problem: null } } })
})

test('a page in the middle whose "next" is left out once does not pass for the last one', async () => {
  const lost = new Set(['100', '300'])
  const fake = fakeMerge({}, ({ query }) => {
    const { next, results } = paged(people(450), query)
    return lost.delete(query.get('cursor') ?? '') ? Response.json({ results }) : { results, next }
  })
  await fake.account('a')
  await fake.work()
  expect(await syncOf(fake)).toMatchObject({ readiness: 'complete', records: 450 })
  expect(fake.asked).toHaveLength(5 + 2)
})

test('one odd row of sync-status costs itself only, and of two rows of one model the one that is switched on counts', async () => {
  const fake = fakeWith(() => [
    { model_id: EMPLOYEE, status: 'DISABLED', is_initial_sync: false },
    { model_id: null, status: 'DONE' },
    { model_id: 'hris.Company', status: null },
    'nonsense',
    null,
    { model_id: 'Employee', ...DONE, last_sync_finished: '2026-01-05T08:00:00Z' },
  ])
  await fake.account('a')
  await fake.work()
  expect(await syncOf(fake)).toMatchObject({ readiness: 'complete', records: 60 })
})

test('a list of which no record has an id is not ready, and says so', async () => {
  let ids: (place: number) => unknown = (place) => 1000 + place
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sweepEvery: 86_400_000 } }, ({ query }) =>
    paged(
      people(20).map((person, place) => ({ ...person, id: ids(place) })),
      query,
    ),
  )
  await fake.account('a')
  await fake.work()
  expect(await syncOf(fake)).toMatchObject({
    ready: false,
    readiness: 'initial',
    records: 0,
    models: { [EMPLOYEE]: { problem: 'SYNC_RECORDS_LEFT_OUT' } },
  })
  // One of many: the others are there, and something is missing.
  ids = (place) => (place === 0 ? null : `p${place}`)
  await fake.work(86_400_000)
  expect(await syncOf(fake)).toMatchObject({ ready: true, readiness: 'degraded', records: 19, models: { [EMPLOYEE]: { problem: null } } })
  ids = (place) => `p${place}`
  await fake.work(86_400_000)
  expect(await syncOf(fake)).toMatchObject({ ready: true, readiness: 'complete', records: 20 })
})

test('while a record comes without its id, no full sync deletes what it does not meet', async () => {
  let lost = false
  const sync = { models: [EMPLOYEE], sweepEvery: 86_400_000, massDeletion: false as const }
  const fake = fakeMerge({ sync }, ({ query }) =>
    paged(
      people(20).map((person, place) => (lost && place === 7 ? { ...person, id: null } : person)),
      query,
    ),
  )
  const id = await fake.account('a')
  await fake.work()
  lost = true
  for (let day = 0; day < 5; day++) await fake.work(86_400_000)
  expect((await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'delete')).toEqual([])
})

test('a connection of which nothing is to be synced is simply connected', async () => {
  const world = setup({ sync: { models: ['crm.Contact'] } })
  const { accountId } = await world.run(
    world.acme.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }),
  )
  expect((await infoOf(world, accountId)).sync).toMatchObject({ ready: false, models: {} })
  const id = await world.connect()
  const linked = { readiness: 'none', ready: true, records: 0, models: {} }
  expect((await infoOf(world, id)).sync).toMatchObject(linked)
  await world.work(60_000)
  expect((await infoOf(world, id)).sync).toMatchObject(linked)
  // It is looked at seldom, for the health of the connection alone.
  expect(world.requests.filter((request) => request.includes('sync-status'))).toEqual([])
  world.sandbox.setStatus((await infoOf(world, id)).linkedAccountId ?? '', 'RELINK_NEEDED')
  await world.work(2 * 3_600_000)
  expect((await infoOf(world, id)).status).toBe('relink_needed')
})

test('what Merge says about the age of its data is shown, of the oldest model, once it says so of all', async () => {
  const rows: Record<string, unknown>[] = [
    { model_id: EMPLOYEE, ...DONE, data_fresh_as_of: '2026-01-05T08:00:00Z', sync_status_reason: null },
    { model_id: 'hris.Company', ...DONE, data_fresh_as_of: null },
  ]
  const fake = fakeWith(() => rows, [EMPLOYEE, 'hris.Company'])
  await fake.account('a')
  await fake.work()
  expect((await syncOf(fake)).dataFreshAsOf).toBe(null)
  expect((await syncOf(fake)).models[EMPLOYEE]?.dataFreshAsOf).toBe('2026-01-05T08:00:00Z')
  rows[1] = { ...rows[1], data_fresh_as_of: '2026-01-05T07:00:00Z' }
  await fake.work(3_600_000)
  expect((await syncOf(fake)).dataFreshAsOf).toBe('2026-01-05T07:00:00Z')
})
