import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { DAY, EMPLOYEE, HOUR, handle, live, since } from './support.ts'

type Records = Record<string, unknown>[]
const SYNC = { models: [EMPLOYEE], lookEvery: HOUR }

test('L1 no renewal lands after the release, whatever the moment of the abort', async () => {
  for (let at = 0; at < 15; at++) {
    let released = false
    const late: string[] = []
    let fake!: ReturnType<typeof fakeMerge>
    fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(people(20_000), query), {
      latency: () => 700,
      wrap: (storage) => ({
        ...storage,
        renew: async (...args) => {
          await fake.time.sleep(900)
          if (released) late.push('renew')
          return storage.renew(...args)
        },
        commit: async (page) => {
          await fake.time.sleep(50)
          const answer = await storage.commit(page)
          if (page.release) released = true
          return answer
        },
      }),
    })
    await fake.account('a')
    const stop = new AbortController()
    void fake.time.sleep(38_000 + at * 400).then(() => stop.abort())
    await fake.time.run(fake.integrations.tick({ budgetMs: 46_000, signal: stop.signal }))
    expect(late, String(at)).toEqual([])
  }
})

test('L2 two workers whose store steps forward in the middle: one reads to the end, and nothing is lost', async () => {
  const records: Records = people(2_000)
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(since(records, query), query), { latency: () => 1_000 })
  const id = await fake.account('a')
  const other = fake.another()
  void fake.time.sleep(5_000).then(() => fake.time.clock.step(365 * DAY))
  void fake.time.sleep(15_000).then(() => fake.time.clock.step(-365 * DAY))
  await fake.time.run(
    Promise.all([fake.integrations.tick({ budgetMs: 100_000 }), fake.time.sleep(6_000).then(() => other.tick({ budgetMs: 100_000 }))]),
  )
  for (let run = 0; run < 4; run++) await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(2_000)
  expect((await handle(fake, id)).info.sync.readiness).toBe('complete')
})

test('L3 syncNow of an account that takes minutes, while another worker ticks: one at a time, all is read', async () => {
  const records: Records = people(8_000)
  let at = 0
  let most = 0
  const fake = fakeMerge({ sync: SYNC }, async ({ query }) => {
    most = Math.max(most, ++at)
    await fake.time.sleep(1_000)
    at--
    return paged(since(records, query), query)
  })
  const id = await fake.account('a')
  const other = fake.another()
  const account = await handle(fake, id)
  const began = fake.time.clock.monotonic()
  let took = 0
  await fake.time.run(
    Promise.all([
      account.syncNow().then(() => {
        took = fake.time.clock.monotonic() - began
      }),
      fake.time.sleep(10).then(() => other.tick({ budgetMs: 300_000 })),
    ]),
  )
  for (let run = 0; run < 4; run++) await fake.work(HOUR)
  expect(took).toBeLessThanOrEqual(60_000)
  expect(most).toBe(1)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(8_000)
})
