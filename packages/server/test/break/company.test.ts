import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { ask, COMPANY, DAY, EMPLOYEE, HOUR, handle, live, named, relink, since } from './support.ts'

const path = (model: string) => (model === EMPLOYEE ? 'employees' : 'companies')
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
    model_name: 'Employee', model_id: EMPLOYEE, status, is_initial_sync: false, last_sync_start: start, last_sync_finished: end, last_sync_result: 'DONE',
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

/** Relinked to B, and confirmed. */
async function confirmed(count: number, massDeletion: number | false = 0.5) {
  let slow = false
  const it = world({ models: [EMPLOYEE], massDeletion }, { latency: () => (slow ? 3_000 : 0) })
  it.lists.employees = people(count)
  const id = await it.fake.account('a')
  await it.fake.work()
  it.lists.employees = named(people(count * 0.7), 'B')
  await relink(it.fake, id)
  await it.fake.work()
  expect(it.told).toHaveLength(1)
  return { ...it, id, slowly: (on: boolean) => void (slow = on) }
}

test('C7 a rebuild in the middle of the second full sync: the records of the company of before still go, without the guard', async () => {
  const { fake, id, slowly } = await confirmed(400)
  await (await handle(fake, id)).confirmCompany()
  slowly(true)
  // Details, status and four pages; then the second full sync has begun.
  for (let tick = 0; tick < 40; tick++) {
    await fake.time.run(fake.integrations.tick({ budgetMs: 4_000 }))
    const { owed, walk } = JSON.parse((await fake.storage.get({ id, organizationId: 'org_a' }))?.models[EMPLOYEE]?.checkpoint ?? '{}')
    if (owed === 1 && walk !== null && walk.cursor !== null) break
    fake.time.clock.advance(1_000)
  }
  slowly(false)
  await (await handle(fake, id)).rebuild(EMPLOYEE)
  for (let week = 0; week < 6; week++) await fake.work(8 * DAY)
  expect(await fake.problem(id, EMPLOYEE)).toBe(null)
  expect((await live(fake, id, EMPLOYEE)).filter((name) => !name.startsWith('B'))).toEqual([])
})

test('C8 a record without an id in the two full syncs: the records of the company of before still go, once it has one', async () => {
  const { fake, id, lists } = await confirmed(100)
  lists.employees = [...(lists.employees ?? []), { modified_at: '2025-12-01T09:00:00Z' }]
  await (await handle(fake, id)).confirmCompany()
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  lists.employees = lists.employees.slice(0, 70)
  for (let week = 0; week < 6; week++) await fake.work(8 * DAY)
  expect(await fake.problem(id, EMPLOYEE)).toBe(null)
  expect((await live(fake, id, EMPLOYEE)).filter((name) => !name.startsWith('B'))).toEqual([])
})

test('C9 a company that was confirmed is that one, and not a third one that the customer relinks to before a run', async () => {
  const { fake, id, lists } = await confirmed(100)
  await (await handle(fake, id)).confirmCompany()
  lists.employees = named(people(100), 'C')
  await relink(fake, id)
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  expect((await live(fake, id, EMPLOYEE)).filter((name) => name.startsWith('C'))).toEqual([])
})

test('C10 confirmed twice in a row: as once', async () => {
  const { fake, id } = await confirmed(100)
  await (await handle(fake, id)).confirmCompany()
  await (await handle(fake, id)).confirmCompany()
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  expect((await live(fake, id, EMPLOYEE)).filter((name) => !name.startsWith('B'))).toEqual([])
  expect((await handle(fake, id)).info.sync.readiness).toBe('complete')
})

test('C11 the full syncs of a confirmed company meet a list without an end: what is new is read all the same', async () => {
  const { fake, id, lists, hooks } = await confirmed(500)
  hooks.answer = (_, query) =>
    query.get('modified_after') === null && query.get('cursor') === '200'
      ? Response.json({ results: (lists.employees ?? []).slice(200), next: '200' })
      : undefined
  await (await handle(fake, id)).confirmCompany()
  for (let run = 0; run < 3; run++) await fake.work(HOUR)
  lists.employees = [...(lists.employees ?? []), { id: 'Bnew', modified_at: new Date(fake.time.clock.now()).toISOString() }]
  const whole = lists.employees
  hooks.answer = (_, query) =>
    query.get('modified_after') === null && query.get('cursor') === '200' ? Response.json({ results: whole.slice(200, 250), next: '200' }) : undefined
  for (let run = 0; run < 72; run++) await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toContain('Bnew')
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

void ask
void path
