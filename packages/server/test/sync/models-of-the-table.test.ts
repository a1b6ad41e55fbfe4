import { expect, test } from 'vitest'
import { MODEL_TABLE, type ModelRow, matchModel } from '../../src/merge/model-table.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const WEEK = 8 * 86_400_000
const HOUR = 3_700_000

/** Records as the model has them: with its key and without what it has not. */
function recordsOf(row: ModelRow, count: number): Record<string, unknown>[] {
  const [key = 'id'] = row.key
  return people(count).map(({ id, remote_was_deleted: mark, ...record }) => ({
    [key]: id,
    ...(row.hasDeletionMark ? { remote_was_deleted: mark } : {}),
    ...record,
  }))
}

const idsOf = (row: ModelRow, count: number) =>
  recordsOf(row, count).map((record) => (row.key[0] === 'id' ? record.id : `${row.key[0]}:${record[row.key[0] ?? '']}`))

test('the table has what Merge has', () => {
  expect(MODEL_TABLE.length).toBeGreaterThanOrEqual(90)
  expect(new Set(MODEL_TABLE.map(({ model }) => model)).size).toBe(MODEL_TABLE.length)
  for (const row of MODEL_TABLE) expect(row.key.includes('id')).toBe(row.hasId)
})

test.each(MODEL_TABLE.map((row) => [row.model, row] as const))('%s is walked: its path, its parameters, its keys', async (model, row) => {
  const records = recordsOf(row, 130)
  const fake = fakeMerge({ sync: { models: [model] } }, ({ query }) => paged(records, query))
  const id = await fake.account('a', row.category)
  await fake.work()
  expect(await fake.problem(id, model)).toBeNull()
  expect((await fake.rows(id, model)).map((stored) => stored.id)).toEqual(idsOf(row, 130))
  await fake.work(HOUR)
  const requests = fake.asked.map((asked) => new URL(asked, 'https://merge.test/'))
  expect(new Set(requests.map(({ pathname }) => pathname))).toEqual(new Set([`/${row.path}`]))
  for (const { searchParams } of requests) {
    expect(searchParams.get('include_deleted_data')).toBe('true')
    expect(searchParams.has('modified_before') || searchParams.has('expand')).toBe(false)
  }
  expect(requests.slice(0, 2).some(({ searchParams }) => searchParams.has('modified_after'))).toBe(false)
  expect(requests.slice(2).every(({ searchParams }) => searchParams.has('modified_after'))).toBe(row.modifiedAfter)
})

test.each(MODEL_TABLE.filter((row) => !row.modifiedAfter).map((row) => [row.model, row] as const))(
  '%s, which cannot be asked for what is new, is read whole when something suggests work, and not in between',
  async (model, row) => {
    let records = recordsOf(row, 10)
    const fake = fakeMerge({ sync: { models: [model], lookEvery: 60_000 } }, ({ query }) => paged(records, query))
    const status = {
      model_id: model,
      status: 'DONE',
      last_sync_result: 'DONE',
      last_sync_start: '2026-01-05T08:00:00Z',
      last_sync_finished: '2026-01-05T08:01:00Z',
    }
    fake.statuses.push(status)
    const id = await fake.account('a', row.category)
    await fake.work()
    for (let look = 0; look < 10; look++) await fake.work(120_000)
    expect(fake.asked).toHaveLength(1)
    status.last_sync_finished = '2026-01-05T09:20:00Z'
    records = recordsOf(row, 12)
    await fake.work(120_000)
    expect(fake.asked).toHaveLength(2)
    expect(await fake.rows(id, model)).toHaveLength(12)
  },
)

test.each(MODEL_TABLE.filter((row) => !row.hasDeletionMark).map((row) => [row.model, row] as const))(
  '%s, which says nothing of deletions, loses a row through two sweeps and nothing else',
  async (model, row) => {
    let records = recordsOf(row, 10)
    const fake = fakeMerge({ sync: { models: [model] } }, ({ query }) => paged(query.has('modified_after') ? [] : records, query))
    const id = await fake.account('a', row.category)
    await fake.work()
    records = records.slice(1)
    const live = async () => (await fake.rows(id, model)).filter(({ op }) => op === 'upsert').length
    if (row.modifiedAfter) for (let look = 0; look < 5; look++) await fake.work(HOUR)
    expect(await live()).toBe(10)
    await fake.work(WEEK)
    expect(await live()).toBe(10)
    await fake.work(WEEK)
    expect(await live()).toBe(9)
  },
)

test('a name never meets an id, and two tags that differ are two', async () => {
  const results = [{ name: 'urgent' }, { name: 'Urgent' }, { name: ' urgent' }, { name: 'id' }, { name: '' }, { name: null }]
  const fake = fakeMerge({ sync: { models: ['ats.Tag'] } }, () => ({ results }))
  const id = await fake.account('a', 'ats')
  await fake.work()
  expect((await fake.rows(id, 'ats.Tag')).map((row) => row.id)).toEqual(['name:urgent', 'name:Urgent', 'name: urgent', 'name:id'])
})

test.each(MODEL_TABLE.map((row) => [row.model, row] as const))('%s is recognised in every spelling', (model, row) => {
  const [category = '', name = ''] = model.split('.')
  const snake = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()
  const spellings = [
    model,
    name,
    row.path,
    row.webhook,
    ...row.aliases,
    model.toLowerCase(),
    model.toUpperCase(),
    `${category}.${snake}`,
    snake,
  ]
  for (const spelling of spellings) expect(matchModel(category, spelling), spelling).toBe(row)
})

test.each([
  '',
  '.',
  'hris.',
  '.Employee.',
  'hris.Nothing',
  'crm.Employee',
  '__proto__',
  'constructor',
  'hris.__proto__',
  'x'.repeat(100_000),
])('a name that is not known (%.20s) is no error', async (name) => {
  expect(matchModel('hris', name)).toBeUndefined()
  const fake = fakeMerge({}, () => ({ results: people(2) }))
  fake.statuses.push(
    { model_id: 'hris.Company', status: 'DONE', is_initial_sync: false },
    { model_id: name, status: 'SOMETHING_NEW', last_sync_start: 'not a date' },
  )
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.rows(id, 'hris.Employee')).toHaveLength(2)
})
