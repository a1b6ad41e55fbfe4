import { expect, test } from 'vitest'
import { ErrorCode, IntegrationError, type SinkBatch } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const TEAM = 'hris.Team'
const WEEK = 8 * 86_400_000

const ids = (batch: SinkBatch) => batch.changes.map(({ id }) => id)

test('the next page is not stored, nor sent, before the sink has taken this one', async () => {
  const order: string[] = []
  let writing = 0
  const fake = fakeMerge(
    {
      sync: {
        models: [EMPLOYEE],
        sink: {
          async write(batch) {
            expect(++writing).toBe(1)
            order.push(`begin ${batch.changes[0]?.id}`)
            await fake.time.sleep(5_000)
            order.push(`end ${batch.changes[0]?.id}`)
            writing--
          },
        },
      },
    },
    ({ query }) => paged(people(300), query),
    {
      wrap: (storage) => ({
        ...storage,
        commit: (page) => {
          if (page.records[0]) order.push(`commit ${page.records[0].id}`)
          return storage.commit(page)
        },
      }),
    },
  )
  await fake.account('a')
  await fake.work()
  expect(order).toEqual(['p00000', 'p00100', 'p00200'].flatMap((id) => [`begin ${id}`, `end ${id}`, `commit ${id}`]))
})

test('a failing sink is tried four times, then its model stops, keeps its place, and goes on with the same page', async () => {
  const writes: string[] = []
  let broken = true
  const sink = {
    async write(batch: SinkBatch) {
      writes.push(`${batch.model} ${ids(batch)[0]}`)
      if (broken && ids(batch)[0] === 'p00100' && batch.model === EMPLOYEE) throw new Error('full')
    },
  }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE, TEAM], sink } }, ({ query }) => paged(people(250), query))
  const id = await fake.account('a')
  await fake.work()
  const of = (model: string) => writes.filter((write) => write.startsWith(model)).map((write) => write.split(' ')[1])
  expect(of(EMPLOYEE)).toEqual(['p00000', 'p00100', 'p00100', 'p00100', 'p00100'])
  expect(of(TEAM)).toEqual(['p00000', 'p00100', 'p00200'])
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_SINK_FAILED')
  expect(await fake.problem(id, TEAM)).toBeNull()
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(100)
  broken = false
  await fake.work(60_000)
  expect(of(EMPLOYEE).slice(5)).toEqual(['p00100', 'p00200'])
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()
})

const UNSPEAKABLE = {
  get name() {
    throw new Error('no reason given')
  },
}

test.each([
  ['what is no error at all', 'no reason given'],
  ['an error whose name is a sentence', Object.assign(new Error(), { name: 'no reason given: postgresql://admin:secret@db' })],
  ['an error that does not even tell its name', UNSPEAKABLE],
])('a sink that throws %s is told by its type', async (_, thrown) => {
  const sink = { write: () => Promise.reject(thrown) }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, () => ({ results: people(1) }))
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_SINK_FAILED')
  expect(fake.log.join()).not.toContain('no reason given')
})

test('an abort ends the waits between the tries of a sink', async () => {
  const stop = new AbortController()
  let writes = 0
  const sink = {
    async write() {
      writes++
      stop.abort()
      throw new Error('full')
    },
  }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, () => ({ results: people(1) }))
  const id = await fake.account('a')
  await fake.time.run(fake.integrations.tick({ budgetMs: 60_000, signal: stop.signal }))
  expect(writes).toBe(1)
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()
})

test('after an account was deleted nothing more of it reaches the sink', async () => {
  const written: string[] = []
  const late: string[] = []
  let deleted = false
  const sink = {
    async write(batch: SinkBatch) {
      ;(deleted ? late : written).push(...ids(batch))
    },
  }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, async ({ query }) => {
    if (query.get('cursor') === '100') {
      await fake.storage.purge('a')
      deleted = true
    }
    return paged(people(300), query)
  })
  await fake.account('a')
  await fake.work()
  expect(deleted).toBe(true)
  expect(written).toHaveLength(100)
  expect(late).toEqual([])
})

test.each([
  ['with a commit that is lost', true],
  ['before the commit is begun', false],
])('a crash between write and commit (%s) repeats the batch, and loses nothing', async (_, committed) => {
  const batches: string[][] = []
  let crash = true
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    async commit(page) {
      if (!crash || page.records.length === 0) return storage.commit(page)
      crash = false
      if (committed) await storage.commit(page)
      throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'gone')
    },
  })
  const sink = { write: async (batch: SinkBatch) => void batches.push(ids(batch)) }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, ({ query }) => paged(people(150), query), { wrap })
  await fake.account('a')
  await fake.work()
  await fake.work(130_000)
  const first = batches[0]
  expect(batches.slice(1)).toEqual(
    committed
      ? [
          people(150)
            .slice(100)
            .map(({ id }) => id),
        ]
      : [
          first,
          people(150)
            .slice(100)
            .map(({ id }) => id),
        ],
  )
})

test('what a sweep retires reaches the sink also when the sink is broken at that moment', async () => {
  const gone: string[] = []
  let broken = false
  let records = people(20)
  const sink = {
    async write(batch: SinkBatch) {
      const deletions = batch.changes.filter(({ op }) => op === 'delete')
      if (broken && deletions.length > 0) throw new Error('full')
      gone.push(...deletions.map(({ id }) => id))
    },
  }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, ({ query }) => paged(query.has('modified_after') ? [] : records, query))
  const id = await fake.account('a')
  await fake.work()
  records = records.slice(2)
  await fake.work(WEEK)
  broken = true
  await fake.work(WEEK)
  expect((await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'delete')).toHaveLength(2)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_SINK_FAILED')
  expect(gone).toEqual([])
  broken = false
  await fake.work(60_000)
  expect(gone).toEqual(['p00000', 'p00001'])
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()
})
