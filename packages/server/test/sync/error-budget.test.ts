import { expect, test } from 'vitest'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { virtualTime } from '../support/virtual-time.ts'
import { fakeMerge } from './fake-merge.ts'

/** The most of these moments that lie in any ten seconds. */
const most = (moments: number[]) => Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at < from + 10_000).length))

/** Polls accounts that all answer with this status, 50 at once, for a few minutes. */
async function pollDead(status: number, processes = 1) {
  const failures: number[] = []
  const stop = new AbortController()
  const fake = fakeMerge({ merge: { apiKey: 'key', baseUrl: 'https://merge.test/api', processes } }, () => ({ results: [] }), {
    other: (_, path) => {
      if (path === 'linked-accounts') return Response.json({ next: null, results: [{ id: 'not this one' }] })
      failures.push(fake.time.clock.now())
      return new Response('{}', { status })
    },
  })
  for (let account = 0; account < 50; account++) await fake.account(`dead${account}`)
  const done = fake.integrations.run({ signal: stop.signal, concurrency: 50 })
  fake.time.sleep(90_000).then(() => stop.abort())
  await fake.time.run(done)
  return failures
}

test.each([401, 403, 404, 500, 503])(
  '50 dead accounts (%i), polled at once, never cause more than 8 failed answers in ten seconds',
  async (status) => {
    const failures = await pollDead(status)
    // Of what looks like an outage the circuit breaker spares Merge the rest.
    expect(failures.length).toBeGreaterThan(status < 500 ? 40 : 20)
    expect(most(failures)).toBeLessThanOrEqual(8)
  },
)

test('with four processes at one address each risks a quarter', async () => {
  expect(most(await pollDead(401, 4))).toBe(2)
})

test('a list that fails for every model of every account stays within it too', async () => {
  const failures: number[] = []
  const models = ['hris.Employee', 'hris.Company', 'hris.TimeOff', 'hris.Team', 'hris.Group', 'hris.Location'] as const
  const stop = new AbortController()
  const fake = fakeMerge({ sync: { models } }, () => {
    failures.push(fake.time.clock.now())
    return new Response('{}', { status: 403 })
  })
  for (let account = 0; account < 20; account++) await fake.account(`forbidden${account}`)
  fake.time.sleep(120_000).then(() => stop.abort())
  await fake.time.run(fake.integrations.run({ signal: stop.signal, concurrency: 20 }))
  expect(failures.length).toBeGreaterThan(60)
  expect(most(failures)).toBeLessThanOrEqual(8)
})

test('429 is no failure: nobody waits for it', async () => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  const before = time.clock.now()
  for (let call = 0; call < 100; call++) {
    await time.run(budget.pass('sync'))
    budget.spared('sync')
  }
  expect(time.clock.now()).toBe(before)
})

test('a call that is under way counts until it has been answered, and makes room at once', async () => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  for (let call = 0; call < 8; call++) await time.run(budget.pass('sync'))
  let passed = false
  const ninth = budget.pass('sync').then(() => {
    passed = true
  })
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  expect(passed).toBe(false)
  await time.run(budget.pass('proven'))
  const before = time.clock.now()
  budget.spared('sync')
  await time.run(ninth)
  expect(time.clock.now()).toBe(before)
})

test('what fails on the second page and after is syncing too', async () => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  for (let call = 0; call < 8; call++) {
    await time.run(budget.pass('proven'))
    budget.failed('proven')
  }
  const before = time.clock.now()
  await time.run(budget.pass('link'))
  expect(time.clock.now()).toBe(before)
  await time.run(Promise.race([budget.pass('sync'), budget.pass('proven')]))
  expect(time.clock.now() - before).toBe(10_000)
})

test('who waits can be aborted, and is not counted then', async () => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 4)
  for (let call = 0; call < 2; call++) {
    await time.run(budget.pass('sync'))
    budget.failed('sync')
  }
  const stop = new AbortController()
  const waiting = budget.pass('sync', stop.signal)
  stop.abort(new Error('enough'))
  await expect(time.run(waiting)).rejects.toThrow('enough')
  time.clock.advance(10_000)
  const before = time.clock.now()
  for (let call = 0; call < 2; call++) await time.run(budget.pass('sync'))
  expect(time.clock.now()).toBe(before)
})
