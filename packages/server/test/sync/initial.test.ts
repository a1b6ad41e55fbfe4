import { expect, test } from 'vitest'
import { connected, handleOf, infoOf, MODELS, setup, stale, stored, truth } from '../support/setup.ts'

test('nothing is read while Merge is still at its own first sync', async () => {
  const world = setup()
  const id = await world.connect()
  await world.work()
  expect((await infoOf(world, id)).sync).toMatchObject({
    ready: false,
    lastSyncedAt: null,
    models: { 'hris.Employee': { state: 'waiting' } },
  })
  expect(await stored(world, id, 'hris.Employee')).toEqual(new Map())
  expect(world.requests.filter((request) => request.includes('/employees'))).toEqual([])
})

test('once it has finished, every wanted model is read whole and nothing else', async () => {
  const world = await connected()
  expect(truth(world, world.linked, 'hris.Employee').size).toBeGreaterThan(100)
  expect(await stale(world)).toEqual([])
  const { sync } = await infoOf(world, world.id)
  expect(sync.ready).toBe(true)
  expect(Object.keys(sync.models)).toEqual(MODELS)
  expect(sync.models['hris.Employee']).toMatchObject({
    state: 'idle',
    completeness: 'complete',
    ready: true,
    records: truth(world, world.linked, 'hris.Employee').size,
    problem: null,
  })
  expect(await stored(world, world.id, 'hris.Location')).toEqual(new Map())
})

test('reading early, while that sync is under way, gives the same data in the end', async () => {
  const world = setup({ sync: { models: MODELS, earlyRead: true } })
  const id = await world.connect()
  await world.work(6_000)
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  const early = await stored(world, id, 'hris.Employee')
  expect(early.size).toBeGreaterThan(0)
  expect(early.size).toBeLessThan(120)
  expect((await infoOf(world, id)).sync.ready).toBe(false)
  await world.work(3_600_000)
  expect(await stale({ ...world, id, linked })).toEqual([])
  expect((await infoOf(world, id)).sync.ready).toBe(true)
})

test('the change feed gives every record once, in order, a page at a time', async () => {
  const world = await connected()
  const account = await handleOf(world, world.id)
  const ids = new Set<string>()
  let after = 0
  for (;;) {
    const page = await account.changesPage('hris.Employee', { after, limit: 37 })
    for (const change of page.changes) {
      expect(change.seq).toBeGreaterThan(after)
      after = change.seq
      ids.add(change.id)
    }
    if (page.next === null) break
    expect(page.changes).toHaveLength(37)
  }
  expect(ids).toEqual(new Set(truth(world, world.linked, 'hris.Employee').keys()))
  const all = []
  for await (const change of account.changes('hris.Employee', { after: 0 })) all.push(change.id)
  expect(all).toHaveLength(ids.size)
})

test('the change feed refuses a model that is not kept and a cursor that is none', async () => {
  const world = await connected()
  const account = await handleOf(world, world.id)
  await expect(account.changesPage('hris.Location')).rejects.toMatchObject({ code: 'INPUT_INVALID', model: 'hris.Location' })
  for (const after of [-1, 0.5, Number.NaN]) await expect(account.changesPage('hris.Employee', { after })).rejects.toThrow('"after"')
  for (const limit of [0, 10_001, 1.5]) await expect(account.changesPage('hris.Employee', { limit })).rejects.toThrow('"limit"')
})

test('an account that is held is not read until it is released', async () => {
  const world = setup({ onLinked: () => 'hold' })
  const id = await world.connect()
  await world.work(30_000)
  await world.work(3_600_000)
  expect((await infoOf(world, id)).status).toBe('held')
  expect(await stored(world, id, 'hris.Employee')).toEqual(new Map())
  await (await handleOf(world, id)).release()
  await world.work(1_000)
  expect((await infoOf(world, id)).status).toBe('active')
  expect((await stored(world, id, 'hris.Employee')).size).toBeGreaterThan(100)
})

test('a policy that does not clearly say ready holds the account', async () => {
  const world = setup({ onLinked: (async () => 'ready') as never })
  expect((await infoOf(world, await world.connect())).status).toBe('held')
})
