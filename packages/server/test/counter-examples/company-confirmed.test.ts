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
  return {
    ...it,
    id,
    slowly: (on: boolean) => {
      slow = on
    },
  }
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
    query.get('modified_after') === null && query.get('cursor') === '200'
      ? Response.json({ results: whole.slice(200, 250), next: '200' })
      : undefined
  for (let run = 0; run < 72; run++) await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toContain('Bnew')
})
