import { afterEach, expect, test } from 'vitest'
import { ErrorCode, IntegrationError } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
process.on('unhandledRejection', note)
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  expect(unhandled.splice(0)).toEqual([])
})

/** A list of that many pages, and a store that takes its time; tells what happens in which order. */
function slow(pages: number, storeMs: number, more: { commit?: (place: number) => Promise<'fenced' | undefined>; listMs?: number } = {}) {
  const order: string[] = []
  const aborted: string[] = []
  let [served, stored, most] = [0, 0, 0]
  const records = people(pages * 100)
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    async commit(page) {
      if (page.records.length === 0) return storage.commit(page)
      const place = Number(page.records[0]?.id.slice(1)) / 100
      order.push(`store ${place}`)
      await fake.time.sleep(storeMs)
      const answer = await more.commit?.(place)
      if (answer) return answer
      order.push(`stored ${place}`)
      stored++
      return storage.commit(page)
    },
  })
  const fake = fakeMerge(
    { sync: { models: [EMPLOYEE] } },
    async ({ query, signal }) => {
      const place = Number(query.get('cursor') ?? 0) / 100
      order.push(`ask ${place}`)
      signal.addEventListener('abort', () => aborted.push(`page ${place}`))
      most = Math.max(most, ++served - stored)
      await fake.time.sleep(more.listMs ?? 100)
      return paged(records, query)
    },
    { wrap },
  )
  return { fake, order, aborted, most: () => most }
}

test('the next page is asked for while this one is being stored, and never the one after it', async () => {
  const { fake, order, most } = slow(5, 3_000)
  await fake.account('a')
  await fake.work()
  for (let place = 0; place < 4; place++) {
    expect(order.indexOf(`ask ${place + 1}`)).toBeLessThan(order.indexOf(`stored ${place}`))
    if (place > 0) expect(order.indexOf(`ask ${place + 1}`)).toBeGreaterThan(order.indexOf(`stored ${place - 1}`))
  }
  expect(order.filter((step) => step.startsWith('stored'))).toEqual([0, 1, 2, 3, 4].map((place) => `stored ${place}`))
  expect(most()).toBeLessThanOrEqual(2)
})

test.each<[string, () => Promise<'fenced' | undefined>]>([
  ['fails', () => Promise.reject(new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'down'))],
  ['is fenced', () => Promise.resolve('fenced')],
])('when a commit %s, the page that is on its way is given up', async (_, commit) => {
  let once = true
  const { fake, order, aborted } = slow(4, 3_000, {
    listMs: 9_000,
    commit: async (place) => {
      if (place !== 1 || !once) return undefined
      once = false
      return commit()
    },
  })
  const id = await fake.account('a')
  await fake.work()
  expect(order).not.toContain('store 2')
  expect(aborted).toContain('page 2')
  await fake.work(200_000)
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(400)
})

test('at the end of a slice no further page is asked for, and the next look goes on there', async () => {
  const { fake, order } = slow(10, 9_000)
  const id = await fake.account('a')
  const [claim] = [fake.time.clock.now()]
  const handle = await fake.integrations.forOrganization('org_a').account(id)
  if (handle) await fake.time.run(handle.syncNow())
  expect(fake.time.clock.now() - claim).toBeLessThanOrEqual(60_000)
  // What was asked for in time is stored in the background.
  await fake.time.run(fake.time.sleep(30_000))
  const asked = order.filter((step) => step.startsWith('ask')).length
  expect(order.filter((step) => step.startsWith('stored'))).toHaveLength(asked)
  expect(asked).toBeLessThan(10)
  await fake.work()
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(1_000)
  expect(order.filter((step) => step.startsWith('ask'))).toHaveLength(10)
})

test('an abort in the middle of a prefetch stores the page at hand, and gives the lease back', async () => {
  const stop = new AbortController()
  const { fake, order } = slow(4, 1_000, { listMs: 5_000 })
  const id = await fake.account('a')
  fake.time.sleep(7_500).then(() => stop.abort())
  await fake.time.run(fake.integrations.tick({ budgetMs: 600_000, signal: stop.signal }))
  expect(order.filter((step) => step.startsWith('stored'))).toEqual(['stored 0'])
  expect((await fake.storage.stats()).leased).toBe(0)
  await fake.work()
  expect(order.filter((step) => step === 'ask 0')).toHaveLength(1)
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(400)
})
