import { expect, test } from 'vitest'
import { parseJson } from '../../src/merge/parse-json.ts'
import { fakeMerge, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const STAMP = '"modified_at":"2026-01-01T09:00:00.123456Z"'
const WEEK = 8 * 86_400_000

/** The texts that the store has of these records, served in one page. */
async function kept(...records: string[]): Promise<string[]> {
  const fake = fakeMerge({}, () => new Response(`{"next":null,"results":[${records.join(',')}]}`))
  const id = await fake.account('a')
  await fake.work()
  return (await fake.rows(id, EMPLOYEE)).map(({ data }) => data)
}

test.each([
  '1152921504606846977',
  '-9007199254740993',
  '123456789012345678901234567890',
  '1e400',
  '-1E+999',
  '0.1234567890123456789',
  '5e-400',
  '100000000000000000000.5',
])('the number %s is kept digit for digit', async (number) => {
  const record = `{"id":"a",${STAMP},"remote_id":${number},"list":[1,${number}],"deep":{"x":${number}}}`
  expect(await kept(record)).toEqual([record])
})

test.each(['0', '-1', '1.5', '1.0', '2.50', '1e3', '9007199254740991', '0.1', '"12345678901234567890"', '"a: 12345678901234567890"'])(
  'the value %s is kept as ever, whatever stands beside it in its page',
  async (value) => {
    const record = `{"id":"a",${STAMP},"x":${value}}`
    const [alone] = await kept(record)
    const beside = await kept(`{"id":"big",${STAMP},"x":12345678901234567890}`, record)
    expect(beside[1]).toBe(alone)
    expect(JSON.parse(alone ?? '')).toEqual(JSON.parse(record))
  },
)

test('a big number does not open the door to a prototype', async () => {
  const record = `{"id":"a",${STAMP},"__proto__":{"polluted":12345678901234567890},"constructor":{"prototype":1e400}}`
  expect(await kept(record)).toEqual([record])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('a big number deep in a page that is nested very deeply does not fail the page', () => {
  const deep = `{"big":12345678901234567890,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  expect(parseJson(deep)).toHaveProperty('deep')
})

test('a record with a big number that does not change gets no new number in the feed', async () => {
  const fake = fakeMerge({}, () => new Response(`{"next":null,"results":[{"id":"a",${STAMP},"n":1e400,"m":1.0}]}`))
  await fake.account('a')
  await fake.work()
  await fake.work(WEEK)
  expect((await fake.storage.get({ id: 'a', organizationId: 'org_a' }))?.models[EMPLOYEE]?.seq).toBe(1)
})

test.each([
  ['a NUL and a lone surrogate in the id', '"\\u0000\\ud800"'],
  ['__proto__ as the id', '"__proto__"'],
])('%s is an id like any other', async (_, id) => {
  expect(await kept(`{"id":${id},${STAMP}}`, `{"id":"b",${STAMP}}`)).toEqual([`{"id":${id},${STAMP}}`, `{"id":"b",${STAMP}}`])
})

test('a page of 40 MB is not read, and the other models are', async () => {
  const megabyte = new Uint8Array(1024 * 1024).fill(32)
  let sent = 0
  const fake = fakeMerge({ sync: { models: [EMPLOYEE, 'hris.Company'] } }, ({ path }) => {
    if (path === 'companies') return { results: people(3) }
    let left = 40
    return new Response(
      new ReadableStream({
        pull(controller) {
          sent++
          if (left-- === 0) controller.close()
          else controller.enqueue(megabyte)
        },
      }),
    )
  })
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.problem(id, EMPLOYEE)).toBe('UPSTREAM_BAD_RESPONSE')
  expect(await fake.rows(id, 'hris.Company')).toHaveLength(3)
  expect(sent).toBeLessThanOrEqual(4 * 35)
})

test.each([
  ['a number', 7],
  ['an object', { cursor: 'x' }],
  ['true', true],
  ['a list', ['x']],
])('a next that is %s is refused: nothing of the page is taken for the last one', async (_, next) => {
  const fake = fakeMerge({}, () => ({ results: people(3), next }))
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.problem(id, EMPLOYEE)).toBe('UPSTREAM_BAD_RESPONSE')
  expect(await fake.rows(id, EMPLOYEE)).toEqual([])
})

test.each([
  'https://evil.test/x?cursor=2',
  '//evil.test',
  '../../linked-accounts',
  'a&include_deleted_data=false&page_size=1',
  '#',
  ' ',
  '\u0000',
])('a next of %j goes back to Merge as a cursor and as nothing else', async (next) => {
  const fake = fakeMerge({}, ({ query }) => (query.has('cursor') ? { results: [] } : { results: people(2), next }))
  await fake.account('a')
  await fake.work()
  expect(fake.asked).toHaveLength(2)
  const second = new URL(fake.asked[1] ?? '', 'https://merge.test')
  expect(second.pathname).toBe('/employees')
  expect([...second.searchParams]).toEqual([
    ['page_size', '100'],
    ['include_deleted_data', 'true'],
    ['cursor', next],
  ])
})

test.each([
  ['null', null],
  ['gone', undefined],
  ['garbage', 'yesterday'],
  ['a number', 1767603600],
])('a record whose stamp becomes %s goes on being taken over, and so does one whose stamp comes back', async (_, stamp) => {
  let record: Record<string, unknown> = { id: 'a', modified_at: '2026-01-04T09:00:00.000001Z', n: 1 }
  const fake = fakeMerge({}, () => ({ results: [record] }))
  const id = await fake.account('a')
  const n = async () => JSON.parse((await fake.rows(id, EMPLOYEE))[0]?.data ?? '{}').n
  await fake.work()
  record = { id: 'a', modified_at: stamp, n: 2 }
  await fake.work(3_700_000)
  expect(await n()).toBe(2)
  record = { id: 'a', modified_at: stamp, n: 3 }
  await fake.work(3_700_000)
  expect(await n()).toBe(3)
  const changed = new Date(fake.time.clock.now() + 60_000).toISOString()
  record = { id: 'a', modified_at: changed, n: 4 }
  await fake.work(3_700_000)
  expect(await n()).toBe(4)
})

test('a record without a stamp does not overwrite one that has changed since the watermark', async () => {
  const stamp = (ms: number) => new Date(ms).toISOString()
  let record: Record<string, unknown> = {}
  const fake = fakeMerge({}, () => ({ results: [record] }))
  record = { id: 'a', modified_at: stamp(fake.time.clock.now()), n: 1 }
  const id = await fake.account('a')
  await fake.work()
  record = { id: 'a', modified_at: null, n: 0 }
  await fake.storage.schedule(id, 0)
  await fake.work(1_000)
  expect(JSON.parse((await fake.rows(id, EMPLOYEE))[0]?.data ?? '{}').n).toBe(1)
})

test('a change that came without its stamp once, and was outranked by what was stored, comes with the next walk', async () => {
  const stamp = (ms: number) => new Date(ms).toISOString()
  let records: Record<string, unknown>[] = []
  let bare = true
  const fake = fakeMerge({}, ({ query }) => {
    const after = query.get('modified_after') ?? ''
    const found = records.filter((record) => String(record.modified_at) > after)
    return { results: bare ? found.map((record) => ({ ...record, modified_at: null })) : found }
  })
  const now = fake.time.clock.now()
  const id = await fake.account('a')
  bare = false
  records = [{ id: 'a', modified_at: stamp(now - 60_000), n: 1 }]
  await fake.work()
  bare = true
  records = [{ id: 'a', modified_at: stamp(now + 60_000), n: 2 }]
  await fake.work(3_700_000)
  expect(JSON.parse((await fake.rows(id, EMPLOYEE))[0]?.data ?? '{}').n).toBe(1)
  bare = false
  await fake.work(3_700_000)
  expect(JSON.parse((await fake.rows(id, EMPLOYEE))[0]?.data ?? '{}')).toEqual(records[0])
})

test('a record that never has a stamp does not make every walk longer than the one before', async () => {
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: 3_600_000 } }, () => ({ results: [{ id: 'a', modified_at: null }] }))
  await fake.account('a')
  for (let look = 0; look < 12; look++) await fake.work(3_700_000)
  const windows = fake.asked.slice(1).map((path, place) => {
    const after = new URL(path, 'https://merge.test').searchParams.get('modified_after') ?? ''
    return Math.round((fake.time.clock.now() - (10 - place) * 3_700_000 - Date.parse(after)) / 3_700_000)
  })
  expect(windows).toHaveLength(11)
  expect(Math.max(...windows)).toBe(4)
  expect(Math.min(...windows)).toBe(1)
})
