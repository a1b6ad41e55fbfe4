import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { COMPANY, DAY, EMPLOYEE, HOUR, handle, live, named, relink, since } from './support.ts'

type Records = Record<string, unknown>[]

function world(sync: Record<string, unknown> = {}, more: Parameters<typeof fakeMerge>[2] = {}) {
  const lists: Record<string, Records> = { employees: people(20), companies: [] }
  const hooks: { answer?: (path: string, query: URLSearchParams) => Response | undefined } = {}
  const fake = fakeMerge(
    { sync: { models: [EMPLOYEE, COMPANY], lookEvery: HOUR, massDeletion: false as const, ...sync } },
    ({ path, query }) => hooks.answer?.(path, query) ?? paged(since(lists[path] ?? [], query), query),
    more,
  )
  const told: unknown[] = []
  fake.integrations.on('account.other_company', (event) => void told.push(event))
  return { fake, lists, hooks, told }
}

test('C1 another company whose first list is still empty is not mixed with the one of before', async () => {
  const { fake, lists, told } = world()
  const id = await fake.account('a')
  await fake.work()
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(20)
  // Relinked to B: its employees are not there (yet, or not allowed), its companies are. Nothing living of A is found again.
  lists.employees = []
  lists.companies = named(people(3), 'B')
  await relink(fake, id)
  await fake.work()
  await fake.work(HOUR)
  lists.employees = named(people(20), 'B')
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  expect((await live(fake, id, COMPANY)).filter((name) => name.startsWith('B'))).toEqual([])
  expect((await live(fake, id, EMPLOYEE)).filter((name) => name.startsWith('B'))).toEqual([])
  expect(told).toHaveLength(1)
})

test('C2 a relink after which all lists are empty deletes nothing without a confirmation', async () => {
  const { fake, lists } = world()
  const id = await fake.account('a')
  await fake.work()
  lists.employees = []
  await relink(fake, id)
  for (let day = 0; day < 21; day++) await fake.work(DAY)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(20)
})

test('C3 a search whose cursor Merge does not accept any more begins again', async () => {
  let slow = false
  const { fake, lists, hooks, told } = world({ models: [EMPLOYEE] }, { latency: () => (slow ? 3_000 : 0) })
  lists.employees = people(1_000)
  const id = await fake.account('a')
  await fake.work()
  // 700 new ones come first, the known ones behind them.
  lists.employees = [...named(people(700), 'n'), ...people(1_000)]
  await relink(fake, id)
  slow = true
  await fake.time.run(fake.integrations.tick({ budgetMs: 20_000 }))
  slow = false
  // Merge forgets its cursors, as it may.
  const old = new Set(fake.asked.map((asked) => new URL(asked, 'https://x').searchParams.get('cursor')).filter(Boolean))
  let dead = true
  hooks.answer = (_, query) => {
    const cursor = query.get('cursor')
    if (cursor === null) dead = false
    return cursor !== null && dead ? Response.json({}, { status: 404 }) : undefined
  }
  expect(old.size).toBeGreaterThan(0)
  for (let run = 0; run < 14; run++) await fake.work(DAY)
  const { sync } = (await handle(fake, id)).info
  expect([fake.log.filter((line) => line.includes('CURSOR')).length, sync.readiness]).toEqual([0, 'complete'])
  expect(told).toHaveLength(0)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(1_700)
})

test('C4 one page that Merge refuses once does not make the same company another one', async () => {
  const { fake, lists, hooks, told } = world({ models: [EMPLOYEE] })
  lists.employees = people(20)
  const id = await fake.account('a')
  await fake.work()
  lists.employees = [...named(people(100), 'n'), ...people(20)]
  await relink(fake, id)
  let refusals = 1
  hooks.answer = (_, query) => (query.get('cursor') !== null && refusals-- > 0 ? Response.json({}, { status: 403 }) : undefined)
  for (let run = 0; run < 5; run++) await fake.work(HOUR)
  expect(told).toHaveLength(0)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(120)
})

test('C4b a list that is refused tells nothing: the same company is not another one because its one other record is new', async () => {
  const { fake, lists, hooks, told } = world()
  lists.companies = named(people(1), 'old')
  const id = await fake.account('a')
  await fake.work()
  lists.companies = named(people(1), 'new')
  await relink(fake, id)
  let refused = true
  hooks.answer = (path) => (refused && path === 'employees' ? Response.json({}, { status: 403 }) : undefined)
  await fake.work()
  refused = false
  for (let run = 0; run < 5; run++) await fake.work(HOUR)
  expect(told).toHaveLength(0)
})

test('C5 what Merge still serves of the company of before, until its own sync begins, does not vouch for the one that comes', async () => {
  const { fake, lists, told } = world({ models: [EMPLOYEE] })
  const status = (status: string, start: string, end: string | null) => ({
    model_name: 'Employee',
    model_id: EMPLOYEE,
    status,
    is_initial_sync: false,
    last_sync_start: start,
    last_sync_finished: end,
    last_sync_result: 'DONE',
  })
  fake.statuses.push(status('DONE', '2026-01-05T07:00:00Z', '2026-01-05T07:10:00Z'))
  const id = await fake.account('a')
  await fake.work()
  // The customer signs in to B. Seconds later, before Merge's own sync of B has begun, our run comes.
  await relink(fake, id)
  await fake.work(5_000)
  fake.statuses[0] = status('SYNCING', '2026-01-05T09:01:00Z', '2026-01-05T07:10:00Z')
  await fake.work(HOUR)
  fake.statuses[0] = status('DONE', '2026-01-05T09:01:00Z', '2026-01-05T10:10:00Z')
  lists.employees = named(people(20), 'B').map((record) => ({ ...record, modified_at: new Date(fake.time.clock.now()).toISOString() }))
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  expect((await live(fake, id, EMPLOYEE)).filter((name) => name.startsWith('B'))).toEqual([])
  expect(told).toHaveLength(1)
})

test('C6 a first run that was killed has stored whose data it is all the same', async () => {
  const { fake, lists, told } = world({ models: [EMPLOYEE] })
  lists.employees = people(250)
  const id = await fake.account('a')
  let commits = 0
  const dying = fake.another({
    storage: { ...fake.storage, commit: (page) => (++commits > 2 ? Promise.reject(new Error('killed')) : fake.storage.commit(page)) },
  })
  await fake.work(0, dying)
  expect((await live(fake, id, EMPLOYEE)).length).toBeGreaterThan(0)
  lists.employees = named(people(250), 'B')
  await relink(fake, id)
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  expect(told).toHaveLength(1)
})

test('C12 relinked again while the company of the relink before was searched: the search begins anew', async () => {
  let slow = false
  const { fake, lists, told } = world({ models: [EMPLOYEE] }, { latency: () => (slow ? 3_000 : 0) })
  lists.employees = people(120)
  const id = await fake.account('a')
  await fake.work()
  lists.employees = named(people(2_000), 'B')
  await relink(fake, id)
  slow = true
  await fake.time.run(fake.integrations.tick({ budgetMs: 20_000 }))
  slow = false
  // The customer notices, and connects to the company of before.
  lists.employees = people(120)
  await relink(fake, id)
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  expect(told).toHaveLength(0)
  expect((await handle(fake, id)).info.sync.readiness).toBe('complete')
})

test.each([7_000, 11_000])(
  'C13 a Merge that takes %i ms for each answer: ticks of 20 seconds find the same company again after a relink, or say that Merge is too slow',
  async (ms) => {
    let slow = false
    const { fake, lists } = world({ models: [EMPLOYEE] }, { latency: () => (slow ? ms : 0) })
    lists.employees = people(20)
    const id = await fake.account('a')
    await fake.work()
    await relink(fake, id)
    slow = true
    const began = fake.asked.length
    for (let tick = 0; tick < 100; tick++) {
      await fake.time.run(fake.integrations.tick({ budgetMs: 20_000 }))
      fake.time.clock.advance(60_000)
    }
    const { sync } = (await handle(fake, id)).info
    expect(fake.asked.length > began || sync.models[EMPLOYEE]?.problem !== null).toBe(true)
  },
)

test('C14 budgets of a second: a search over many pages ends, and so does the reading', async () => {
  let slow = false
  const { fake, lists, told } = world({ models: [EMPLOYEE] }, { latency: () => (slow ? 900 : 0) })
  lists.employees = people(20)
  const id = await fake.account('a')
  await fake.work()
  lists.employees = [...named(people(900), 'n'), ...people(20)]
  await relink(fake, id)
  slow = true
  for (let tick = 0; tick < 100; tick++) {
    await fake.time.run(fake.integrations.tick({ budgetMs: 1_000 }))
    fake.time.clock.advance(60_000)
  }
  expect(told).toHaveLength(0)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(920)
})

test('C15 aborted at any moment of the search: the same company is found again in the end', async () => {
  for (let at = 0; at < 20; at++) {
    let slow = false
    const { fake, lists, told } = world({ models: [EMPLOYEE] }, { latency: () => (slow ? 1_000 : 0) })
    lists.employees = people(20)
    const id = await fake.account('a')
    await fake.work()
    lists.employees = [...named(people(300), 'n'), ...people(20)]
    await relink(fake, id)
    slow = true
    const stop = new AbortController()
    void fake.time.sleep(at * 500 + 1).then(() => stop.abort())
    await fake.time.run(fake.integrations.tick({ budgetMs: 600_000, signal: stop.signal }))
    slow = false
    for (let run = 0; run < 3; run++) await fake.work(HOUR)
    expect(told).toHaveLength(0)
    expect(await live(fake, id, EMPLOYEE)).toHaveLength(320)
  }
})

test('C16 the account is deleted while another company is looked for: nothing of it comes back', async () => {
  let slow = false
  const { fake, lists } = world({ models: [EMPLOYEE] }, { latency: () => (slow ? 1_000 : 0) })
  const id = await fake.account('a')
  await fake.work()
  lists.employees = named(people(600), 'B')
  await relink(fake, id)
  slow = true
  void fake.time.sleep(6_000).then(() => fake.storage.purge(id))
  await fake.time.run(fake.integrations.tick({ budgetMs: 600_000 }))
  expect(await fake.rows(id, EMPLOYEE)).toEqual([])
  expect((await fake.storage.get({ id, organizationId: 'org_a' }))?.status).toBe('deleted')
})
