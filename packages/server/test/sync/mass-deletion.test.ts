import { expect, test } from 'vitest'
import { ErrorCode, IntegrationError, type Sink } from '../../src/index.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const TEAM = 'hris.Team'
const WEEK = 8 * 86_400_000
const HOUR = 3_700_000
const options = { sync: { models: [EMPLOYEE, TEAM] } }

type Fake = ReturnType<typeof fakeMerge>
const live = async (fake: Fake, id: string, model = EMPLOYEE) => (await fake.rows(id, model)).filter(({ op }) => op === 'upsert').length
async function confirm(fake: Fake, id: string) {
  await (await fake.integrations.forOrganization(`org_${id}`).account(id))?.confirmDeletions(EMPLOYEE)
}

/** Employees as given, read anew by every look that asks for what is new; 10 teams. */
function world(employees: () => Record<string, unknown>[]) {
  let teams = 10
  const fake = fakeMerge(options, ({ path, query }) => paged(path === 'teams' ? people(teams) : employees(), query))
  return Object.assign(fake, { addTeam: () => void teams++ })
}

const marked = (from: number, to: number) => (record: Record<string, unknown>, place: number) =>
  place >= from && place < to ? { ...record, remote_was_deleted: true, modified_at: '2026-01-05T09:30:00.000001Z' } : record

test('the first walk of an account that is full of deletions of long ago is never held', async () => {
  const fake = world(() => people(500).map(marked(10, 500)))
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()
  expect(await live(fake, id)).toBe(10)
})

test.each([
  ['half', 200, null, 200],
  ['one more than half', 201, 'SYNC_MASS_DELETION', 400],
])('of 400 records %s may go', async (_, deleted, problem, left) => {
  let employees = people(400)
  const fake = world(() => employees)
  const id = await fake.account('a')
  await fake.work()
  employees = employees.map(marked(0, deleted))
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe(problem)
  expect(await live(fake, id)).toBeGreaterThanOrEqual(Math.min(left, 200))
  if (problem === null) expect(await live(fake, id)).toBe(left)
})

test.each([
  ['because Merge refuses the next one', false],
  ['because the process dies after it', true],
])('pages of a walk count together although each look stores but one, %s', async (_, dies) => {
  let employees = people(800)
  const met = new Set<string>()
  let dying = false
  const fake = fakeMerge(
    options,
    ({ path, query }) => {
      const cursor = query.get('cursor')
      const isNew = path === 'employees' && cursor !== null && !met.has(cursor)
      met.add(cursor ?? '')
      return isNew && !dies ? new Response('{}', { status: 400 }) : paged(path === 'teams' ? people(1) : employees, query)
    },
    {
      wrap: (storage) => ({
        ...storage,
        async commit(page) {
          const answer = await storage.commit(page)
          // Stored, and nobody hears of it.
          if (dying && page.model === EMPLOYEE && page.records.length > 0) throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'gone')
          return answer
        },
      }),
    },
  )
  const id = await fake.account('a')
  for (let look = 0; look < 9; look++) await fake.work(HOUR)
  expect(await live(fake, id)).toBe(800)
  employees = employees.map(marked(0, 800))
  met.clear()
  dying = dies
  for (let look = 0; look < 9; look++) await fake.work(HOUR)
  dying = false
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
  expect(await live(fake, id)).toBe(400)
})

test('a sweep that would retire most is held; the other model goes on; confirmed, it goes through, and only that one', async () => {
  let employees = people(200)
  const fake = world(() => employees)
  const id = await fake.account('a')
  await fake.work()
  employees = employees.slice(0, 40)
  await fake.work(WEEK)
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()
  await fake.work(WEEK)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
  expect(await live(fake, id)).toBe(200)
  fake.addTeam()
  await fake.work(HOUR)
  expect(await live(fake, id, TEAM)).toBe(11)
  expect(await live(fake, id)).toBe(200)
  await confirm(fake, id)
  await fake.work(1_000)
  expect(await live(fake, id)).toBe(40)
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()

  employees = people(300)
  await fake.work(WEEK)
  expect(await live(fake, id)).toBe(300)
  employees = employees.map(marked(20, 300))
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
})

test('held, and not confirmed for weeks: still nothing is deleted, and nothing else is asked for more than once a look', async () => {
  let employees = people(200)
  const fake = world(() => employees)
  const id = await fake.account('a')
  await fake.work()
  employees = employees.map(marked(0, 150))
  await fake.work(HOUR)
  for (let day = 0; day < 21; day++) await fake.work(86_400_000)
  expect(await live(fake, id)).toBeGreaterThanOrEqual(100)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
  expect(fake.asked.filter((request) => request.startsWith('employees')).length).toBeLessThan(2 + 2 * 30)
})

test('a confirmation that nothing waits for does not last', async () => {
  let employees = people(200)
  const fake = world(() => employees)
  const id = await fake.account('a')
  await fake.work()
  await confirm(fake, id)
  await fake.work(1_000)
  employees = employees.map(marked(0, 150))
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
})

test('a page that is held back has not been written to the sink', async () => {
  const told: string[] = []
  const sink: Sink = { write: async ({ changes }) => void told.push(...changes.filter(({ op }) => op === 'delete').map(({ id }) => id)) }
  let employees = people(90)
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, ({ query }) => paged(employees, query))
  const id = await fake.account('a')
  await fake.work()
  employees = employees.map(marked(0, 80))
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
  expect(told).toEqual([])
  await confirm(fake, id)
  await fake.work(1_000)
  expect(new Set(told).size).toBe(80)
  expect(await live(fake, id)).toBe(10)
})
