import { describe, expect, test } from 'vitest'
import { type Variant, variants } from '../src/variants.ts'
import { prepareSandbox } from './prepare.ts'

type Fields = Record<string, unknown>

function prepare(choice: 'seeded' | readonly Variant[], more = {}) {
  const prepared = prepareSandbox({ variants: choice, ...more })
  const read = async (path: string, token?: string) => (await prepared.call(`/api/${path}`, token === undefined ? {} : { token })).body
  return { ...prepared, read }
}

const LISTS = [
  'hris/v1/employees?page_size=100',
  'hris/v1/sync-status?page_size=100',
  'hris/v1/linked-accounts?is_test_account=true',
  'organizations/integrations?page_size=100',
]

describe.each<[Variant, (page: Fields) => boolean]>([
  ['next-absent', (page) => !('next' in page)],
  ['next-empty', (page) => page.next === ''],
])('%s', (variant, fits) => {
  test.each(LISTS)('is how the last page of %s ends, and no other', async (path) => {
    const { read, link } = prepare([variant])
    const { token } = await link()
    const last = await read(path, token)
    expect(last.results.length).toBeGreaterThan(0)
    expect(fits(last)).toBe(true)
  })

  test('a page before the last has its cursor', async () => {
    const { link, walk } = prepare([variant])
    const { token } = await link()
    expect(await walk(token, 'employees', { page_size: '25' })).toMatchObject({ pages: 3, records: { length: 60 } })
  })
})

test.each<[Variant, number]>([
  ['sync-status-empty', 0],
  ['sync-status-other', 1],
])('%s: for the first seconds after a link sync-status knows that many models: %i', async (variant, count) => {
  const { read, link, clock } = prepare([variant])
  const { token } = await link()
  const rows = async () => (await read('hris/v1/sync-status?page_size=100', token)).results as Fields[]
  expect(await rows()).toHaveLength(count)
  clock.advance(4_999)
  expect(await rows()).toHaveLength(count)
  clock.advance(1)
  expect((await rows()).length).toBeGreaterThan(5)
})

test('done-without-times: a model that is DONE has no time, any other has', async () => {
  const { read, link, sandbox } = prepare(['done-without-times'])
  const { id, token } = await link()
  sandbox.setModelStatus(id, 'hris.Company', 'FAILED')
  const rows = (await read('hris/v1/sync-status?page_size=100', token)).results as Fields[]
  const row = (model: string) => rows.find(({ model_id }) => model_id === model)!
  expect(Object.keys(row('hris.Employee'))).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^last_sync_(start|finished)$|_as_of$/)]),
  )
  expect(row('hris.Employee')).toMatchObject({ status: 'DONE', is_initial_sync: false, last_sync_result: 'DONE' })
  expect(row('hris.Company').last_sync_finished).toEqual(expect.any(String))
})

test('fields-absent: nothing is null but the end of a list', async () => {
  const { read, link, linkToken } = prepare(['fields-absent'])
  const { token } = await link()
  const bodies = [await linkToken('other'), await read('hris/v1/account-details', token)]
  for (const path of LISTS) bodies.push(await read(path, token))
  for (const body of bodies) expect(JSON.stringify(body).replaceAll('"next":null', '')).not.toContain('null')
  expect((await read(LISTS[0]!, token)).results[0]).not.toHaveProperty('ssn')
})

test('fields-null: what an account may say and need not is null, and what it must say is there', async () => {
  const { read, link } = prepare(['fields-null'])
  const { id, token } = await link()
  expect(await read('hris/v1/account-details', token)).toMatchObject({
    ...{ id, status: 'COMPLETE', category: 'hris', end_user_origin_id: 'org_1' },
    ...{ instance_id: null, instance_display_value: null, webhook_listener_url: null },
  })
  const [status] = (await read('hris/v1/sync-status', token)).results
  expect(status).toMatchObject({ status: expect.any(String), model_id: expect.any(String), data_fresh_as_of: null })
})

test('delete-body: a deletion is answered with an empty object', async () => {
  const { call, link } = prepare(['delete-body'])
  const { token } = await link()
  expect(await call('/api/hris/v1/delete-account', { method: 'POST', token })).toMatchObject({ status: 200, text: '{}' })
})

describe('seeded', () => {
  const answers = async (seed: number) => {
    const { call, link, walk } = prepare('seeded', { seed })
    const { token } = await link()
    const texts: string[] = []
    for (const path of [...LISTS, ...LISTS, 'hris/v1/account-details']) texts.push((await call(`/api/${path}`, { token })).text)
    return { texts, walked: (await walk(token, 'employees', { page_size: '25' })).records.length }
  }

  test('says the same for the same seed, and reads whole for every seed', async () => {
    expect(await answers(3)).toEqual(await answers(3))
    for (let seed = 1; seed <= 20; seed++) expect((await answers(seed)).walked).toBe(60)
  })

  test('shows each form for some seed, and the usual one for another', async () => {
    const all = (await Promise.all(Array.from({ length: 20 }, (_, seed) => answers(seed)))).flatMap(({ texts }) => texts)
    for (const form of [/"next":null/, /"next":""/, /"results":\[\]/, /"instance_id":null/, /"instance_id":"/])
      expect(all.filter((text) => form.test(text)).length, String(form)).toBeGreaterThan(0)
    expect(all.filter((text) => text.includes('"results"') && !text.includes('"next"')).length).toBeGreaterThan(0)
  })
})

test('they can be changed on the way, by code and by the control API, and one that is none is refused with those that are', async () => {
  const { sandbox, link, read, call } = prepare([])
  const { token } = await link()
  const end = async () => (await read(LISTS[0]!, token)).next
  expect(await end()).toBeNull()
  sandbox.setVariants(['next-empty'])
  expect(await end()).toBe('')
  expect((await call('/sandbox/variants', { body: { variants: ['next-absent'] } })).body).toEqual({ done: true })
  expect(await end()).toBeUndefined()
  sandbox.setVariants([])
  expect(await end()).toBeNull()
  for (const wrong of ['all', ['next'], undefined, 7]) expect(() => sandbox.setVariants(wrong as never)).toThrow(variants.join(', '))
  expect(() => prepareSandbox({ variants: ['next'] as never })).toThrow('There is no variant next')
})

test('what is no success stays as it is', async () => {
  const { call } = prepare([...variants])
  expect(await call('/api/hris/v1/employees', { token: 'wrong' })).toMatchObject({ status: 401, body: { detail: expect.any(String) } })
})

test('no form changes what a record says', async () => {
  const { read, link, sandbox } = prepare([...variants])
  const { id, token } = await link()
  const served = (await read(LISTS[0]!, token)).results as Fields[]
  const bare = (record: Fields) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
  expect(served.map(bare)).toEqual(
    sandbox.truth(id, 'hris.Employee').map((record) => JSON.parse(JSON.stringify(record, (_, value) => value ?? undefined))),
  )
})
