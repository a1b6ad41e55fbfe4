import 'ky'
import { expect, test } from 'vitest'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { createGateway } from '../../src/merge/gateway.ts'
import { createTransport, type TransportOptions } from '../../src/merge/transport.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { virtualTime } from '../support/virtual-time.ts'
import { fakeMerge, people } from './fake-merge.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The gateway over a network that answers like this, with an error budget that never waits and a breaker that never opens unless told. */
function merge(answer: (request: Request) => Response | Promise<Response>, more: Partial<TransportOptions> = {}) {
  const time = virtualTime()
  let calls = 0
  const transport = createTransport({
    apiBase: new URL('https://merge.test/api'),
    apiKey: new Secret('key'),
    clock: time.clock,
    sleep: time.sleep,
    random: () => 0.5,
    logger,
    breaker: { check() {}, enter: () => () => {} },
    budget: { pass: async () => {}, failed() {}, spared() {} },
    fetch: async (input, init) => {
      calls++
      return answer(new Request(input, init))
    },
    ...more,
  })
  return { time, gateway: createGateway(transport, logger), calls: () => calls }
}

const token = new Secret('account')
const LINK = { originId: 'o', organizationName: 'Acme', userEmail: 'it@acme.test', category: 'hris' }
const refused = () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }))

test.each<[string, () => Response | Promise<Response>, number]>([
  ['a connection that is refused', refused, 4],
  ['half an answer', () => new Response('{"link_token": "x'), 4],
  ['503', () => new Response('', { status: 503 }), 4],
  ['524', () => new Response('', { status: 524 }), 4],
  ['429', () => new Response('', { status: 429 }), 4],
  ['400', () => new Response('{}', { status: 400 }), 1],
  ['402', () => new Response('{}', { status: 402 }), 1],
  ['413', () => new Response('{}', { status: 413 }), 1],
  ['451', () => new Response('{}', { status: 451 }), 1],
])('%s: reads, deletion and link tokens are tried %#, the exchange and a resync once', async (_, answer, attempts) => {
  const uses: [string, number, (gateway: ReturnType<typeof createGateway>) => Promise<unknown>][] = [
    ['read', attempts, (gateway) => gateway.accountDetails('hris', token)],
    ['delete', attempts, (gateway) => gateway.deleteAccount('hris', token)],
    ['link token', attempts, (gateway) => gateway.createLinkToken(LINK)],
    ['exchange', 1, (gateway) => gateway.exchangePublicToken(new Secret('public'), 'org')],
    ['resync', 1, (gateway) => gateway.resync('hris', token)],
  ]
  for (const [name, expected, use] of uses) {
    const { gateway, calls, time } = merge(answer)
    await time.run(use(gateway)).catch(() => {})
    // The answer is not read where all that counts is the status.
    if (answer === refused || !['delete', 'resync'].includes(name)) expect(calls(), name).toBe(expected)
    else expect(calls(), name).toBeLessThanOrEqual(expected)
  }
})

test('in an outage retries end for the whole process, and come back with good answers', async () => {
  let down = true
  const { gateway, calls, time } = merge(() => (down ? new Response('', { status: 503 }) : Response.json({ id: 'x' })))
  const ask = () => time.run(gateway.accountDetails('hris', token)).catch(() => {})
  for (let call = 0; call < 20; call++) await ask()
  const spent = calls()
  expect(spent).toBe(20 + 35)
  await ask()
  expect(calls() - spent).toBe(1)
  down = false
  for (let call = 0; call < 28; call++) await ask()
  down = true
  const before = calls()
  await ask()
  expect(calls() - before).toBe(1 + 2)
})

test('retries after 429 cost less: a hundred in a row', async () => {
  const { gateway, calls, time } = merge(() => new Response('', { status: 429, headers: { 'retry-after': '0' } }))
  for (let call = 0; call < 60; call++) await time.run(gateway.accountDetails('hris', token)).catch(() => {})
  expect(calls()).toBe(60 + 100)
})

test('while retries are spent work is scheduled anew, and succeeds later', async () => {
  let down = true
  const fake = fakeMerge({}, () => (down ? new Response('', { status: 500 }) : { results: people(3) }))
  for (const id of ['a', 'b', 'c']) await fake.account(id)
  for (let look = 0; look < 8; look++) await fake.work(3_600_000)
  down = false
  for (let look = 0; look < 2; look++) await fake.work(7 * 3_600_000)
  for (const id of ['a', 'b', 'c']) expect(await fake.rows(id, 'hris.Employee')).toHaveLength(3)
})

/** Aborts when the call has come to rest at that place; the call must end at once. */
const PLACES: [string, (stop: AbortController, time: ReturnType<typeof virtualTime>) => Parameters<typeof merge>][] = [
  ['its turn', () => [() => Response.json({ id: 'x' })]],
  [
    'the error budget',
    (_, time) => {
      const budget = createErrorBudget(time.clock, time.sleep, 100)
      budget.pass('sync').then(() => budget.failed('sync'))
      return [() => Response.json({ id: 'x' }), { budget }]
    },
  ],
  ['a retry', () => [() => new Response('', { status: 503, headers: { 'retry-after': '19' } })]],
  ['the headers', () => [(request) => untilAborted(request)]],
  ['the body', () => [() => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([123])) }))]],
]

test.each(PLACES)('an abort ends the wait for %s at once', async (name, prepare) => {
  const stop = new AbortController()
  const time = virtualTime()
  const [answer, more] = prepare(stop, time)
  const { gateway } = merge(answer, { ...more, clock: time.clock, sleep: time.sleep })
  const turn = name === 'its turn' ? () => time.sleep(3_600_000, { signal: stop.signal }) : undefined
  const before = time.clock.now()
  time.sleep(1_000).then(() => stop.abort())
  const asked = gateway.accountDetails('hris', token, { lane: 'sync', signal: stop.signal, ...(turn ? { turn } : {}) })
  await expect(time.run(asked)).rejects.toThrow()
  expect(time.clock.now() - before).toBe(1_000)
})

function untilAborted(request: Request): Promise<Response> {
  return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true }))
}
