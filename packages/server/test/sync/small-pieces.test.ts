import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const DAY = 86_400_000

type Fake = ReturnType<typeof fakeMerge>

/** What a cron job does: a tick in a process of its own, `times` in a row and `every` milliseconds apart. */
async function cron(fake: Fake, times: number, every: number, budgetMs: number): Promise<{ runs: number; pages: number; records: number }> {
  const sum = { runs: 0, pages: 0, records: 0 }
  for (let tick = 0; tick < times; tick++) {
    fake.time.clock.advance(every)
    const report = await fake.time.run(fake.another().tick({ budgetMs }))
    for (const name of ['runs', 'pages', 'records'] as const) sum[name] += report[name] ?? 0
  }
  return sum
}

async function infoOf(fake: Fake, id: string) {
  const handle = await fake.integrations.forOrganization(`org_${id}`).account(id)
  if (handle === null) throw new Error('There is no such account.')
  return handle.info
}

test('6,000 records are read to their end by a tick of 20 seconds once a day', async () => {
  const fake = fakeMerge({}, ({ query }) => paged(people(6_000), query), { latency: () => 300 })
  const id = await fake.account('a')
  const moved = await cron(fake, 4, DAY + 60_000, 20_000)
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(6_000)
  expect((await infoOf(fake, id)).sync).toMatchObject({ readiness: 'complete', records: 6_000 })
  expect(fake.asked.filter((request) => !request.includes('cursor') && !request.includes('modified_after'))).toHaveLength(1)
  expect(moved.records).toBeGreaterThanOrEqual(6_000)
})

test('a full sync of as many, week after week, finds what vanished', async () => {
  let records = people(6_000)
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], massDeletion: false } }, ({ query }) => paged(records, query), {
    latency: () => 300,
  })
  const id = await fake.account('a')
  await cron(fake, 4, DAY + 60_000, 20_000)
  records = records.slice(1)
  await cron(fake, 35, DAY + 60_000, 20_000)
  expect((await fake.rows(id, EMPLOYEE)).filter(({ op }) => op === 'delete').map(({ id }) => id)).toEqual(['p00000'])
})

test('a Merge that takes seven seconds for each answer is read by ticks of 20 seconds', async () => {
  const fake = fakeMerge({}, ({ query }) => paged(people(20), query), { latency: () => 7_000 })
  const id = await fake.account('a')
  await cron(fake, 3, 60_000, 20_000)
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(20)
  expect((await infoOf(fake, id)).sync.readiness).toBe('complete')
})

test.each([1_000, 2_000, 5_000])('3,000 records come with a budget of %i ms, and each tick says what it moved', async (budgetMs) => {
  const fake = fakeMerge({}, ({ query }) => paged(people(3_000), query), { latency: () => 200 })
  const id = await fake.account('a')
  const moved = await cron(fake, 60, 60_000, budgetMs)
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(3_000)
  expect(moved).toMatchObject({ records: expect.any(Number), pages: expect.any(Number) })
  expect(moved.records).toBeGreaterThanOrEqual(3_000)
  expect(moved.pages).toBeGreaterThanOrEqual(30)
})

test.each([0, 1, 999, -5, Number.NaN, Number.POSITIVE_INFINITY, '5000' as never])(
  'a budget of %s is refused, with the smallest that works',
  async (budgetMs) => {
    const fake = fakeMerge({}, ({ query }) => paged(people(3), query))
    await expect(fake.integrations.tick({ budgetMs })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('1000'),
    })
  },
)

test('a page that is under way at the end of the budget is stored, if it comes within ten seconds', async () => {
  for (const [latency, stored] of [
    [25_000, 20],
    [31_000, 0],
  ] as const) {
    const fake = fakeMerge({}, ({ query }) => paged(people(20), query), { latency: (path) => (path === 'employees' ? latency : 10) })
    const id = await fake.account('a')
    const before = fake.time.clock.now()
    await fake.time.run(fake.integrations.tick({ budgetMs: 20_000 }))
    expect(await fake.rows(id, EMPLOYEE), `${latency} ms`).toHaveLength(stored)
    expect(fake.time.clock.now() - before).toBeLessThanOrEqual(30_100)
  }
})

test('an account of which three ticks in a row got no answer says that Merge is too slow, and heals by itself', async () => {
  let latency = 40_000
  const fake = fakeMerge({}, ({ query }) => paged(people(20), query), { latency: () => latency })
  const id = await fake.account('a')
  const told: string[] = []
  const tick = async () => {
    fake.time.clock.advance(3_600_000)
    const process = fake.another()
    process.on('sync.problem', ({ code }) => void told.push(code))
    await fake.time.run(process.tick({ budgetMs: 5_000 }))
  }
  for (let run = 0; run < 2; run++) await tick()
  expect(told).toEqual([])
  for (let run = 0; run < 3; run++) await tick()
  expect(told).toEqual(['SYNC_TOO_SLOW'])
  expect((await infoOf(fake, id)).sync.models[EMPLOYEE]).toMatchObject({ state: 'waiting', problem: 'SYNC_TOO_SLOW' })
  latency = 100
  await tick()
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(20)
  expect((await infoOf(fake, id)).sync).toMatchObject({ readiness: 'complete', models: { [EMPLOYEE]: { problem: null } } })
})

test('what Merge said of the account is asked again once a page came of it and minutes have passed, or something was asked for', async () => {
  const asked: string[] = []
  const other = (_: Request, path: string) => {
    if (path === 'account-details' || path === 'sync-status') asked.push(path)
    return undefined
  }
  const fake = fakeMerge({}, ({ query }) => paged(people(1_000), query), { latency: () => 900, other })
  const id = await fake.account('a')
  await cron(fake, 1, 60_000, 3_000)
  expect(asked).toEqual(['account-details', 'sync-status'])
  await cron(fake, 1, 60_000, 3_000)
  expect(asked).toHaveLength(2)
  await fake.storage.schedule(id, 0)
  await cron(fake, 1, 10_000, 3_000)
  expect(asked).toHaveLength(4)
  await cron(fake, 1, 6 * 60_000, 3_000)
  expect(asked).toHaveLength(6)
})

test('one answer that trickles ends within the minute of its run, and its lease is kept meanwhile', async () => {
  let slow = true
  const fake = fakeMerge({ sync: { models: [EMPLOYEE, 'hris.Company'] } }, ({ path, query }) => {
    if (path !== 'employees' || !slow) return paged(people(20), query)
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await fake.time.sleep(500)
        controller.enqueue(new Uint8Array([32]))
      },
    })
    return new Response(body)
  })
  const id = await fake.account('a')
  const handle = await fake.integrations.forOrganization('org_a').account(id)
  const before = fake.time.clock.now()
  await fake.time.run(Promise.resolve(handle?.syncNow()))
  expect(fake.time.clock.now() - before).toBeLessThanOrEqual(60_500)
  expect(await fake.rows(id, 'hris.Company')).toHaveLength(20)
  expect((await fake.storage.stats()).leased).toBe(0)
  slow = false
  await fake.work(3_600_000)
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(20)
})

test('a lease is renewed for as long as a sink takes, so that no other worker takes the account', async () => {
  const fences: number[] = []
  const sink = { write: () => fake.time.sleep(200_000) }
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sink } }, ({ query }) => paged(people(20), query), {
    wrap: (storage) => ({
      ...storage,
      async claim(query) {
        const claims = await storage.claim(query)
        fences.push(...claims.map(({ fence }) => fence))
        return claims
      },
    }),
  })
  const id = await fake.account('a')
  const stop = new AbortController()
  const first = fake.integrations.tick({ budgetMs: 10_000 }).then(() => stop.abort())
  await fake.time.run(Promise.all([first, fake.another().run({ signal: stop.signal })]))
  expect(fences).toEqual([1])
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(20)
})
