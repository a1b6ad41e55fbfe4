import 'ky'
import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/merge/call.ts'
import { createCircuitBreaker, resting } from '../../src/merge/circuit-breaker.ts'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { createTransport, type TransportOptions } from '../../src/merge/transport.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { Sleep } from '../../src/system.ts'
import { virtualTime } from '../support/virtual-time.ts'

const CALL: Call = { method: 'GET', template: '/hris/v1/employees', accountToken: new Secret('the-account-token') }

function transport(answer: (request: Request, attempt: number) => Promise<Response> | Response, more: Partial<TransportOptions> = {}) {
  const time = virtualTime()
  const waits: number[] = []
  const seen: Request[] = []
  const debug = (_: string, fields?: Record<string, unknown>) => void waits.push(fields?.waitMs as number)
  const logger = { debug, info() {}, warn() {}, error() {} }
  const send = createTransport({
    apiBase: new URL('https://merge.test/api'),
    apiKey: new Secret('the-api-key'),
    clock: time.clock,
    sleep: time.sleep,
    random: () => 0.5,
    logger,
    breaker: createCircuitBreaker({ clock: time.clock, random: () => 0.5, logger }),
    budget: createErrorBudget(time.clock, time.sleep, 1),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      seen.push(request)
      return answer(request, seen.length)
    },
    ...more,
  })
  return { time, waits, seen, send: (call: Call = CALL) => time.run(send(call)) }
}

const failing =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response('{"detail":"no"}', { status, headers })

test('a call carries the key, the token and what was asked, and gives the parsed answer with Merge’s time', async () => {
  const { send, seen } = transport(() => Response.json({ ok: 1 }, { headers: { date: 'Mon, 05 Jan 2026 09:00:00 GMT' } }))
  expect(await send({ ...CALL, query: { cursor: 'a b&c', none: undefined, flag: true } })).toEqual({
    json: { ok: 1 },
    date: Date.UTC(2026, 0, 5, 9),
  })
  const [request] = seen
  expect(request?.url).toBe('https://merge.test/api/hris/v1/employees?cursor=a+b%26c&flag=true')
  expect(request?.headers.get('authorization')).toBe('Bearer the-api-key')
  expect(request?.headers.get('x-account-token')).toBe('the-account-token')
  expect(request?.redirect).toBe('manual')
})

describe('what is tried again:', () => {
  test.each<[string, () => Response, number, string]>([
    ['500', failing(500), 4, 'UPSTREAM_UNAVAILABLE'],
    ['502', failing(502), 4, 'UPSTREAM_UNAVAILABLE'],
    ['503', failing(503), 4, 'UPSTREAM_UNAVAILABLE'],
    ['504', failing(504), 4, 'UPSTREAM_UNAVAILABLE'],
    ['520', failing(520), 4, 'UPSTREAM_UNAVAILABLE'],
    ['408', failing(408), 4, 'UPSTREAM_UNAVAILABLE'],
    ['425', failing(425), 4, 'UPSTREAM_UNAVAILABLE'],
    ['429', failing(429), 4, 'UPSTREAM_THROTTLED'],
    ['a web page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 4, 'UPSTREAM_BAD_RESPONSE'],
    ['bytes that are no UTF-8', () => new Response(new Uint8Array([0x22, 0xff, 0x22])), 4, 'UPSTREAM_BAD_RESPONSE'],
    ['400', failing(400), 1, 'UPSTREAM_REJECTED'],
    ['401 for an account', failing(401), 1, 'UPSTREAM_REJECTED'],
    ['403', failing(403), 1, 'UPSTREAM_REJECTED'],
    ['404', failing(404), 1, 'UPSTREAM_REJECTED'],
    ['422', failing(422), 1, 'UPSTREAM_REJECTED'],
    ['301', failing(301, { location: 'https://merge.test/other' }), 1, 'UPSTREAM_BAD_RESPONSE'],
    ['302', failing(302, { location: 'https://evil.test/' }), 1, 'UPSTREAM_BAD_RESPONSE'],
    ['307', failing(307, { location: 'https://evil.test/' }), 1, 'UPSTREAM_BAD_RESPONSE'],
  ])('%s', async (_, answer, attempts, code) => {
    const { send, seen } = transport(answer)
    await expect(send()).rejects.toMatchObject({ code })
    expect(seen).toHaveLength(attempts)
  })

  test('a call that may be made once only is made once', async () => {
    const { send, seen } = transport(failing(503))
    await expect(send({ ...CALL, retry: false })).rejects.toMatchObject({ status: 503 })
    expect(seen).toHaveLength(1)
  })

  test('a failure that passes', async () => {
    const { send } = transport((_, attempt) => (attempt < 4 ? new Response(null, { status: 503 }) : Response.json([7])))
    expect((await send()).json).toEqual([7])
  })

  test('401 without an account is the API key', async () => {
    const { send } = transport(failing(401))
    const { accountToken: _, ...keyOnly } = CALL
    await expect(send(keyOnly)).rejects.toMatchObject({ code: 'CONFIG_AUTH', retryable: false })
  })
})

describe('how long is waited:', () => {
  test('ever longer, with chance', async () => {
    const { send, waits } = transport(failing(503))
    await expect(send()).rejects.toThrow()
    expect(waits).toEqual([200, 400, 800])
    const throttled = transport(failing(429))
    await expect(throttled.send()).rejects.toThrow()
    expect(throttled.waits).toEqual([1_000, 2_000, 4_000])
  })

  test.each<[string, number[], number | undefined]>([
    ['7', [7_000, 7_000, 7_000], 7_000],
    ['0.5', [500, 500, 500], 500],
    ['0', [0, 0, 0], 0],
    // A third wait would leave nothing of the call's minute.
    ['20', [20_000, 20_000], 20_000],
    ['21', [], 21_000],
    ['3600', [], 3_600_000],
    ['86401', [1_000, 2_000, 4_000], undefined],
    ['-5', [1_000, 2_000, 4_000], undefined],
    ['soon', [1_000, 2_000, 4_000], undefined],
    ['', [1_000, 2_000, 4_000], undefined],
    ['Mon, 05 Jan 2026 10:00:00 GMT', [], 3_600_000],
  ])('Retry-After: %s', async (header, expected, retryAfterMs) => {
    const { send, waits } = transport(failing(429, { 'retry-after': header }))
    await expect(send()).rejects.toMatchObject({ retryAfterMs })
    expect(waits).toEqual(expected)
  })
})

test('while Merge is down a call waits neither for its turn nor for the budget', async () => {
  const waited: string[] = []
  const refuse = () => {
    throw resting(CALL, 0, 15_000)
  }
  const budget = { pass: async () => void waited.push('budget'), failed() {}, spared() {} }
  const { send, waits, seen } = transport(failing(503), { budget, breaker: { check: refuse, enter: refuse } })
  const turn = async () => void waited.push('turn')
  await expect(send({ ...CALL, caller: { lane: 'sync', turn } })).rejects.toMatchObject({ retryAfterMs: 15_000 })
  expect([waited, waits, seen]).toEqual([[], [], []])
})

describe('deadlines:', () => {
  const never = new Promise<Response>(() => {})

  test('headers that do not come within half a minute', async () => {
    const { send, time } = transport((request) => Promise.race([never, aborted(request.signal)]))
    const before = time.clock.now()
    await expect(send({ ...CALL, retry: false })).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: expect.stringContaining('within 30 seconds'),
    })
    expect(time.clock.now() - before).toBe(30_000)
  })

  /** An answer that begins at once and goes on with a space every half second. */
  const trickling = (sleep: Sleep) => {
    const pull = async (controller: ReadableStreamDefaultController) => {
      await sleep(500)
      controller.enqueue(new Uint8Array([32]))
    }
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
  }

  test('a body that trickles for more than a minute', async () => {
    const { send, time, seen } = transport(() => trickling(time.sleep))
    await expect(send()).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      retryable: true,
      message: expect.stringContaining('within 60 seconds'),
    })
    expect(time.clock.monotonic()).toBe(60_000)
    expect(seen).toHaveLength(1)
  })

  test('all attempts share the minute, with the waits between them', async () => {
    const { send, time, seen } = transport((_, attempt) => (attempt < 3 ? failing(503, { 'retry-after': '15' })() : trickling(time.sleep)))
    await expect(send()).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT', message: expect.stringContaining('within 60 seconds') })
    expect(time.clock.monotonic()).toBe(60_000)
    expect(seen).toHaveLength(3)
  })

  test('an attempt that could not be answered within the minute is not begun', async () => {
    const { send, time, seen } = transport(async () => {
      await time.sleep(29_500)
      return failing(503)()
    })
    await expect(send()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', status: 503 })
    // Two attempts and a wait of 200 ms between them leave 800 ms.
    expect(time.clock.monotonic()).toBe(59_200)
    expect(seen).toHaveLength(2)
  })

  test('what a call waits for its turn and for the error budget is not of its minute', async () => {
    const waiting = virtualTime()
    const budget = { pass: () => waiting.sleep(50_000), failed() {}, spared() {} }
    const answer = (_: Request, attempt: number) => (attempt < 4 ? failing(503)() : Response.json([7]))
    const { send, seen } = transport(answer, { clock: waiting.clock, sleep: waiting.sleep, budget })
    const caller = { lane: 'sync', turn: () => waiting.sleep(50_000) } as const
    expect((await waiting.run(send({ ...CALL, caller }))).json).toEqual([7])
    expect(seen).toHaveLength(4)
    expect(waiting.clock.monotonic()).toBe(4 * 100_000 + 200 + 400 + 800)
  })

  test('the caller’s abort ends the call, and a wait between two', async () => {
    const stop = new AbortController()
    const { send, time, seen } = transport((request) => Promise.race([never, aborted(request.signal)]))
    time.sleep(5_000).then(() => stop.abort())
    await expect(send({ ...CALL, caller: { lane: 'sync', signal: stop.signal } })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(seen).toHaveLength(1)
    const late = new AbortController()
    const waiting = transport(failing(429, { 'retry-after': '19' }))
    waiting.time.sleep(1_000).then(() => late.abort())
    await expect(waiting.send({ ...CALL, caller: { lane: 'sync', signal: late.signal } })).rejects.toThrow()
    expect(waiting.seen).toHaveLength(1)
  })

  test('an answer of more than 32 MiB is not read to its end', async () => {
    let sent = 0
    const chunk = new Uint8Array(1024 * 1024).fill(32)
    const { send } = transport(
      () =>
        new Response(
          new ReadableStream(
            {
              pull: (controller) => {
                sent++
                controller.enqueue(chunk)
              },
            },
            { highWaterMark: 0 },
          ),
        ),
    )
    await expect(send({ ...CALL, retry: false })).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' })
    expect(sent).toBeLessThanOrEqual(34)
  })
})

/** Rejects as fetch does. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}
