import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A list that, read whole, comes back to a cursor it has given out, for as long as that is wanted. */
function endlessMerge() {
  const source = { records: people(450), endless: false, once: false }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: HOUR } }, ({ query }) => {
    const after = query.get('modified_after')
    const found = source.records.filter((record) => after === null || String(record.modified_at) > after)
    const page = paged(found, query)
    if (source.once && after === null && query.get('cursor') === '300') {
      source.once = false
      return { ...page, next: '300' }
    }
    return source.endless && after === null && query.get('cursor') === '300' ? { ...page, next: '300' } : page
  })
  return { ...fake, source, whole: () => fake.asked.splice(0).filter((path) => !path.includes('modified_after')) }
}

test('a sweep that cannot be ended is told, retires nothing, and does not keep what is new from being read', async () => {
  const world = endlessMerge()
  await world.account('a')
  await world.work()
  const { source } = world
  source.endless = true
  source.records = source.records.slice(0, 440)
  await world.work(8 * DAY)
  expect(await world.problem('a', EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
  const last = source.records[439] ?? {}
  source.records = [...source.records.slice(0, 439), { ...last, modified_at: new Date(world.time.clock.now()).toISOString(), n: 2 }]
  await world.work(HOUR)
  await world.work(HOUR)
  const rows = await world.rows('a', EMPLOYEE)
  expect(rows.filter(({ op }) => op === 'upsert')).toHaveLength(450)
  expect(JSON.parse(rows.find(({ id }) => id === last.id)?.data ?? '{}')).toMatchObject({ n: 2 })
  expect(await world.problem('a', EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
})

test('it is tried again once a day, and when it can be ended the problem is gone and what vanished is retired', async () => {
  const world = endlessMerge()
  await world.account('a')
  await world.work()
  world.source.endless = true
  world.source.records = world.source.records.slice(0, 440)
  await world.work(8 * DAY)
  await world.work(HOUR)
  world.whole()
  for (let hour = 0; hour < 72; hour++) await world.work(HOUR)
  // Four pages to the cursor that comes again, three times.
  expect(world.whole()).toHaveLength(12)
  world.source.endless = false
  for (let week = 0; week < 3; week++) await world.work(8 * DAY)
  expect(await world.problem('a', EMPLOYEE)).toBeNull()
  expect((await world.rows('a', EMPLOYEE)).filter(({ op }) => op === 'upsert')).toHaveLength(440)
})

test('one cursor that comes again does not put a sweep off: it goes on minutes later', async () => {
  const world = endlessMerge()
  await world.account('a')
  await world.work()
  await world.work(8 * DAY)
  world.source.records = world.source.records.slice(0, 440)
  world.whole()
  world.source.once = true
  await world.work(8 * DAY)
  expect(world.source.once).toBe(false)
  expect(await world.problem('a', EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
  await world.work(HOUR)
  expect(await world.problem('a', EMPLOYEE)).toBeNull()
  // It went on from where it was.
  expect(world.whole().filter((path) => !path.includes('cursor'))).toHaveLength(1)
})

test('an initial walk that cannot be ended keeps what it has read, and is told', async () => {
  const world = endlessMerge()
  world.source.endless = true
  await world.account('a')
  await world.work()
  for (let hour = 0; hour < 30; hour++) await world.work(HOUR)
  expect(await world.problem('a', EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
  expect(await world.rows('a', EMPLOYEE)).toHaveLength(300)
  // Three pages and the one that repeats itself; from there at each look, ever later; a day later from the beginning.
  const asked = world.whole()
  expect(asked.filter((path) => !path.includes('cursor'))).toHaveLength(2)
  expect(asked.length).toBeLessThan(45)
  world.source.endless = false
  for (let hour = 0; hour < 7; hour++) await world.work(HOUR)
  expect(await world.problem('a', EMPLOYEE)).toBeNull()
  expect(await world.rows('a', EMPLOYEE)).toHaveLength(450)
})
