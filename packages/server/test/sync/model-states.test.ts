import { expect, test } from 'vitest'
import { connected, handleOf, infoOf, setup, stale, stored } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'

test('a model whose first sync fails at Merge does not hold the others back, and is not called ready', async () => {
  const world = setup()
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  world.sandbox.setModelStatus(linked, EMPLOYEE, 'FAILED')
  await world.work(30_000)
  const { sync } = await infoOf(world, id)
  expect(sync.ready).toBe(false)
  expect(sync.models[EMPLOYEE]).toMatchObject({ ready: false, completeness: 'none' })
  expect(sync.models['hris.Company']).toMatchObject({ ready: true, completeness: 'complete' })
  world.sandbox.setModelStatus(linked, EMPLOYEE, 'DONE')
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  expect((await infoOf(world, id)).sync.ready).toBe(true)
  expect(await stale({ ...world, id, linked })).toEqual([])
})

test('a model that is switched off at Merge is not read and does not hold the others back', async () => {
  const world = setup()
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  world.sandbox.setModelStatus(linked, EMPLOYEE, 'DISABLED')
  await world.work(30_000)
  const { sync } = await infoOf(world, id)
  expect(sync.ready).toBe(true)
  expect(sync.models[EMPLOYEE]).toMatchObject({ state: 'off', ready: false, records: 0 })
  expect(world.requests.filter((request) => request.includes('/employees'))).toEqual([])
})

test('what was read of a model stays when it is switched off, and is read on when it is switched on', async () => {
  const world = await connected()
  world.sandbox.setModelStatus(world.linked, EMPLOYEE, 'DISABLED')
  await world.work(900_000)
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]?.state).toBe('off')
  expect((await stored(world, world.id, EMPLOYEE)).size).toBe(120)
  world.sandbox.hire(world.linked)
  world.sandbox.setModelStatus(world.linked, EMPLOYEE, 'DONE')
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  expect(await stale(world)).toEqual([])
})

test('a partial sync is read, called partial, and counts as ready', async () => {
  const world = setup()
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  world.sandbox.setModelStatus(linked, EMPLOYEE, 'PARTIALLY_SYNCED')
  await world.work(30_000)
  const { sync } = await infoOf(world, id)
  expect(sync.models[EMPLOYEE]).toMatchObject({ ready: true, completeness: 'partial', state: 'idle' })
  expect((await stored(world, id, EMPLOYEE)).size).toBeGreaterThan(0)
  world.sandbox.setModelStatus(linked, EMPLOYEE, 'DONE')
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  expect((await infoOf(world, id)).sync.models[EMPLOYEE]?.completeness).toBe('complete')
  expect(await stale({ ...world, id, linked })).toEqual([])
})

test('a model that is paused stays readable, and what is written meanwhile is read', async () => {
  const world = await connected()
  world.sandbox.setModelStatus(world.linked, EMPLOYEE, 'PAUSED')
  world.sandbox.hire(world.linked, { immediately: true })
  await world.work(3_600_000)
  expect(await stale(world)).toEqual([])
})

test('a model that Merge does not list is read all the same', async () => {
  const world = setup()
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  const without = (body: unknown) => {
    const page = body as { results: { model_id: string }[] }
    return { ...page, results: page.results.filter((row) => row.model_id !== EMPLOYEE) }
  }
  world.sandbox.fault({ kind: 'rewrite', path: '/sync-status', rewrite: without, count: 10 })
  await world.work(30_000)
  expect((await stored(world, id, EMPLOYEE)).size).toBe(120)
  expect(await stale({ ...world, id, linked })).toEqual([])
})

test('a model is known by its name in whatever case Merge writes it, and on whatever page of the list it is', async () => {
  const world = setup()
  const id = await world.connect()
  world.sandbox.setModelStatus((await infoOf(world, id)).linkedAccountId ?? '', EMPLOYEE, 'DISABLED')
  const results = (body: unknown) =>
    (body as { results: { model_id: string }[] }).results.map((row) => ({ ...row, model_id: row.model_id.toUpperCase() }))
  const isEmployee = (row: { model_id: string }) => row.model_id === EMPLOYEE.toUpperCase()
  const others = (body: unknown) => ({ next: 'bz0w', results: results(body).filter((row) => !isEmployee(row)) })
  const rest = (body: unknown) => ({ next: null, results: results(body).filter(isEmployee) })
  world.sandbox.fault({ kind: 'rewrite', path: 'sync-status?page_size=100&cursor=', rewrite: rest })
  world.sandbox.fault({ kind: 'rewrite', path: 'sync-status', rewrite: others })
  await world.work(30_000)
  expect((await infoOf(world, id)).sync.models[EMPLOYEE]?.state).toBe('off')
  expect(world.requests.filter((request) => request.includes('sync-status'))).toHaveLength(2)
})

test('a list of syncs that never ends is a loop, and nothing is changed by it', async () => {
  const world = await connected()
  world.sandbox.fault({ kind: 'rewrite', path: '/sync-status', rewrite: (body) => ({ ...(body as object), next: 'bz0w' }), count: 50 })
  await (await handleOf(world, world.id)).wake()
  await world.work(5_000)
  expect(world.events.at(-2)).toMatchObject({ name: 'sync.problem', event: { code: 'UPSTREAM_PAGINATION_LOOP', model: null } })
  expect(await stale(world)).toEqual([])
})

test('what Merge deletes without a word is retired after two sweeps in which it was missing', async () => {
  const world = await connected()
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  const [gone] = (await stored(world, world.id, EMPLOYEE)).keys()
  const without = (body: unknown) => {
    const page = body as { results: { id: string }[] }
    return { ...page, results: page.results.filter(({ id }) => id !== gone) }
  }
  world.sandbox.fault({ kind: 'rewrite', model: EMPLOYEE, rewrite: without, count: Number.POSITIVE_INFINITY })
  await world.work(8 * 86_400_000)
  expect((await stored(world, world.id, EMPLOYEE)).has(gone ?? '')).toBe(true)
  await world.work(8 * 86_400_000)
  expect((await stored(world, world.id, EMPLOYEE)).has(gone ?? '')).toBe(false)
  expect((await stored(world, world.id, EMPLOYEE)).size).toBe(119)
})

test('a record that one sweep misses and the next one finds again is never retired', async () => {
  const world = await connected()
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  const [gone] = (await stored(world, world.id, EMPLOYEE)).keys()
  const without = (body: unknown) => {
    const page = body as { results: { id: string }[] }
    return { ...page, results: page.results.filter(({ id }) => id !== gone) }
  }
  for (let week = 0; week < 4; week++) {
    const heal = world.sandbox.fault({ kind: 'rewrite', model: EMPLOYEE, rewrite: without, count: Number.POSITIVE_INFINITY })
    if (week % 2 === 1) heal()
    await world.work(8 * 86_400_000)
    heal()
    expect((await stored(world, world.id, EMPLOYEE)).has(gone ?? ''), `week ${week}`).toBe(true)
  }
})
