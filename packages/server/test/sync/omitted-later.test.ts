import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const DAY = 86_400_000
const FULL = { sync: { models: [EMPLOYEE], sweepEvery: DAY, lookEvery: DAY / 4, massDeletion: false as const } }

/** An account with three records that vanished without a mark, so that only two full syncs made tombstones of them, and one that Merge marks as deleted. */
async function withTombstones(fields: Record<string, unknown> = { ssn: '123-45-6789' }) {
  let records = people(8, fields)
  const fake = fakeMerge(FULL, ({ query }) => paged(records, query))
  const id = await fake.account('a')
  await fake.work()
  records = records.slice(3)
  Object.assign(records[0] as object, { remote_was_deleted: true, modified_at: new Date(fake.time.clock.now() + 1000).toISOString() })
  for (let run = 0; run < 12; run++) await fake.work(DAY / 4)
  expect((await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'delete')).toHaveLength(4)
  return { fake, id }
}

test('a field that is omitted later is gone from every row, tombstones included, and the feed tells it', async () => {
  const { fake, id } = await withTombstones()
  expect(JSON.stringify(await fake.rows(id, EMPLOYEE))).toContain('123-45-6789')
  const { seq } = (await fake.storage.get({ id, organizationId: 'org_a' }))?.models[EMPLOYEE] ?? { seq: 0 }
  const later = fake.another({ sync: { ...FULL.sync, omit: { [EMPLOYEE]: ['ssn'] } } })
  await fake.work(DAY / 4, later)
  const rows = await fake.rows(id, EMPLOYEE)
  expect(rows.map(({ id }) => id).sort()).toEqual(people(8).map(({ id }) => id))
  expect(rows.filter(({ op }) => op === 'delete')).toHaveLength(4)
  expect(JSON.stringify(rows)).not.toContain('ssn')
  const { changes } = await fake.storage.changes({ accountId: id, model: EMPLOYEE, after: seq, limit: 100 })
  expect(changes).toHaveLength(8)
  // Nothing is rewritten twice.
  const before = JSON.stringify((await fake.storage.get({ id, organizationId: 'org_a' }))?.models[EMPLOYEE]?.seq)
  for (let run = 0; run < 8; run++) await fake.work(DAY / 4, later)
  expect(JSON.stringify((await fake.storage.get({ id, organizationId: 'org_a' }))?.models[EMPLOYEE]?.seq)).toBe(before)
})

test('it is gone although the connection is broken, gone at Merge, or its model is not synced any more', async () => {
  for (const trouble of ['refused', 'another model'] as const) {
    const { fake, id } = await withTombstones()
    const broken = { fetch: async () => Response.json({}, { status: 401 }) }
    const sync = { ...FULL.sync, omit: { [EMPLOYEE]: ['ssn'] }, models: trouble === 'another model' ? ['hris.Company'] : [EMPLOYEE] }
    await fake.work(DAY / 4, fake.another({ sync, ...(trouble === 'refused' ? broken : {}) }))
    expect(JSON.stringify(await fake.rows(id, EMPLOYEE)), trouble).not.toContain('ssn')
  }
})

test('what has twenty digits keeps them in a row that is rewritten', async () => {
  const records = `[${people(2, { ssn: '1' })
    .map((person) => `{"big":12345678901234567890,${JSON.stringify(person).slice(1)}`)
    .join()}]`
  const fake = fakeMerge(
    FULL,
    () => new Response(`{"next":null,"results":${records}}`, { headers: { 'content-type': 'application/json' } }),
  )
  const id = await fake.account('a')
  await fake.work()
  const offline = fake.another({
    sync: { ...FULL.sync, omit: { [EMPLOYEE]: ['ssn'] } },
    fetch: async () => Response.json({}, { status: 500 }),
  })
  await fake.work(DAY / 4, offline)
  for (const { data } of await fake.rows(id, EMPLOYEE)) {
    expect(data).toContain('"big":12345678901234567890')
    expect(data).not.toContain('ssn')
  }
})

test('where only versions are to be kept from now on, no row keeps its data', async () => {
  const { fake, id } = await withTombstones()
  const versions = fake.another({ sync: { ...FULL.sync, store: 'versions', sink: { write: async () => {} } } })
  await fake.work(DAY / 4, versions)
  const rows = await fake.rows(id, EMPLOYEE)
  expect(rows).toHaveLength(8)
  expect(new Set(rows.map(({ data }) => data))).toEqual(new Set(['null']))
  expect(rows.filter(({ op }) => op === 'delete')).toHaveLength(4)
})

test('a process that dies in the middle is gone on from, and a field that comes back is read again', async () => {
  const { fake, id } = await withTombstones()
  let commits = 0
  const dying = fake.another({
    sync: { ...FULL.sync, omit: { [EMPLOYEE]: ['ssn'] } },
    storage: {
      ...fake.storage,
      commit: async (page) => {
        if (page.model === EMPLOYEE && ++commits > 0) throw new Error('killed')
        return fake.storage.commit(page)
      },
    },
  })
  await fake.work(DAY / 4, dying)
  expect(JSON.stringify(await fake.rows(id, EMPLOYEE))).toContain('ssn')
  const later = fake.another({ sync: { ...FULL.sync, omit: { [EMPLOYEE]: ['ssn'] } } })
  await fake.work(DAY / 4, later)
  expect(JSON.stringify(await fake.rows(id, EMPLOYEE))).not.toContain('ssn')
  for (let run = 0; run < 4; run++) await fake.work(DAY / 4)
  const living = (await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'upsert')
  expect(living).toHaveLength(4)
  expect(living.every(({ data }) => data.includes('"ssn"'))).toBe(true)
})
