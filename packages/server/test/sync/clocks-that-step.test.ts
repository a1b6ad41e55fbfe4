import { describe, expect, test } from 'vitest'
import { IntegrationError } from '../../src/index.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

type Fake = ReturnType<typeof fakeMerge>

/** A process whose wall clock is that far ahead; time passes in it as everywhere. */
function ahead(fake: Fake, ms: number, options: Parameters<Fake['another']>[0] = {}) {
  const { clock } = fake.time
  return fake.another({ ...options, clock: { now: () => clock.now() + ms, monotonic: clock.monotonic } })
}

describe('workers whose clocks are apart', () => {
  test.each([YEAR, -YEAR, DAY, -DAY])('a first sync run by a process %i ms ahead puts no full sync off', async (skew) => {
    let records = people(40)
    const sync = { models: [EMPLOYEE], lookEvery: 12 * HOUR }
    const fake = fakeMerge({ sync }, ({ query }) => paged(records, query))
    const id = await fake.account('a')
    await fake.work(0, ahead(fake, skew))
    records = records.slice(1).map((record, place) => (place === 0 ? { ...record, relation: 'changed without a new modified_at' } : record))
    for (let run = 0; run < 84; run++) await fake.work(12 * HOUR)
    const rows = await fake.rows(id, EMPLOYEE)
    expect(rows.find(({ id }) => id === 'p00000')?.op).toBe('delete')
    expect(rows.find(({ id }) => id === 'p00001')?.data).toContain('changed without')
    // A full sync a week, and not one at each run.
    const fullSyncs = fake.asked.filter((request) => !request.includes('modified_after')).length
    expect(fullSyncs).toBeGreaterThanOrEqual(6)
    expect(fullSyncs).toBeLessThanOrEqual(9)
  })

  test.each([5 * MINUTE, -5 * MINUTE, YEAR, -YEAR])(
    'confirmDeletions() counts, although the worker that held them is %i ms ahead',
    async (skew) => {
      const records = people(120)
      const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: HOUR } }, ({ query }) => paged(records, query))
      const id = await fake.account('a')
      await fake.work()
      for (const record of records.slice(0, 100))
        Object.assign(record, { remote_was_deleted: true, modified_at: new Date(fake.time.clock.now()).toISOString() })
      await fake.work(HOUR, ahead(fake, skew))
      expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
      fake.time.clock.advance(MINUTE)
      const handle = await fake.integrations.forOrganization('org_a').account(id)
      await handle?.confirmDeletions(EMPLOYEE)
      for (let run = 0; run < 3; run++) await fake.work(HOUR)
      expect(await fake.problem(id, EMPLOYEE)).toBe(null)
      expect((await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'delete')).toHaveLength(100)
    },
  )

  test('a record that is left out is not deleted, whichever workers carry on the full sync that left it out', async () => {
    const records = people(250)
    let refuses = false
    const sync = { models: [EMPLOYEE], lookEvery: HOUR, sweepEvery: DAY, massDeletion: false as const }
    const fake = fakeMerge({ sync }, ({ query }) => paged(records, query), {
      wrap: (storage) => ({
        ...storage,
        async commit(page) {
          if (refuses && page.records.some(({ id }) => id === 'p00150'))
            throw new IntegrationError('STORE_CONFLICT', 'refused', { retryable: false })
          return storage.commit(page)
        },
      }),
    })
    const id = await fake.account('a')
    await fake.work()
    Object.assign(records[150] as object, { name: 'new', modified_at: new Date(fake.time.clock.now()).toISOString() })
    refuses = true
    for (let fullSync = 0; fullSync < 4; fullSync++) {
      // The first page by a worker that is five minutes ahead and then dies, the rest by others.
      let pages = 0
      const dying = ahead(fake, 5 * MINUTE, {
        storage: {
          ...fake.storage,
          async commit(page) {
            if (page.model === EMPLOYEE && pages++ > 0) throw new Error('killed')
            return fake.storage.commit(page)
          },
        },
      })
      fake.time.clock.advance(DAY)
      await fake.time.run(dying.tick({ budgetMs: 60_000 }))
      for (let run = 0; run < 3; run++) await fake.work(3 * MINUTE)
    }
    expect((await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'delete')).toEqual([])
    refuses = false
    for (let run = 0; run < 60; run++) await fake.work(HOUR)
    expect((await fake.rows(id, EMPLOYEE)).find(({ id }) => id === 'p00150')?.data).toContain('new')
  })
})

describe('a clock that steps', () => {
  const STEPS = [-YEAR, -6 * HOUR, -10 * MINUTE, -2_000, 2_000, 10 * MINUTE, 6 * HOUR, YEAR]

  test.each(STEPS)('by %i ms in the middle of a pass, in the process and its store, keeps no account waiting', async (step) => {
    const stop = new AbortController()
    const sync = { models: [EMPLOYEE], lookEvery: 15 * MINUTE }
    const fake = fakeMerge({ sync }, ({ query }) => paged(people(3_000), query), { latency: () => 200 })
    const ids = await Promise.all([...'abcdefgh'].map((name) => fake.account(name)))
    const began = fake.time.clock.monotonic()
    fake.time.sleep(8_000).then(() => fake.time.clock.step(step))
    const looked = new Map<string, number>()
    fake.integrations.on('sync.looked', ({ accountId }) => looked.set(accountId, fake.time.clock.monotonic() - began))
    fake.time.sleep(6 * MINUTE).then(() => stop.abort())
    await fake.time.run(fake.integrations.run({ signal: stop.signal, concurrency: 4 }))
    for (const id of ids) expect(await fake.rows(id, EMPLOYEE), id).toHaveLength(3_000)
    expect(looked.size).toBe(8)
    // And the next run of each comes when it is due, not hours later.
    const again = new AbortController()
    looked.clear()
    fake.time.sleep(32 * MINUTE).then(() => again.abort())
    await fake.time.run(fake.integrations.run({ signal: again.signal, concurrency: 4 }))
    expect([...looked.keys()].sort()).toEqual([...ids].sort())
  })

  test.each(STEPS)('by %i ms between two runs keeps nobody waiting for the next', async (step) => {
    const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: 15 * MINUTE } }, ({ query }) => paged(people(10), query))
    const id = await fake.account('a')
    await fake.work()
    let looks = 0
    fake.integrations.on('sync.looked', () => void looks++)
    fake.time.clock.step(step)
    for (let minute = 0; minute < 16; minute++) await fake.work(MINUTE)
    expect(looks).toBeGreaterThanOrEqual(1)
    looks = 0
    for (let quarter = 0; quarter < 8; quarter++) await fake.work(15 * MINUTE)
    // At its usual pace again, neither more seldom nor all the time.
    expect(looks).toBe(8)
    expect(await fake.rows(id, EMPLOYEE)).toHaveLength(10)
  })

  test.each(STEPS)('by %i ms puts no full sync off, and makes none of every run', async (step) => {
    let records = people(40)
    const sync = { models: [EMPLOYEE], lookEvery: 12 * HOUR, massDeletion: false as const }
    const fake = fakeMerge({ sync }, ({ query }) => paged(records, query))
    const id = await fake.account('a')
    await fake.work()
    fake.time.clock.step(step)
    records = records.slice(1)
    const before = fake.asked.length
    for (let run = 0; run < 32; run++) await fake.work(12 * HOUR)
    expect((await fake.rows(id, EMPLOYEE)).find(({ id }) => id === 'p00000')?.op).toBe('delete')
    const fullSyncs = fake.asked.slice(before).filter((request) => !request.includes('modified_after')).length
    expect(fullSyncs).toBeLessThanOrEqual(4)
  })

  test.each([-YEAR, -6 * HOUR, 6 * HOUR, YEAR])(
    'by %i ms while a worker lies dead keeps its account from nobody for longer than the lease',
    async (step) => {
      let dead = true
      const fake = fakeMerge({ sync: { models: [EMPLOYEE] } }, ({ query }) => paged(people(10), query), {
        wrap: (storage) => ({
          ...storage,
          // A dead worker gives nothing back and renews nothing.
          commit: (page) => (dead ? new Promise<never>(() => {}) : storage.commit(page)),
          renew: (...lease) => (dead ? Promise.resolve(true) : storage.renew(...lease)),
        }),
      })
      const id = await fake.account('a')
      void fake.integrations.tick({ budgetMs: 1_000 }).catch(() => {})
      await fake.time.run(fake.time.sleep(5_000))
      fake.time.clock.step(step)
      dead = false
      await fake.work(2 * MINUTE + 1_000, fake.another())
      expect(await fake.rows(id, EMPLOYEE)).toHaveLength(10)
    },
  )
})
