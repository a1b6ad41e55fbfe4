import { expect, test } from 'vitest'
import { createGovernor } from '../../src/sync/governor.ts'
import { virtualTime } from '../support/virtual-time.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const MODELS = ['hris.Employee', 'hris.Company', 'hris.TimeOff', 'hris.Team'] as const
const MINUTE = 60_000

/** Counts a rolling minute, as Merge does, and answers 429 beyond it. */
function limited(perMinute: number, latencyMs: number, records: number) {
  const moments: number[] = []
  const all = people(records)
  let refused = 0
  const enter = (): Response | undefined => {
    const now = fake.time.clock.now()
    if (moments.filter((at) => at > now - MINUTE).length >= perMinute) {
      refused++
      return new Response('{}', { status: 429 })
    }
    moments.push(now)
    return undefined
  }
  const fake = fakeMerge(
    {
      merge: { apiKey: 'key', baseUrl: 'https://merge.test/api', plan: perMinute === 600 ? 'enterprise' : 'launch' },
      sync: { models: MODELS },
    },
    async ({ query }) => {
      const refusal = enter()
      if (refusal) return refusal
      await fake.time.sleep(latencyMs)
      return paged(all, query, 1)
    },
    { other: (_, path) => (['account-details', 'sync-status'].includes(path) ? enter() : undefined) },
  )
  return { fake, moments, refused: () => refused }
}

test('four models at 300 ms use 95 % of 600 requests a minute for ten minutes, and never meet a 429', async () => {
  const { fake, moments, refused } = limited(600, 300, 10_000)
  await fake.account('a')
  const start = fake.time.clock.now()
  const stop = new AbortController()
  fake.time.sleep(10 * MINUTE).then(() => stop.abort())
  await fake.time.run(fake.integrations.run({ signal: stop.signal }))
  expect(fake.time.clock.now() - start).toBeLessThan(10 * MINUTE + 1_000)
  expect(refused()).toBe(0)
  expect(moments.length).toBeGreaterThanOrEqual(0.95 * 6_000)
})

test('looks that follow each other at once share one allowance', async () => {
  const { fake, refused, moments } = limited(100, 10, 3)
  await fake.account('a')
  const account = await fake.integrations.forOrganization('org_a').account('a')
  for (let look = 0; look < 40; look++) await fake.time.run(account?.syncNow() ?? Promise.reject(new Error('no account')))
  expect(moments.length).toBeGreaterThan(200)
  expect(refused()).toBe(0)
})

test('a pace that was halved stays so in the next look, and comes back by a twentieth a minute', async () => {
  const time = virtualTime()
  const gap = async (governor: ReturnType<typeof createGovernor>) => {
    await time.run(governor.turn())
    const before = time.clock.now()
    await time.run(governor.turn())
    return time.clock.now() - before
  }
  const first = createGovernor('launch', time.clock, time.sleep)
  const full = await gap(first)
  first.throttled()
  const second = createGovernor('launch', time.clock, time.sleep, first.pace())
  expect((await gap(second)) / full).toBeGreaterThan(1.9)
  time.clock.advance(5 * MINUTE)
  expect((await gap(second)) / full).toBeCloseTo(1 / 0.75, 1)
  time.clock.advance(5 * MINUTE)
  expect((await gap(second)) / full).toBeCloseTo(1, 1)
})

test('a pace from a clock that was ahead delays nothing', async () => {
  const time = virtualTime()
  const ahead = time.clock.now() + 3_600_000
  const governor = createGovernor('launch', time.clock, time.sleep, { share: 7, at: ahead, nextTurn: ahead })
  await time.run(governor.turn())
  expect(time.clock.monotonic()).toBe(0)
})

test('a wait of more than 20 seconds gives the lease back, and the next look comes when Merge wants it', async () => {
  let answers = 0
  const fake = fakeMerge({}, () =>
    ++answers === 1 ? new Response('{}', { status: 429, headers: { 'retry-after': '300' } }) : { results: people(2) },
  )
  const id = await fake.account('a')
  const before = fake.time.clock.now()
  await fake.work()
  expect(fake.time.clock.now() - before).toBeLessThan(20_000)
  expect((await fake.storage.stats()).leased).toBe(0)
  expect(((await fake.due(id)) ?? 0) - fake.time.clock.now()).toBe(300_000)
  await fake.work(299_000)
  expect(answers).toBe(1)
  await fake.work(2_000)
  expect(await fake.rows(id, 'hris.Employee')).toHaveLength(2)
})

test('a wait of up to 20 seconds is sat out', async () => {
  let answers = 0
  const fake = fakeMerge({}, () =>
    ++answers === 1 ? new Response('{}', { status: 429, headers: { 'retry-after': '20' } }) : { results: people(2) },
  )
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.rows(id, 'hris.Employee')).toHaveLength(2)
})
