import 'ky'
import { expect, test } from 'vitest'
import type { Call } from '../../src/merge/call.ts'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { createTransport } from '../../src/merge/transport.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { setup } from '../support/setup.ts'
import { STEPS } from '../support/steps.ts'
import { virtualTime } from '../support/virtual-time.ts'

const CALL: Call = { method: 'GET', template: '/hris/v1/employees', accountToken: new Secret('the-account-token') }
const OPEN = { category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }

/** A transport whose error budget never waits and whose breaker never opens. */
function transport(answer: (time: ReturnType<typeof virtualTime>, attempt: number) => Response | Promise<Response>) {
  const time = virtualTime()
  let attempts = 0
  const send = createTransport({
    apiBase: new URL('https://merge.test/api'),
    apiKey: new Secret('the-api-key'),
    clock: time.clock,
    sleep: time.sleep,
    random: () => 0.5,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    breaker: { check() {}, enter: () => () => {} },
    budget: { pass: async () => {}, failed() {}, spared() {} },
    fetch: async () => answer(time, ++attempts),
  })
  return { time, attempts: () => attempts, send: () => time.run(send(CALL)) }
}

test.each(STEPS)('a clock that steps by %s: who is over the error budget waits until the failures are ten seconds old', async (_, ms) => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  for (let call = 0; call < 12; call++) {
    await time.run(budget.pass('link'))
    budget.failed('link')
  }
  time.clock.advance(4_000)
  time.clock.step(ms)
  expect(budget.failures()).toBe(12)
  await time.run(budget.pass('link'))
  expect(time.clock.monotonic()).toBe(10_000)
  expect(budget.failures()).toBe(0)
})

test.each(STEPS)('a clock that steps by %s while a call waits for the error budget changes nothing for it', async (_, ms) => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  for (let call = 0; call < 12; call++) {
    await time.run(budget.pass('link'))
    if (call < 11) budget.failed('link')
  }
  time.sleep(5_000).then(() => {
    time.clock.step(ms)
    // The last one ends, and who waits looks again.
    budget.failed('link')
  })
  await time.run(budget.pass('link'))
  expect(time.clock.monotonic()).toBe(10_000)
})

test.each(STEPS)('a clock that steps by %s: health says until when Merge is left alone, by the clock as it is set now', async (_, ms) => {
  const world = setup()
  world.sandbox.fault({ kind: 'status', status: 503, path: '/link-token', count: Number.POSITIVE_INFINITY })
  for (let click = 0; click < 8; click++) await world.run(world.acme.createLinkToken(OPEN).catch(() => {}))
  world.time.clock.step(ms)
  const { merge } = await world.run(world.integrations.health())
  const restsFor = Date.parse(merge.restingUntil ?? '') - world.time.clock.now()
  expect(restsFor).toBeGreaterThan(0)
  expect(restsFor).toBeLessThanOrEqual(30_000)
  world.time.clock.advance(restsFor)
  const asked = world.requests.length
  await world.run(world.acme.createLinkToken(OPEN).catch(() => {}))
  expect(world.requests.length).toBeGreaterThan(asked)
})

test.each(STEPS)('a clock that steps by %s: the date in Retry-After is compared with Merge’s own, not with ours', async (_, ms) => {
  const headers = { 'retry-after': 'Mon, 05 Jan 2026 09:00:42 GMT', date: 'Mon, 05 Jan 2026 09:00:12 GMT' }
  const { time, send } = transport(() => new Response('{}', { status: 429, headers }))
  time.clock.step(ms)
  await expect(send()).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED', retryAfterMs: 30_000 })
})

test.each(STEPS)('a clock that steps by %s during an answer neither shortens nor lengthens the minute that a call has', async (_, ms) => {
  const { time, attempts, send } = transport(async ({ sleep }, attempt) => {
    await sleep(19_500)
    if (attempt === 2) time.clock.step(ms)
    return new Response('', { status: 503 })
  })
  await expect(send()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  // With two short waits between them, three leave too little for a fourth.
  expect(attempts()).toBe(3)
  expect(time.clock.monotonic()).toBe(59_100)
})
