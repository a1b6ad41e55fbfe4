import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { DAY, EMPLOYEE, handle, live, since } from './support.ts'

const FULL = { models: [EMPLOYEE], sweepEvery: DAY, lookEvery: DAY / 4, massDeletion: false as const }
const OMIT = { ...FULL, omit: { [EMPLOYEE]: ['ssn'] } }
type Records = Record<string, unknown>[]

function world(count: number, wrap?: (storage: Storage) => Storage) {
  const state = { records: people(count, { ssn: '123-45-6789' }) as Records }
  const fake = fakeMerge({ sync: FULL }, ({ query }) => paged(since(state.records, query), query), wrap ? { wrap } : {})
  return { fake, state }
}

test('R1 a row that the store refuses now stops neither the others of its account nor its syncs, and is told', async () => {
  const refused = new Set<string>()
  const { fake, state } = world(20, (storage) => ({
    ...storage,
    commit: async (page) => {
      if (page.records.some(({ id }) => refused.has(id))) throw new Error('value too long')
      return storage.commit(page)
    },
  }))
  const id = await fake.account('a')
  await fake.work()
  refused.add('p00003')
  const later = fake.another({ sync: OMIT })
  const problems: unknown[] = []
  later.on('sync.problem', (event) => void problems.push(event))
  state.records.push({ id: 'new', modified_at: new Date(fake.time.clock.now()).toISOString() })
  for (let run = 0; run < 28; run++) await fake.work(DAY / 4, later)
  const { sync } = (await handle(fake, id)).info
  expect({
    withField: (await fake.rows(id, EMPLOYEE)).filter(({ data }) => data.includes('ssn')).map((row) => row.id),
    new: (await live(fake, id, EMPLOYEE)).includes('new'),
    told: problems.length > 0 || sync.readiness !== 'complete' || sync.models[EMPLOYEE]?.problem !== null,
  }).toEqual({ withField: ['p00003'], new: true, told: true })
})

test('R2 rows that a process with the old options stored while the rewriting was interrupted lose the field too', async () => {
  const { fake, state } = world(1_200)
  const id = await fake.account('a')
  await fake.work()
  let commits = 0
  const dying = fake.another({
    sync: OMIT,
    storage: {
      ...fake.storage,
      commit: (page) => (page.model === EMPLOYEE && ++commits > 1 ? Promise.reject(new Error('killed')) : fake.storage.commit(page)),
    },
  })
  await fake.work(DAY / 4, dying)
  // A process of the deployment before reads a deletion, whose row then disappears at Merge.
  Object.assign(state.records[7] as object, { remote_was_deleted: true, modified_at: new Date(fake.time.clock.now()).toISOString() })
  await fake.work(DAY / 4)
  state.records = state.records.filter((record) => record.id !== 'p00007')
  const later = fake.another({ sync: OMIT })
  for (let run = 0; run < 28; run++) await fake.work(DAY / 4, later)
  expect((await fake.rows(id, EMPLOYEE)).filter(({ data }) => data.includes('ssn')).map((row) => row.id)).toEqual([])
})

test('R3 a page of rows that the store takes only in smaller pieces does not stop the account', async () => {
  const { fake, state } = world(600, (storage) => ({
    ...storage,
    commit: async (page) => {
      if (page.records.length > 200) throw new Error('packet too large')
      return storage.commit(page)
    },
  }))
  const id = await fake.account('a')
  await fake.work()
  state.records.push({ id: 'new', modified_at: new Date(fake.time.clock.now()).toISOString() })
  const later = fake.another({ sync: OMIT })
  for (let run = 0; run < 28; run++) await fake.work(DAY / 4, later)
  expect(await live(fake, id, EMPLOYEE)).toContain('new')
})

test('R5 a row nested more deeply than this process can write does not stop the account', async () => {
  const { fake, state } = world(20)
  const id = await fake.account('a')
  await fake.work()
  const row = await fake.storage.get({ id, organizationId: 'org_a' })
  const [claim] = await fake.storage.claim({ owner: 'x', leaseMs: 1, limit: 1, accountId: id })
  // As a process with a larger stack stored it.
  const data = `{"id":"deep","ssn":"123-45-6789","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  await fake.storage.commit({
    accountId: id,
    fence: claim?.fence ?? 0,
    model: EMPLOYEE,
    checkpoint: row?.models[EMPLOYEE]?.checkpoint ?? null,
    records: [{ id: 'deep', generation: 0, modifiedAt: 1, page: 0, deleted: false, hash: 'x', data }],
    release: { delayMs: 0, dirtySeen: 0 },
  })
  state.records.push({ id: 'new', modified_at: new Date(fake.time.clock.now()).toISOString() })
  const later = fake.another({ sync: OMIT })
  for (let run = 0; run < 28; run++) await fake.work(DAY / 4, later)
  expect(await live(fake, id, EMPLOYEE)).toContain('new')
})

test('R6 a field named __proto__ goes too, and a record with such a field keeps the rest', async () => {
  const records = `[{"id":"a","modified_at":"2025-12-01T09:00:00Z","__proto__":{"x":12345678901234567890},"ssn":"1"}]`
  const fake = fakeMerge(
    { sync: FULL },
    () => new Response(`{"next":null,"results":${records}}`, { headers: { 'content-type': 'application/json' } }),
  )
  const id = await fake.account('a')
  await fake.work()
  expect((await fake.rows(id, EMPLOYEE))[0]?.data).toContain('"__proto__":{"x":12345678901234567890}')
  const offline = { fetch: async () => Response.json({}, { status: 500 }) }
  await fake.work(DAY, fake.another({ sync: OMIT, ...offline }))
  expect((await fake.rows(id, EMPLOYEE))[0]?.data).toBe(
    '{"id":"a","modified_at":"2025-12-01T09:00:00Z","__proto__":{"x":12345678901234567890}}',
  )
})

test('R7 an abort ends the rewriting of rows at once', async () => {
  let slow = false
  let fake!: ReturnType<typeof fakeMerge>
  fake = fakeMerge({ sync: FULL }, ({ query }) => paged(people(10_000, { ssn: '1' }), query), {
    wrap: (storage) => ({
      ...storage,
      commit: async (page) => {
        if (slow) await fake.time.sleep(2_000)
        return storage.commit(page)
      },
    }),
  })
  await fake.account('a')
  await fake.work()
  slow = true
  const later = fake.another({ sync: OMIT })
  fake.time.clock.advance(DAY)
  const began = fake.time.clock.monotonic()
  const stop = new AbortController()
  void fake.time.sleep(3_000).then(() => stop.abort())
  await fake.time.run(later.tick({ budgetMs: 600_000, signal: stop.signal }))
  expect(fake.time.clock.monotonic() - began).toBeLessThan(10_000)
})
