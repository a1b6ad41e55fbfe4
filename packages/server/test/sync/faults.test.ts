import type { Fault } from '@connect-integration/sandbox'
import { expect, test } from 'vitest'
import { connected, handleOf, infoOf, MODELS, setup, stale, stored, type World } from '../support/setup.ts'

const FAULTS: [string, Omit<Fault, 'path' | 'count'>, string][] = [
  ['500', { kind: 'status', status: 500 }, 'UPSTREAM_UNAVAILABLE'],
  ['502', { kind: 'status', status: 502 }, 'UPSTREAM_UNAVAILABLE'],
  ['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '7' } }, 'UPSTREAM_UNAVAILABLE'],
  ['408', { kind: 'status', status: 408 }, 'UPSTREAM_UNAVAILABLE'],
  ['429', { kind: 'status', status: 429 }, 'UPSTREAM_THROTTLED'],
  ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '90' } }, 'UPSTREAM_THROTTLED'],
  ['429 with a nonsensical Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': 'soon' } }, 'UPSTREAM_THROTTLED'],
  ['403', { kind: 'status', status: 403 }, 'UPSTREAM_REJECTED'],
  ['a redirect', { kind: 'status', status: 302, headers: { location: 'https://evil.test/' } }, 'UPSTREAM_BAD_RESPONSE'],
  ['a web page', { kind: 'html' }, 'UPSTREAM_BAD_RESPONSE'],
  ['half an answer', { kind: 'truncate' }, 'UPSTREAM_BAD_RESPONSE'],
  ['nothing', { kind: 'empty' }, 'UPSTREAM_BAD_RESPONSE'],
  ['a reset', { kind: 'reset' }, 'UPSTREAM_UNAVAILABLE'],
  ['a connection cut in the answer', { kind: 'cut' }, 'UPSTREAM_UNAVAILABLE'],
  ['an answer that never comes', { kind: 'delay', delayMs: 3_600_000 }, 'UPSTREAM_TIMEOUT'],
]

const CALLS = ['/account-details', '/sync-status', '/employees?page_size', 'cursor=']

/** One change at each model, and a look that is due. */
function stir(world: World & { linked: string }): void {
  for (const model of MODELS) world.sandbox.change(world.linked, { model, immediately: true })
}

for (const [name, fault, code] of FAULTS) {
  for (const path of CALLS) {
    test(`${path} meets ${name} for a while: it is told, nothing is lost, and it heals by itself`, async () => {
      const world = setup({}, { sandbox: { employees: 130 } })
      const id = await world.connect()
      const linked = (await infoOf(world, id)).linkedAccountId ?? ''
      world.sandbox.fault({ ...fault, path, count: Number.POSITIVE_INFINITY })
      await world.work(30_000)
      for (let look = 0; look < 3; look++) await world.work(200_000)
      // An account that Merge refuses to show is one whose connection is broken.
      if (path === '/account-details' && name === '403') expect((await infoOf(world, id)).status).toBe('relink_needed')
      else expect(world.events.flatMap((event) => (event.name === 'sync.problem' ? [event.event.code] : []))).toContain(code)
      world.sandbox.clearFaults()
      for (let look = 0; look < 3; look++) await world.work(6 * 3_600_000)
      expect(await stale({ ...world, id, linked })).toEqual([])
      const { status, sync } = await infoOf(world, id)
      expect(status).toBe('active')
      expect(sync.ready).toBe(true)
      expect(Object.values(sync.models).map(({ problem }) => problem)).toEqual([null, null, null])
    })
  }
}

test.each(FAULTS.filter(([name]) => !/403|redirect/.test(name)))('a single %s is not even noticed', async (_, fault) => {
  const world = await connected()
  stir(world)
  for (const path of CALLS.slice(0, 3)) world.sandbox.fault({ ...fault, path })
  await (await handleOf(world, world.id)).wake()
  for (let look = 0; look < 4; look++) await world.work(100_000)
  expect(await stale(world)).toEqual([])
})

test('one model that fails does not keep the others from being read, nor makes them stale', async () => {
  const world = await connected()
  world.sandbox.fault({ kind: 'status', status: 403, model: 'hris.Employee', count: Number.POSITIVE_INFINITY })
  for (let look = 0; look < 12; look++) {
    for (const model of MODELS) world.sandbox.change(world.linked, { model })
    world.sandbox.sync(world.linked)
    await world.work(20 * 60_000)
    expect(await stale(world, ['hris.Company', 'hris.TimeOff']), `look ${look}`).toEqual([])
  }
  const { sync } = await infoOf(world, world.id)
  expect(sync.models['hris.Employee']?.problem).toBe('UPSTREAM_REJECTED')
  expect(sync.models['hris.Company']?.problem).toBeNull()
})

test('an account of which nothing can be read is asked ever more seldom, up to six hours', async () => {
  const world = await connected()
  world.sandbox.fault({ kind: 'status', linkedAccountId: world.linked, count: Number.POSITIVE_INFINITY })
  const waits: number[] = []
  for (let look = 0; look < 14; look++) {
    const due = (await world.storage.list({ limit: 1 })).accounts[0]?.due ?? 0
    waits.push(due - world.time.clock.now())
    await world.work(Math.max(0, due - world.time.clock.now()))
  }
  expect(waits[3]).toBeGreaterThan(waits[2] ?? 0)
  expect(Math.max(...waits)).toBeGreaterThan(4 * 3_600_000)
  expect(Math.max(...waits)).toBeLessThanOrEqual(6 * 3_600_000)
})

test('a wait that Merge asks for is kept whole', async () => {
  const world = await connected()
  const before = world.time.clock.now() + 900_000
  const retryAt = 2 * 3_600_000
  world.sandbox.fault({ kind: 'status', status: 429, path: '/sync-status', headers: { 'retry-after': String(retryAt / 1000) } })
  await world.work(900_000)
  const due = (await world.storage.list({ limit: 1 })).accounts[0]?.due ?? 0
  expect(due).toBeGreaterThanOrEqual(before + retryAt)
})

test('when Merge does not accept a cursor any more the walk begins again, once', async () => {
  const world = setup({ sync: { models: ['hris.Employee'] } }, { sandbox: { employees: 450 } })
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  // The third page: two cursors have been seen by then, and will be seen again.
  world.sandbox.fault({ kind: 'status', status: 404, path: 'cursor=', after: 2, count: 1 })
  await world.work(30_000)
  expect(await stale({ ...world, id, linked }, ['hris.Employee'])).toEqual([])
  expect(world.events.filter(({ name }) => name === 'sync.problem')).toEqual([])
})

test('a cursor that comes again is a loop: it is told, and the other models go on', async () => {
  const world = setup({}, { sandbox: { employees: 450 } })
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  let first: unknown
  const rewrite = (body: unknown) => {
    first ??= (body as { next: unknown }).next
    return { ...(body as object), next: first }
  }
  const heal = world.sandbox.fault({ kind: 'rewrite', model: 'hris.Employee', rewrite, count: Number.POSITIVE_INFINITY })
  await world.work(30_000)
  const requests = world.requests.filter((request) => request.includes('/employees')).length
  expect(requests).toBeLessThan(5)
  expect((await infoOf(world, id)).sync.models['hris.Employee']?.problem).toBe('UPSTREAM_PAGINATION_LOOP')
  expect(await stale({ ...world, id, linked }, ['hris.Company', 'hris.TimeOff'])).toEqual([])
  heal()
  for (let look = 0; look < 3; look++) await world.work(3_600_000)
  expect(await stale({ ...world, id, linked })).toEqual([])
})

test.each([
  ['no results', (body: object) => ({ ...body, results: undefined })],
  ['results that are no list', (body: object) => ({ ...body, results: { 0: {} } })],
  ['a next that is no text', (body: object) => ({ ...body, next: 7 })],
  ['a list instead of a page', () => []],
  ['null', () => null],
])('a page with %s is refused, and never taken for the last one', async (_, rewrite) => {
  const world = setup({ sync: { models: ['hris.Employee'] } }, { sandbox: { employees: 150 } })
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  const heal = world.sandbox.fault({ kind: 'rewrite', path: 'cursor=', rewrite: rewrite as (body: unknown) => unknown, count: 100 })
  await world.work(30_000)
  const { sync } = await infoOf(world, id)
  expect(sync).toMatchObject({ ready: false, models: { 'hris.Employee': { state: 'initial', problem: 'UPSTREAM_BAD_RESPONSE' } } })
  heal()
  await world.work(900_000)
  expect(await stale({ ...world, id, linked }, ['hris.Employee'])).toEqual([])
})

test('a next that is a whole URL is sent back as a cursor, and its host is never asked', async () => {
  const hosts = new Set<string>()
  const world = setup(
    { sync: { models: ['hris.Employee'] } },
    {
      sandbox: { employees: 150 },
      network: (request, next) => {
        hosts.add(new URL(request.url).host)
        return next()
      },
    },
  )
  const id = await world.connect()
  const evil = (body: unknown) => ({ ...(body as object), next: 'https://evil.test/steal?cursor=abc' })
  world.sandbox.fault({ kind: 'rewrite', path: '/employees', rewrite: evil })
  await world.work(30_000)
  await world.work(900_000)
  expect([...hosts]).toEqual(['merge.test'])
  expect((await stored(world, id, 'hris.Employee')).size).toBeGreaterThan(0)
})
