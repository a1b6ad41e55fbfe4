import { describe, expect, test } from 'vitest'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import type { Storage } from '../../src/storage/port.ts'
import { readCheckpoint } from '../../src/sync/checkpoint.ts'
import { virtualTime } from '../support/virtual-time.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const HOUR = 3_600_000
const WEEK = 8 * 86_400_000
const OLD = '2025-12-01T09:00:00.000001Z'

interface Source {
  records: Record<string, unknown>[]
  /** The answer to a request by id; by default the record as the list has it, or a 404. */
  byId: (id: string) => Record<string, unknown> | Response | undefined
  /** What the list answers instead. */
  list?: Response | undefined
  /** Called before a list is answered. */
  answering?: () => void
}

/** A list that gives everything once, and afterwards only what has changed; and its records by their ids. */
function merge(source: Source, options: Parameters<typeof fakeMerge>[0] = {}, refused = new Set<string>()) {
  const lists: Parameters<typeof fakeMerge>[1] = ({ path, query }) => {
    const [, id] = path.split('/')
    if (id === undefined) {
      source.answering?.()
      if (source.list) return source.list
      const after = query.get('modified_after') ?? ''
      return paged(
        source.records.filter((record) => String(record.modified_at) > after),
        query,
      )
    }
    const found = source.byId(id)
    return found instanceof Response ? found : found ? Response.json(found) : new Response('{}', { status: 404 })
  }
  const picky = (storage: Storage): Storage => ({
    ...storage,
    commit: async (page) => {
      if (page.records.some(({ id }) => refused.has(id))) throw new Error('value too long for its column')
      return storage.commit(page)
    },
  })
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: HOUR }, ...options }, lists, { wrap: picky })
  return {
    ...fake,
    refused,
    /** Ids asked for since the last call. */
    askedIds: () => fake.asked.splice(0).flatMap((path) => /^employees\/([^?]*)/.exec(path)?.[1] ?? []),
    async quarantine() {
      const account = await fake.storage.get({ id: 'a', organizationId: 'org_a' })
      return readCheckpoint(account?.models[EMPLOYEE]?.checkpoint).quarantine
    },
    live: async () => (await fake.rows('a', EMPLOYEE)).filter(({ op }) => op === 'upsert').map(({ id }) => id),
  }
}

function sourceOf(records: Record<string, unknown>[]): Source {
  const source: Source = { records, byId: (id) => source.records.find((record) => record.id === id) }
  return source
}

test('a record that was left out is asked for by its id at the next look, and stored', async () => {
  const world = merge(sourceOf(people(20)), {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  expect(world.askedIds()).toEqual([])
  expect(await world.live()).not.toContain('p00003')
  world.refused.clear()
  await world.work(HOUR)
  expect(world.askedIds()).toEqual(['p00003'])
  expect(await world.live()).toContain('p00003')
  expect(await world.quarantine()).toEqual([])
  await world.work(HOUR)
  expect(world.askedIds()).toEqual([])
})

test('ten are asked for in one look, and those that wait longest first', async () => {
  const records = people(60)
  const world = merge(sourceOf(records), {}, new Set(records.slice(10, 35).map(({ id }) => String(id))))
  await world.account('a')
  await world.work()
  const asked = []
  for (let look = 0; look < 3; look++) {
    await world.work(HOUR)
    asked.push(world.askedIds())
  }
  expect(asked.map(({ length }) => length)).toEqual([10, 10, 10])
  expect(new Set(asked.flat()).size).toBe(25)
  world.refused.clear()
  for (let look = 0; look < 30; look++) await world.work(HOUR)
  expect(await world.quarantine()).toEqual([])
  expect(await world.live()).toHaveLength(60)
})

test('one that stays refused is asked for ever more seldom, down to once a day', async () => {
  const world = merge(sourceOf(people(20)), {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  const hours: number[] = []
  for (let hour = 1; hour <= 120; hour++) {
    await world.work(HOUR)
    if (world.askedIds().length > 0) hours.push(hour)
  }
  const pauses = hours.slice(1).map((hour, place) => hour - (hours[place] ?? 0))
  expect(pauses.toSorted((one, other) => one - other)).toEqual(pauses)
  expect(pauses[0]).toBe(1)
  expect(pauses.at(-1)).toBe(24)
  expect(hours.length).toBeLessThan(14)
})

test('one that Merge does not show by its id is asked for once, stays on the list, and is stored by the sweep', async () => {
  const source = { ...sourceOf(people(20)), byId: () => undefined }
  const world = merge(source, {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  world.refused.clear()
  for (let look = 0; look < 30; look++) await world.work(HOUR)
  expect(world.askedIds()).toEqual(['p00003'])
  expect((await world.quarantine()).map(({ id }) => id)).toEqual(['p00003'])
  await world.work(WEEK)
  expect(await world.quarantine()).toEqual([])
  expect(await world.live()).toHaveLength(20)
})

test.each([500, 403, 429])(
  'a %i ends the round after one attempt, fails no model, and the next round begins with another',
  async (status) => {
    const source = sourceOf(people(20))
    const byId = source.byId
    source.byId = () => new Response('{}', { status })
    const world = merge(source, {}, new Set(['p00003', 'p00005']))
    await world.account('a')
    await world.work()
    world.refused.clear()
    const rounds = []
    for (let look = 0; look < 3; look++) {
      await world.work(HOUR)
      rounds.push(world.askedIds())
    }
    expect(rounds).toEqual([['p00003'], ['p00005'], ['p00003']])
    expect(await world.problem('a', EMPLOYEE)).toBeNull()
    expect(world.log.join('\n')).toContain('could not be read by its id')
    expect(await world.quarantine()).toHaveLength(2)
    source.byId = byId
    for (let look = 0; look < 3; look++) await world.work(HOUR)
    expect(await world.quarantine()).toEqual([])
  },
)

test.each([
  ['another record', { id: 'p00004', modified_at: OLD }],
  ['no record', Response.json({ next: null, results: [] })],
  ['a web page', new Response('<html>')],
])('an answer that is %s stores nothing', async (_, answer) => {
  const source = { ...sourceOf(people(20)), byId: () => answer }
  const world = merge(source, {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  const before = await world.rows('a', EMPLOYEE)
  world.refused.clear()
  await world.work(HOUR)
  expect(world.askedIds()).toEqual(['p00003'])
  expect(await world.rows('a', EMPLOYEE)).toEqual(before)
  expect((await world.quarantine()).map(({ id }) => id)).toEqual(['p00003'])
})

test.each([
  ['with', true],
  ['without', false],
])('an older version by id overwrites nothing, and the newer one, %s its stamp, is still waited for', async (_, stamped) => {
  const source = sourceOf(people(5))
  const world = merge(source)
  await world.account('a')
  await world.work()
  const [mine] = people(1)
  const newer = { ...mine, modified_at: new Date(world.time.clock.now()).toISOString(), n: 2 }
  world.refused.add('p00000')
  source.records = [newer, ...source.records.slice(1)]
  await world.work(HOUR)
  world.refused.clear()
  source.byId = () => ({ ...mine, modified_at: '2025-11-01T00:00:00Z', n: 0 })
  await world.work(HOUR)
  expect(world.askedIds()).toContain('p00000')
  const data = async () => JSON.parse((await world.rows('a', EMPLOYEE)).find(({ id }) => id === 'p00000')?.data ?? '{}')
  expect(await data()).toEqual(mine)
  expect(await world.quarantine()).toHaveLength(1)
  const answer = stamped ? newer : { ...newer, modified_at: null }
  source.byId = () => answer
  await world.work(HOUR)
  expect(await data()).toEqual(answer)
  expect(await world.quarantine()).toEqual([])
})

test.each(['../../linked-accounts', 'a/b', '%2e%2e', 'a?b', ''.padEnd(513, 'x'), '.'])('the id %j is put into no path', async (id) => {
  const world = merge(sourceOf([{ id, modified_at: OLD }, ...people(3)]), {}, new Set([id]))
  await world.account('a')
  await world.work()
  expect(await world.quarantine()).toHaveLength(1)
  world.asked.splice(0)
  await world.work(HOUR)
  expect(world.asked).toHaveLength(1)
  expect(world.asked[0]).toMatch(/^employees\?/)
  expect(await world.quarantine()).toMatchObject([{ id, hidden: true }])
})

test('it reaches the sink before the store', async () => {
  const told: unknown[] = []
  const refused = new Set(['p00001'])
  const world = merge(
    sourceOf(people(3)),
    {
      sync: {
        ...{ models: [EMPLOYEE], lookEvery: HOUR, omit: { [EMPLOYEE]: ['ssn'] } },
        sink: { write: async ({ changes }) => void told.push([changes, await world.live()]) },
      },
    },
    refused,
  )
  await world.account('a')
  await world.work()
  told.length = 0
  refused.clear()
  await world.work(HOUR)
  expect(told).toEqual([[[expect.objectContaining({ id: 'p00001', op: 'upsert' })], ['p00000', 'p00002']]])
  expect(await world.live()).toHaveLength(3)
})

test('while its list cannot be read, a model is left alone', async () => {
  const source = sourceOf(people(150))
  const world = merge(source, {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  world.refused.clear()
  source.list = new Response('{}', { status: 403 })
  await world.work(HOUR)
  expect(world.askedIds()).toEqual([])
  source.list = undefined
  await world.work(HOUR)
  expect(world.askedIds()).toEqual(['p00003'])
})

test('a worker that has lost the account in the meantime stores nothing', async () => {
  const source = sourceOf(people(5))
  const world = merge(source, {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  world.refused.clear()
  const { byId } = source
  source.byId = (id) => {
    void world.storage.purge('a')
    return byId(id)
  }
  await world.work(HOUR)
  expect(world.askedIds()).toEqual(['p00003'])
  expect(await world.rows('a', EMPLOYEE)).toEqual([])
})

describe('its share of the errors that may be risked', () => {
  test('two failed answers in ten seconds, and the other lanes have the rest', async () => {
    const time = virtualTime()
    const budget = createErrorBudget(time.clock, time.sleep, 1)
    const begun = time.clock.now()
    const passed: number[] = []
    const failOnce = async () => {
      await budget.pass('reread')
      passed.push(time.clock.now() - begun)
      budget.failed('reread')
    }
    await time.run(Promise.all(Array.from({ length: 6 }, failOnce)))
    expect(passed).toEqual([0, 0, 10_000, 10_000, 20_000, 20_000])
    await time.run(budget.pass('sync'))
    expect(time.clock.now() - begun).toBe(20_000)
  })
})

test('what Merge was not asked for, because it is left alone, was no try', async () => {
  const source = sourceOf(people(20))
  const world = merge(source, {}, new Set(['p00003']))
  await world.account('a')
  await world.work()
  const before = await world.quarantine()
  world.refused.clear()
  // Merge goes down for everybody between the list and the record.
  const { breaker } = world.integrations.core
  const call = { method: 'GET', template: '/hris/v1/companies' } as const
  source.answering = () => {
    for (let failed = 0; failed < 40 && breaker.state().is === 'closed'; failed++) breaker.enter(call)('failed')
  }
  await world.work(HOUR)
  expect(breaker.state().is).toBe('open')
  expect(world.askedIds()).toEqual([])
  expect(await world.quarantine()).toEqual(before)
  delete source.answering
  await world.work(HOUR)
  expect(world.askedIds()).toEqual(['p00003'])
  expect(await world.quarantine()).toEqual([])
})
