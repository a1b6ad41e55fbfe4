import { expect, test } from 'vitest'
import { ErrorCode, IntegrationError, type Options, type SinkBatch } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { connected, infoOf, MODELS, setup, stale, stored, truth, type World } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'
const DAY = 86_400_000
/** What the work loop sees of a store, and the store of a process, when one of them dies: nothing after this. */
const DEAD = new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'The connection to the database is gone.')

/** What an app that follows the sink has in its own tables: the newest per id wins, an equal one too. */
function follower() {
  const batches: SinkBatch[] = []
  const tables = new Map<string, Map<string, { modifiedAt: string; data: unknown }>>()
  let failing = 0
  const sink = {
    async write(batch: SinkBatch) {
      batches.push(structuredClone(batch))
      if (failing-- > 0) throw new Error('the disk of the app is full')
      const table = tables.get(batch.model) ?? new Map()
      tables.set(batch.model, table)
      for (const { id, op, modifiedAt, data } of batch.changes) {
        if ((table.get(id)?.modifiedAt ?? '') > (modifiedAt ?? '')) continue
        table.set(id, { modifiedAt: modifiedAt ?? '', data: op === 'delete' ? null : data })
      }
    },
  }
  const live = (model: string) => [...(tables.get(model) ?? [])].filter(([, row]) => row.data !== null)
  const fail = (times: number) => {
    failing = times
  }
  return { sink, batches, live, fail, row: (model: string, id: string) => tables.get(model)?.get(id) }
}

function withSink(sink: NonNullable<Options['sync']['sink']>, more: Partial<Options['sync']> = {}): Partial<Options> {
  return { sync: { models: MODELS, lookEvery: 900_000, sink, ...more } }
}

/** Names of the models of which the follower does not have exactly what Merge has. */
function behind(world: World & { linked: string }, app: ReturnType<typeof follower>): string[] {
  return MODELS.filter((model) => {
    const ours = app
      .live(model)
      .map(([id, { data }]) => [id, data] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1))
    return JSON.stringify(ours) !== JSON.stringify([...truth(world, world.linked, model)])
  })
}

test('each page reaches the sink before its commit, in the order of the list', async () => {
  const app = follower()
  const order: string[] = []
  const sink = {
    write: async (batch: SinkBatch) => {
      await app.sink.write(batch)
      if (batch.model === EMPLOYEE) order.push(`sink ${batch.changes[0]?.id}`)
    },
  }
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    commit: (page) => {
      if (page.model === EMPLOYEE && page.records[0]) order.push(`commit ${page.records[0].id}`)
      return storage.commit(page)
    },
  })
  const world = await connected(withSink(sink), { wrap, sandbox: { employees: 250 } })
  const firsts = app.batches.filter(({ model }) => model === EMPLOYEE).map(({ changes }) => changes[0]?.id)
  expect(firsts).toHaveLength(3)
  expect(order).toEqual(firsts.flatMap((id) => [`sink ${id}`, `commit ${id}`]))
  expect(app.batches[0]).toMatchObject({ accountId: world.id, organizationId: 'org_acme', userId: null })
  expect(behind(world, app)).toEqual([])
})

test('what changes, comes and goes reaches the sink', async () => {
  const app = follower()
  const world = await connected(withSink(app.sink))
  const [first, second] = [...truth(world, world.linked, EMPLOYEE).keys()]
  world.sandbox.change(world.linked, { id: first ?? '', fields: { preferred_name: 'Zed' } })
  world.sandbox.remove(world.linked, { id: second ?? '' })
  world.sandbox.hire(world.linked)
  world.sandbox.sync(world.linked)
  await world.work(DAY)
  expect(app.row(EMPLOYEE, first ?? '')?.data).toMatchObject({ preferred_name: 'Zed' })
  expect(app.row(EMPLOYEE, second ?? '')?.data).toBeNull()
  expect(behind(world, app)).toEqual([])
})

test('a page whose commit was never reached comes to the sink again', async () => {
  const app = follower()
  let dying = true
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    commit: (page) => (dying && page.records.length > 0 ? Promise.reject(DEAD) : storage.commit(page)),
  })
  const world = setup(withSink(app.sink), { wrap })
  const id = await world.connect()
  await world.work(30_000).catch(() => {})
  const before = app.batches.length
  expect(before).toBeGreaterThan(0)
  dying = false
  await world.work(130_000)
  const again = app.batches.slice(before).map(({ model, changes }) => `${model} ${changes[0]?.id}`)
  expect(again).toEqual(expect.arrayContaining(app.batches.slice(0, before).map(({ model, changes }) => `${model} ${changes[0]?.id}`)))
  expect(behind({ ...world, linked: (await infoOf(world, id)).linkedAccountId ?? '' }, app)).toEqual([])
})

test('a sink that fails is tried again, and nobody notices', async () => {
  const app = follower()
  app.fail(3)
  const world = await connected(withSink(app.sink, { models: [EMPLOYEE] }))
  expect((await infoOf(world, world.id)).sync).toMatchObject({ ready: true, models: { [EMPLOYEE]: { problem: null } } })
  expect(app.live(EMPLOYEE)).toHaveLength(120)
})

test('a sink that keeps failing stops its model where it is, is told, and goes on from there', async () => {
  const app = follower()
  let refusing = true
  const write = async (batch: SinkBatch) => {
    if (refusing && batch.model === EMPLOYEE) throw new Error('the table of the app is locked')
    await app.sink.write(batch)
  }
  const world = await connected(withSink({ write }))
  const { models } = (await infoOf(world, world.id)).sync
  expect(models[EMPLOYEE]).toMatchObject({ problem: 'SYNC_SINK_FAILED', records: 0, ready: false })
  expect(models['hris.TimeOff']).toMatchObject({ problem: null, ready: true })
  expect(world.events.find(({ name }) => name === 'sync.problem')?.event).toMatchObject({ code: 'SYNC_SINK_FAILED', model: EMPLOYEE })
  expect(world.log.join('\n')).not.toContain('locked')
  refusing = false
  await world.work(900_000)
  expect(behind(world, app)).toEqual([])
  expect(await stale(world)).toEqual([])
})

/** Two weeks in which a record is missing from Merge's list without a word. */
async function vanish(world: World & { linked: string }): Promise<string> {
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  const gone = [...truth(world, world.linked, EMPLOYEE).keys()][7] ?? ''
  const rewrite = (body: unknown) => {
    const page = body as { results: { id: string }[] }
    return { ...page, results: page.results.filter(({ id }) => id !== gone) }
  }
  world.sandbox.fault({ kind: 'rewrite', model: EMPLOYEE, rewrite, count: Number.POSITIVE_INFINITY })
  await world.work(8 * DAY)
  return gone
}

test.each(['records', 'versions'] as const)('what a sweep retires reaches the sink, with store %s', async (store) => {
  const app = follower()
  const world = await connected(withSink(app.sink, { store }))
  const gone = await vanish(world)
  expect(app.row(EMPLOYEE, gone)?.data).not.toBeNull()
  await world.work(8 * DAY)
  const last = app.batches.flatMap(({ changes }) => changes).findLast(({ id }) => id === gone)
  expect(last?.op).toBe('delete')
  if (store === 'versions') expect(last?.data).toBeNull()
  expect(app.row(EMPLOYEE, gone)?.data).toBeNull()
  expect(app.live(EMPLOYEE)).toHaveLength(119)
})

test('a process that dies after the commit that retires still owes it to the sink, and the next one pays', async () => {
  const app = follower()
  let dying = false
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    async commit(page) {
      const answer = await storage.commit(page)
      if (dying && page.sweep?.retire) throw DEAD
      return answer
    },
  })
  const world = await connected(withSink(app.sink, { models: [EMPLOYEE], store: 'versions' }), { wrap })
  const gone = await vanish(world)
  dying = true
  await world.work(8 * DAY).catch(() => {})
  expect((await stored(world, world.id, EMPLOYEE)).has(gone)).toBe(false)
  expect(app.row(EMPLOYEE, gone)?.data).not.toBeNull()
  dying = false
  await world.work(130_000)
  expect(app.row(EMPLOYEE, gone)?.data).toBeNull()
})

test('a commit that retires and is only thought to have failed is told to the sink all the same', async () => {
  const app = follower()
  let cutting = false
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    async commit(page) {
      const answer = await storage.commit(page)
      // The connection is cut after the commit, by an adapter that does not say what went wrong.
      if (!cutting || !page.sweep?.retire) return answer
      cutting = false
      throw new Error('connection lost')
    },
  })
  const world = await connected(withSink(app.sink, { models: [EMPLOYEE], store: 'versions' }), { wrap })
  const gone = await vanish(world)
  cutting = true
  await world.work(8 * DAY).catch(() => {})
  await world.work(130_000)
  await world.work(DAY)
  expect((await stored(world, world.id, EMPLOYEE)).has(gone)).toBe(false)
  expect(app.row(EMPLOYEE, gone)?.data).toBeNull()
})

test('omitted fields do not reach the sink', async () => {
  const app = follower()
  await connected(withSink(app.sink, { omit: { [EMPLOYEE]: ['ssn', 'date_of_birth'] } }))
  const records = app.batches.flatMap(({ model, changes }) => (model === EMPLOYEE ? changes : []))
  expect(records.length).toBeGreaterThan(100)
  expect(JSON.stringify(records)).not.toMatch(/"ssn"|"date_of_birth"/)
})
