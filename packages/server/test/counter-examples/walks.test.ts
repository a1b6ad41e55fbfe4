import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { ACCOUNT } from '../../src/sync/account-checkpoint.ts'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { DAY, EMPLOYEE, HOUR, handle, live, since } from './support.ts'

type Records = Record<string, unknown>[]
const SYNC = { models: [EMPLOYEE], lookEvery: HOUR }

test('W1 a change without its stamp that walks could not take over is taken over by a sweep', async () => {
  // The true stamp, by which Merge filters, and what it shows.
  let person: Record<string, unknown> = { id: 'a', n: 1, modified_at: '2025-12-01T09:00:00Z' }
  let truly = '2025-12-01T09:00:00Z'
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => {
    const after = query.get('modified_after')
    return { results: after === null || truly >= after ? [person] : [] }
  })
  const id = await fake.account('a')
  await fake.work()
  fake.time.clock.advance(HOUR)
  truly = new Date(fake.time.clock.now() - 60_000).toISOString()
  person = { id: 'a', n: 2, modified_at: truly }
  await fake.work()
  // A minute later it changes again, and comes without its stamp from now on.
  truly = new Date(fake.time.clock.now() + 30_000).toISOString()
  person = { id: 'a', n: 3, modified_at: null }
  for (let run = 0; run < 12; run++) await fake.work(HOUR)
  for (let week = 0; week < 4; week++) await fake.work(8 * DAY)
  expect(JSON.parse((await fake.rows(id, EMPLOYEE))[0]?.data ?? '{}').n).toBe(3)
})

test('W1b the same of a deletion', async () => {
  const recent = (ms: number) => new Date(ms).toISOString()
  const shown: Records = []
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => ({ results: query.get('modified_after') === null ? shown : [] }))
  shown.push({ id: 'a', modified_at: recent(fake.time.clock.now() - 60_000) })
  const id = await fake.account('a')
  await fake.work()
  shown[0] = { id: 'a', modified_at: null, remote_was_deleted: true }
  for (let week = 0; week < 6; week++) await fake.work(8 * DAY)
  expect(await live(fake, id, EMPLOYEE)).toEqual([])
})

test.each(['{broken', 'garbage'])('W2 a damaged checkpoint of the account (%s) means reading everything, not stopping', async (text) => {
  const records: Records = people(20)
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(since(records, query), query))
  const id = await fake.account('a')
  await fake.work()
  const [claim] = await fake.storage.claim({ owner: 'x', leaseMs: 1_000, limit: 1, accountId: id })
  await fake.storage.commit({
    accountId: id,
    fence: claim?.fence ?? 0,
    model: ACCOUNT,
    records: [],
    checkpoint: text,
    release: { delayMs: 0, dirtySeen: 0 },
  })
  records.push({ id: 'new', modified_at: new Date(fake.time.clock.now()).toISOString() })
  for (let run = 0; run < 4; run++) await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toContain('new')
  expect((await handle(fake, id)).info.sync.readiness).toBe('complete')
})

test.each(['{"quarantine":null}', '{"walk":{}}', '[]', '{"walk":5,"low":"x"}'])(
  'W2b a checkpoint of a model that is JSON and none of ours (%s)',
  async (text) => {
    const records: Records = people(20)
    const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(since(records, query), query))
    const id = await fake.account('a')
    await fake.work()
    const [claim] = await fake.storage.claim({ owner: 'x', leaseMs: 1_000, limit: 1, accountId: id })
    await fake.storage.commit({
      accountId: id,
      fence: claim?.fence ?? 0,
      model: EMPLOYEE,
      records: [],
      checkpoint: text,
      release: { delayMs: 0, dirtySeen: 0 },
    })
    records.push({ id: 'new', modified_at: new Date(fake.time.clock.now()).toISOString() })
    for (let run = 0; run < 30; run++) await fake.work(DAY)
    expect(await live(fake, id, EMPLOYEE)).toContain('new')
  },
)

test('W3 a list of which no record has an id stays not ready, and goes on saying so, when an incremental walk brings nothing', async () => {
  const records: Records = people(5).map(({ id: _, ...record }) => record)
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(since(records, query), query))
  const id = await fake.account('a')
  await fake.work()
  const sync = async () => {
    const model = (await handle(fake, id)).info.sync.models[EMPLOYEE]
    return { ready: model?.ready, problem: model?.problem }
  }
  expect(await sync()).toEqual({ ready: false, problem: 'SYNC_RECORDS_LEFT_OUT' })
  await fake.work(HOUR)
  await fake.work(HOUR)
  expect(await sync()).toEqual({ ready: false, problem: 'SYNC_RECORDS_LEFT_OUT' })
})

test('W5 an abort puts the work down at once, also while Merge is asked whose account it is', async () => {
  let slow = true
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(people(20), query), {
    latency: (path) => (slow && path === 'linked-accounts' ? 25_000 : 0),
  })
  await fake.account('a')
  const began = fake.time.clock.monotonic()
  const stop = new AbortController()
  void fake.time.sleep(2_000).then(() => stop.abort())
  await fake.time.run(fake.integrations.tick({ budgetMs: 20_000, signal: stop.signal }))
  slow = false
  expect(fake.time.clock.monotonic() - began).toBeLessThan(5_000)
})

test('W5b a tick is over ten seconds after its budget, also while Merge is asked whose account it is', async () => {
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(people(20), query), {
    latency: (path) => (path === 'linked-accounts' ? 25_000 : 0),
  })
  await fake.account('a')
  const began = fake.time.clock.monotonic()
  await fake.time.run(fake.integrations.tick({ budgetMs: 5_000 }))
  expect(fake.time.clock.monotonic() - began).toBeLessThan(16_000)
})

const limited = (storage: Storage): Storage => ({
  ...storage,
  commit: async (page) => {
    if (page.records.reduce((sum, { data }) => sum + data.length, 0) > 50_000) throw new Error('packet too large')
    return storage.commit(page)
  },
})

test('W6 a page that the store takes only in smaller pieces is stored in these', async () => {
  const fake = fakeMerge(
    { sync: SYNC },
    ({ query }) =>
      paged(
        [
          ...people(250),
          ...people(50, { text: 'x'.repeat(1_500) }).map((person) => ({ ...person, id: `x${person.id}` })),
          ...people(20).map((person) => ({ ...person, id: `y${person.id}` })),
        ],
        query,
      ),
    { wrap: limited },
  )
  const id = await fake.account('a')
  for (let run = 0; run < 10; run++) await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(320)
})

test('W5c (control) an abort while Merge is asked for details ends at once', async () => {
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(people(20), query), {
    latency: (path) => (path === 'account-details' ? 25_000 : 0),
  })
  await fake.account('a')
  const began = fake.time.clock.monotonic()
  const stop = new AbortController()
  void fake.time.sleep(2_000).then(() => stop.abort())
  await fake.time.run(fake.integrations.tick({ budgetMs: 20_000, signal: stop.signal }))
  expect(fake.time.clock.monotonic() - began).toBeLessThan(5_000)
})
