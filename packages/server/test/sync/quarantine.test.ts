import { expect, test } from 'vitest'
import { ErrorCode, IntegrationError } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const WEEK = 8 * 86_400_000
const options = { sync: { models: [EMPLOYEE], lookEvery: 3_600_000 } }

/** A store that throws at every page with one of these ids in it. */
function picky(refused: Set<string>, error: unknown = new Error('value too long for its column')) {
  return (storage: Storage): Storage => ({
    ...storage,
    commit: async (page) => {
      if (page.records.some(({ id }) => refused.has(id))) throw error
      return storage.commit(page)
    },
  })
}

const live = async (fake: ReturnType<typeof fakeMerge>, id: string) =>
  (await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'upsert').map((row) => row.id)
const degraded = async (fake: ReturnType<typeof fakeMerge>, id: string) =>
  (await fake.integrations.forOrganization(`org_${id}`).account(id))?.info.sync.models[EMPLOYEE]?.readiness === 'degraded'

test.each([
  ['a raw error', new Error('no')],
  ['an error of ours that no retry helps', new IntegrationError(ErrorCode.STORE_CONFLICT, 'no', { retryable: false })],
])('one record that is refused with %s keeps no other out, on whichever page', async (_, error) => {
  const fake = fakeMerge(options, ({ query }) => paged(people(250), query), { wrap: picky(new Set(['p00137']), error) })
  const id = await fake.account('a')
  await fake.work()
  expect(await live(fake, id)).toHaveLength(249)
  expect(await fake.problem(id, EMPLOYEE)).toBeNull()
  expect(await degraded(fake, id)).toBe(true)
})

test('a record that was stored and is refused now is not retired by the sweeps that had to leave it out', async () => {
  const refused = new Set<string>()
  const fake = fakeMerge(options, ({ query }) => paged(people(150), query), { wrap: picky(refused) })
  const id = await fake.account('a')
  await fake.work()
  refused.add('p00003').add('p00120')
  for (let sweep = 0; sweep < 4; sweep++) await fake.work(WEEK)
  expect(await live(fake, id)).toHaveLength(150)
  expect(await degraded(fake, id)).toBe(true)
  refused.clear()
  for (let sweep = 0; sweep < 3; sweep++) await fake.work(WEEK)
  expect(await degraded(fake, id)).toBe(false)
  expect(await live(fake, id)).toHaveLength(150)
})

test('while a record is left out nothing is retired, and afterwards it is', async () => {
  const refused = new Set<string>()
  let records = people(150)
  const fake = fakeMerge(options, ({ query }) => paged(records, query), { wrap: picky(refused) })
  const id = await fake.account('a')
  await fake.work()
  refused.add('p00003')
  records = records.slice(0, 140)
  for (let sweep = 0; sweep < 3; sweep++) await fake.work(WEEK)
  expect(await live(fake, id)).toHaveLength(150)
  refused.clear()
  for (let sweep = 0; sweep < 3; sweep++) await fake.work(WEEK)
  expect(await live(fake, id)).toHaveLength(140)
})

test('a refused record that is gone from the source leaves quarantine with the next sweep', async () => {
  let records = people(20)
  const fake = fakeMerge(options, ({ query }) => paged(records, query), { wrap: picky(new Set(['p00003'])) })
  const id = await fake.account('a')
  await fake.work()
  expect(await degraded(fake, id)).toBe(true)
  records = records.filter((record) => record.id !== 'p00003')
  await fake.work(WEEK)
  expect(await degraded(fake, id)).toBe(false)
})

test('a store that refuses every record is broken: nothing goes into quarantine, nothing is skipped', async () => {
  const records = people(150)
  const refused = new Set(records.map((record) => String(record.id)))
  const fake = fakeMerge(options, ({ query }) => paged(records, query), { wrap: picky(refused) })
  const id = await fake.account('a')
  await fake.work()
  expect(await degraded(fake, id)).toBe(false)
  refused.clear()
  await fake.work(130_000)
  expect(await live(fake, id)).toHaveLength(150)
})

test('a record that is nested too deeply is told as one in quarantine, and not retired', async () => {
  const records = people(3)
  let body = JSON.stringify({ next: null, results: records })
  const fake = fakeMerge(options, () => new Response(body))
  const id = await fake.account('a')
  await fake.work()
  body = body.replace('"id":"p00001"', `"id":"p00001","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}`)
  for (let sweep = 0; sweep < 3; sweep++) await fake.work(WEEK)
  expect(await degraded(fake, id)).toBe(true)
  expect(await live(fake, id)).toHaveLength(3)
})

test('searching for the refused one deletes no more than is allowed in all', async () => {
  const refused = new Set<string>()
  let records = people(100)
  const fake = fakeMerge(options, ({ query }) => paged(records, query), { wrap: picky(refused) })
  const id = await fake.account('a')
  await fake.work()
  refused.add('p00099')
  records = people(99, { remote_was_deleted: true, modified_at: '2026-01-05T08:59:00.000001Z' }).concat(people(100).slice(99))
  await fake.work(3_700_000)
  expect((await live(fake, id)).length).toBeGreaterThanOrEqual(50)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
})
