import { expect, test } from 'vitest'
import { createRateLimit } from '../../src/http/rate-limit.ts'
import { steady } from '../../src/system.ts'
import { type Door, door } from '../support/http.ts'
import { setup, type World } from '../support/setup.ts'

const identities = (world: World) =>
  door(world, {
    authenticate: (request) => ({
      organization: { id: request.headers.get('x-test-organization') ?? 'org_acme', name: 'Acme' },
      user: { id: request.headers.get('x-test-user') ?? 'user_1', email: 'a@b.test' },
    }),
  })

async function until429(call: Door['call'], path: string, body: unknown, headers: Record<string, string> = {}): Promise<number> {
  for (let made = 0; made < 50; made++) if ((await call('POST', path, { body, headers })).status === 429) return made
  return Number.POSITIVE_INFINITY
}

const LINK = ['/link-token', { category: 'hris' }] as const
const EXCHANGE = ['/exchange', { publicToken: 'a-token-that-looks-real' }] as const

test('a user gets ten link tokens a minute, and is told when to come again', async () => {
  const world = setup()
  const { call } = identities(world)
  expect(await until429(call, ...LINK)).toBe(10)
  const answer = await call('POST', LINK[0], { body: LINK[1] })
  expect(answer).toMatchObject({ status: 429, json: { error: { code: 'rate_limited', retryable: true } } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  expect(await until429(call, ...LINK, { 'x-test-user': 'user_2' })).toBe(10)
  world.time.clock.advance(60_000)
  expect(await until429(call, ...LINK)).toBe(10)
})

test('a relink counts as a link token', async () => {
  const world = setup()
  const id = await world.connect()
  const { call } = identities(world)
  expect(await until429(call, `/accounts/${id}/relink`, {})).toBe(10)
  expect((await call('POST', LINK[0], { body: LINK[1] })).status).toBe(429)
})

test('a user gets five exchanges a minute and an organization ten, another organization its own', async () => {
  const world = setup()
  const { call } = identities(world)
  expect(await until429(call, ...EXCHANGE)).toBe(5)
  expect(await until429(call, ...EXCHANGE, { 'x-test-user': 'user_2' })).toBe(5)
  expect(await until429(call, ...EXCHANGE, { 'x-test-user': 'user_3' })).toBe(0)
  expect(await until429(call, ...EXCHANGE, { 'x-test-user': 'user_3', 'x-test-organization': 'org_other' })).toBe(5)
})

test('guessing public tokens cannot get this address blocked at Merge', async () => {
  const world = setup({}, { sandbox: { addressBlock: {} } })
  const { call } = identities(world)
  await call('POST', LINK[0], { body: LINK[1] })
  for (let guess = 0; guess < 200; guess++)
    await call('POST', '/exchange', {
      body: { publicToken: `guess-number-${guess}-or-so` },
      headers: { 'x-test-user': `user_${guess % 9}` },
    })
  expect(world.requests.filter((request) => request.includes('/account-token/')).length).toBeLessThanOrEqual(20)
  expect((await call('POST', LINK[0], { body: LINK[1] })).status).toBe(200)
})

test('the limits forget old keys instead of growing', () => {
  const limit = createRateLimit(1, steady({ now: () => 0 }))
  for (let key = 0; key < 10_001; key++) limit.take(String(key))
  expect(() => limit.take('0')).not.toThrow()
  expect(() => limit.take('10000')).toThrow()
})
