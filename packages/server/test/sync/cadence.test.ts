import { expect, test } from 'vitest'
import type { Options } from '../../src/index.ts'
import { fakeMerge, people } from './fake-merge.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** An account that Merge syncs this often; returns how long after a look the next one comes. */
async function pause(everyMs: number, sync: Partial<Options['sync']> = {}, startedAgo = 0): Promise<number> {
  const fake = fakeMerge({ sync: { models: ['hris.Employee'], ...sync } }, () => ({ results: people(1) }))
  const iso = (ms: number) => new Date(fake.time.clock.now() + ms).toISOString()
  fake.statuses.push({
    ...{ model_id: 'hris.Employee', status: 'DONE', last_sync_result: 'DONE' },
    ...{ last_sync_start: iso(-startedAgo), last_sync_finished: iso(-startedAgo + MINUTE), next_sync_start: iso(everyMs - startedAgo) },
  })
  const id = await fake.account('a')
  await fake.work()
  return ((await fake.due(id)) ?? 0) - fake.time.clock.now()
}

const near = (ms: number, expected: number) => expect(Math.abs(ms - expected)).toBeLessThanOrEqual(3_000)

test.each([
  ['5 minutes', 5 * MINUTE, 5 * MINUTE],
  ['2 hours', 2 * HOUR, 5 * MINUTE],
  ['4 hours', 4 * HOUR, 10 * MINUTE],
  ['a day', 24 * HOUR, HOUR],
  ['a week', 168 * HOUR, HOUR],
])('synced every %s', async (_, every, expected) => {
  near(await pause(every), expected)
})

test('lookEvery wins over the cadence of the account', async () => {
  near(await pause(24 * HOUR, { lookEvery: 2 * MINUTE }), 2 * MINUTE)
  near(await pause(5 * HOUR, { lookEvery: 3 * HOUR }), 3 * HOUR)
})

test('a sync that is announced is met a minute after its start', async () => {
  near(await pause(24 * HOUR, {}, 24 * HOUR - 7 * MINUTE), 8 * MINUTE)
  near(await pause(24 * HOUR, { lookEvery: 6 * HOUR }, 24 * HOUR - 7 * MINUTE), 8 * MINUTE)
})

test('one that should have begun, and of which Merge says nothing, is not waited for', async () => {
  near(await pause(24 * HOUR, {}, 25 * HOUR), HOUR)
})

test.each([
  ['no date', 'soon'],
  ['nothing', null],
  ['a time before the last', '2020-01-01T00:00:00Z'],
])('an announcement that is %s changes nothing', async (_, next) => {
  const fake = fakeMerge({}, () => ({ results: people(1) }))
  fake.statuses.push({
    model_id: 'hris.Employee',
    status: 'DONE',
    last_sync_start: '2026-01-05T08:00:00Z',
    last_sync_finished: '2026-01-05T08:01:00Z',
    next_sync_start: next,
  })
  const id = await fake.account('a')
  await fake.work()
  near(((await fake.due(id)) ?? 0) - fake.time.clock.now(), HOUR)
})

test('while Merge is at its first sync, looks come soon and ever more seldom, up to a minute', async () => {
  const fake = fakeMerge({}, () => ({ results: people(1) }))
  fake.statuses.push({ model_id: 'hris.Employee', status: 'SYNCING', is_initial_sync: true, last_sync_start: '2026-01-05T08:59:00Z' })
  const id = await fake.account('a')
  const waits: number[] = []
  for (let look = 0; look < 30; look++) {
    await fake.work()
    waits.push(((await fake.due(id)) ?? 0) - fake.time.clock.now())
    fake.time.clock.advance(waits.at(-1) ?? 0)
  }
  expect(waits[0]).toBe(3_000)
  expect(waits).toEqual(waits.toSorted((one, other) => one - other))
  expect(waits.at(-1)).toBe(MINUTE)
  expect(fake.asked).toEqual([])
})
