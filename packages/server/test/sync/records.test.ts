import { expect, test } from 'vitest'
import { infoOf, setup, stored, type World } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'

/** An account whose list of employees is exactly this text, whatever Merge would say. */
async function served(results: string, options: Parameters<typeof setup>[0] = {}): Promise<World & { id: string }> {
  const world = setup(
    { sync: { models: [EMPLOYEE] }, ...options },
    {
      network: async (request, next) =>
        request.url.includes('/employees')
          ? new Response(`{"next":null,"results":[${results}]}`, { headers: { 'content-type': 'application/json' } })
          : next(),
    },
  )
  const id = await world.connect()
  await world.work(30_000)
  return Object.assign(world, { id })
}

async function raw(world: World & { id: string }): Promise<string[]> {
  return (await world.storage.changes({ accountId: world.id, model: EMPLOYEE, after: 0, limit: 100 })).changes.map(({ data }) => data)
}

const STAMP = '"modified_at":"2026-01-05T09:00:00.123456Z"'

test.each([
  ['a NUL', `{"id":"a",${STAMP},"note":"a\\u0000b"}`],
  ['a lone surrogate', `{"id":"a",${STAMP},"note":"\\ud800"}`],
  ['a key called __proto__', `{"id":"a",${STAMP},"__proto__":{"polluted":true},"constructor":{"prototype":1}}`],
  ['an emoji', `{"id":"a",${STAMP},"note":"👩‍👩‍👧‍👦 Ünïcödé"}`],
  ['null and empty fields', `{"id":"a",${STAMP},"none":null,"empty":"","list":[],"object":{}}`],
  ['fractions', `{"id":"a",${STAMP},"rate":0.1,"small":1e-7}`],
])('%s survives, byte for byte', async (_, record) => {
  const world = await served(record)
  expect(await raw(world)).toEqual([record])
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('records without an id are left out and told, the others are kept', async () => {
  const world = await served(`{"id":"a",${STAMP}},{${STAMP}},{"id":null},{"id":7},{"id":""},null,"text",[],{"id":"b",${STAMP}}`)
  expect([...(await stored(world, world.id, EMPLOYEE)).keys()]).toEqual(['a', 'b'])
  const line = world.log.find((text) => text.includes('without an id'))
  expect(line).toContain('"skipped":7')
})

test('one record that is nested too deeply does not keep out the others', async () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  const world = await served(`{"id":"deep",${STAMP},"x":${deep}},{"id":"b",${STAMP}}`)
  expect([...(await stored(world, world.id, EMPLOYEE)).keys()]).toContain('b')
})

test.each([
  ['null', 'null'],
  ['missing', undefined],
  ['garbage', '"yesterday"'],
])('a record whose modified_at is %s is kept', async (_, stamp) => {
  const world = await served(`{"id":"a","name":"Ann"${stamp === undefined ? '' : `,"modified_at":${stamp}`}}`)
  expect((await stored(world, world.id, EMPLOYEE)).get('a')).toMatchObject({ name: 'Ann' })
})

test('an id that comes twice in a page is one record: the newer one', async () => {
  const world = await served(
    `{"id":"a","modified_at":"2026-01-05T09:00:00.000002Z","n":2},{"id":"a","modified_at":"2026-01-05T09:00:00.000001Z","n":1}`,
  )
  expect((await stored(world, world.id, EMPLOYEE)).get('a')).toMatchObject({ n: 2 })
})

test('microseconds decide which of two is older, and an older record never overwrites a newer one', async () => {
  const records: string[] = []
  const world = setup(
    { sync: { models: [EMPLOYEE] } },
    {
      network: async (request, next) =>
        request.url.includes('/employees') ? new Response(`{"next":null,"results":[${records.shift() ?? ''}]}`) : next(),
    },
  )
  records.push(
    '{"id":"a","modified_at":"2026-01-05T09:00:00.893090Z","n":2}',
    '{"id":"a","modified_at":"2026-01-05T09:00:00.893081Z","n":1}',
    '{"id":"a","modified_at":"2026-01-05T09:00:00.893091+00:00","n":3}',
  )
  const id = await world.connect()
  const n = async () => (await stored(world, id, EMPLOYEE)).get('a')?.n
  await world.work(30_000)
  expect(await n()).toBe(2)
  await world.work(3_700_000)
  expect(await n()).toBe(2)
  await world.work(3_700_000)
  expect(await n()).toBe(3)
})

test('a relation that changes without a new stamp is taken over', async () => {
  const records: string[] = []
  const world = setup(
    { sync: { models: [EMPLOYEE] } },
    {
      network: async (request, next) =>
        request.url.includes('/employees') ? new Response(`{"next":null,"results":[${records.shift() ?? ''}]}`) : next(),
    },
  )
  records.push(`{"id":"a",${STAMP},"groups":[]}`, `{"id":"a",${STAMP},"groups":["g"]}`)
  const id = await world.connect()
  await world.work(30_000)
  await world.work(3_700_000)
  expect((await stored(world, id, EMPLOYEE)).get('a')).toMatchObject({ groups: ['g'] })
})

test('fields that are omitted never reach the store, and still count for order and deletion', async () => {
  const omit = { [EMPLOYEE]: ['ssn', 'remote_was_deleted', 'modified_at', '__proto__', 'not_there'] }
  const world = await served(
    `{"id":"a",${STAMP},"ssn":"078-05-1120","name":"Ann"},{"id":"b",${STAMP},"ssn":"219-09-9999","remote_was_deleted":true}`,
    { sync: { models: [EMPLOYEE], omit } },
  )
  const { changes } = await world.storage.changes({ accountId: world.id, model: EMPLOYEE, after: 0, limit: 10 })
  expect(changes).toMatchObject([
    { id: 'a', op: 'upsert', modifiedAt: Date.UTC(2026, 0, 5, 9) * 1000 + 123_456, data: '{"id":"a","name":"Ann"}' },
    { id: 'b', op: 'delete', data: '{"id":"b"}' },
  ])
})

test('omitting another field reads everything anew, so that what is stored loses it too', async () => {
  const world = setup({ sync: { models: [EMPLOYEE] } })
  const id = await world.connect()
  await world.work(30_000)
  expect((await stored(world, id, EMPLOYEE)).values().next().value).toHaveProperty('work_email')
  const stricter = world.another({ sync: { models: [EMPLOYEE], omit: { [EMPLOYEE]: ['work_email'] } } })
  world.time.clock.advance(3_700_000)
  await world.run(stricter.tick({ budgetMs: 60_000 }))
  const rows = [...(await stored(world, id, EMPLOYEE)).values()]
  expect(rows).toHaveLength(120)
  for (const row of rows) expect(row).not.toHaveProperty('work_email')
})

test('an account that has nothing is read, and ready', async () => {
  const world = await served('')
  expect((await infoOf(world, world.id)).sync).toMatchObject({ ready: true, models: { [EMPLOYEE]: { records: 0, state: 'idle' } } })
})
