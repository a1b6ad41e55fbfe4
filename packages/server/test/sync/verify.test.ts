import { expect, test } from 'vitest'
import type { ModelVerdict } from '../../src/index.ts'
import type { Change } from '../../src/storage/port.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const TEAM = 'hris.Team'

type Fake = ReturnType<typeof fakeMerge>

async function verdicts(fake: Fake, query: Parameters<Fake['integrations']['verify']>[0] = {}): Promise<ModelVerdict[]> {
  const found: ModelVerdict[] = []
  const all = async () => {
    for await (const verdict of fake.integrations.verify(query)) found.push(verdict)
  }
  await fake.time.run(all())
  return found
}

/** Two accounts, two models, and a store whose records can be damaged behind the SDK's back. */
async function world(more: Parameters<typeof fakeMerge>[0] = {}) {
  let damage: (changes: Change[]) => Change[] = (changes) => changes
  const lists: Record<string, Record<string, unknown>[]> = { employees: people(150, { name: 'Ann' }), teams: people(5) }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE, TEAM] }, ...more }, ({ path, query }) => paged(lists[path] ?? [], query), {
    wrap: (storage) => ({
      ...storage,
      changes: async (query) => {
        const page = await storage.changes(query)
        return query.accountId === 'a' && query.model === EMPLOYEE ? { ...page, changes: damage(page.changes) } : page
      },
    }),
  })
  await fake.account('a')
  await fake.account('b')
  await fake.work()
  const hurt = (how: typeof damage) => {
    damage = how
  }
  return Object.assign(fake, { lists, hurt })
}

const NOTHING = { missing: 0, extra: 0, stale: 0, examples: [] }

test('an intact store is found intact, one verdict per account and model, and nothing is changed', async () => {
  const fake = await world()
  const before = JSON.stringify(await fake.storage.list({ limit: 10 }))
  const found = await verdicts(fake)
  expect(found).toMatchObject([
    { accountId: 'a', organizationId: 'org_a', model: EMPLOYEE, atMerge: 150, stored: 150, ...NOTHING },
    { accountId: 'a', model: TEAM, atMerge: 5, stored: 5, ...NOTHING },
    { accountId: 'b', model: EMPLOYEE, ...NOTHING },
    { accountId: 'b', model: TEAM, ...NOTHING },
  ])
  expect(JSON.stringify(await fake.storage.list({ limit: 10 }))).toBe(before)
})

test('what is missing, extra and stale is counted and named', async () => {
  const fake = await world()
  fake.hurt((changes) =>
    changes
      .filter(({ id }) => id !== 'p00003')
      .map((change) => (change.id === 'p00120' ? { ...change, data: change.data.replace('Ann', 'Bob') } : change))
      .concat({ seq: 999, id: 'stranger', op: 'upsert', modifiedAt: 0, data: '{}' }),
  )
  expect((await verdicts(fake, { organization: 'org_a', model: EMPLOYEE }))[0]).toMatchObject({
    atMerge: 150,
    stored: 150,
    missing: 1,
    stale: 1,
    extra: 1,
    examples: ['p00003', 'p00120', 'stranger'],
  })
})

test('a record that is deleted at Merge and live here is extra', async () => {
  const fake = await world()
  fake.lists.employees =
    fake.lists.employees?.map((record, place) => (place === 7 ? { ...record, remote_was_deleted: true } : record)) ?? []
  expect((await verdicts(fake, { organization: 'org_a', model: EMPLOYEE }))[0]).toMatchObject({
    extra: 1,
    examples: ['p00007'],
    missing: 0,
  })
})

test('at most 20 are named, all are counted', async () => {
  const fake = await world()
  fake.hurt(() => [])
  const [verdict] = await verdicts(fake, { organization: 'org_a', model: EMPLOYEE })
  expect(verdict?.missing).toBe(150)
  expect(verdict?.examples).toHaveLength(20)
})

test('what changed within the last ten minutes is not judged', async () => {
  const fake = await world()
  const stamp = (ago: number) => new Date(fake.time.clock.now() - ago).toISOString()
  fake.lists.employees =
    fake.lists.employees?.concat({ id: 'young', modified_at: stamp(60_000) }, { id: 'old', modified_at: stamp(700_000) }) ?? []
  const [verdict] = await verdicts(fake, { organization: 'org_a', model: EMPLOYEE })
  expect(verdict).toMatchObject({ fresh: 1, missing: 1, examples: ['old'] })
})

test('with store versions a stamp that differs is stale, and a record without one is not judged', async () => {
  const fake = await world({ sync: { models: [EMPLOYEE], store: 'versions', sink: { write: async () => {} } } })
  expect((await verdicts(fake, { organization: 'org_a' }))[0]).toMatchObject({ stored: 150, ...NOTHING })
  fake.lists.employees =
    fake.lists.employees?.map((record, place) =>
      place === 0 ? { ...record, modified_at: '2025-12-02T09:00:00Z' } : place === 1 ? { ...record, modified_at: null } : record,
    ) ?? []
  expect((await verdicts(fake, { organization: 'org_a' }))[0]).toMatchObject({ stale: 1, examples: ['p00000'] })
})

test('a list whose cursors go round in a circle ends with an error', async () => {
  let looping = false
  const fake = fakeMerge({}, ({ query }) =>
    looping ? { results: people(2), next: query.get('cursor') === 'x' ? 'y' : 'x' } : { results: people(2) },
  )
  await fake.account('a')
  await fake.work()
  looping = true
  await expect(verdicts(fake)).rejects.toMatchObject({ code: 'UPSTREAM_PAGINATION_LOOP', model: EMPLOYEE })
})

test('it can be aborted, and names what it is asked for', async () => {
  const fake = await world()
  const stop = new AbortController()
  stop.abort()
  await expect(verdicts(fake, { signal: stop.signal })).rejects.toThrow()
  await expect(verdicts(fake, { model: 'hris.Location' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  expect(await verdicts(fake, { organization: 'org_of_nobody' })).toEqual([])
})
