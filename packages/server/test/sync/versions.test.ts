import { expect, test } from 'vitest'
import type { Options, SinkBatch } from '../../src/index.ts'
import { connected, handleOf, stale } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'
const CANARY = 'Canary-7f3a'

function collect() {
  const batches: SinkBatch[] = []
  return { batches, write: async (batch: SinkBatch) => void batches.push(batch) }
}
const options = (store: 'records' | 'versions', sink = collect()): Partial<Options> => ({
  sync: { models: [EMPLOYEE], lookEvery: 900_000, sink, store },
})

/** Everything the store can be asked for, as text. */
async function everything(world: Awaited<ReturnType<typeof connected>>): Promise<string> {
  const { accounts } = await world.storage.list({ limit: 100 })
  const { changes } = await world.storage.changes({ accountId: world.id, model: EMPLOYEE, after: 0, limit: 1000 })
  return JSON.stringify([accounts, changes])
}

function plant(world: Awaited<ReturnType<typeof connected>>): void {
  world.sandbox.change(world.linked, { fields: { preferred_name: CANARY }, immediately: true })
}

test('no field of any record is in the store, and changes() gives data null', async () => {
  const world = await connected(options('versions'))
  plant(world)
  await world.work(3_700_000)
  const text = await everything(world)
  expect(/Canary|first_name|work_email/.test(text)).toBe(false)
  const page = await (await handleOf(world, world.id)).changesPage(EMPLOYEE)
  expect(page.changes).toHaveLength(120)
  expect(new Set(page.changes.map((change) => change.data))).toEqual(new Set([null]))
})

test('a record that did not change is recognised: it gets no new number', async () => {
  const world = await connected(options('versions'))
  const last = async () => (await (await handleOf(world, world.id)).changesPage(EMPLOYEE)).changes.at(-1)?.seq
  const before = await last()
  await (await handleOf(world, world.id)).rebuild(EMPLOYEE)
  await world.work(1_000)
  expect(await last()).toBe(before)
  plant(world)
  await world.work(3_700_000)
  expect(await last()).toBe((before ?? 0) + 1)
})

test('switching to versions removes every record from the store; switching back brings them all', async () => {
  const world = await connected(options('records'))
  plant(world)
  await world.work(3_700_000)
  expect((await everything(world)).includes(CANARY)).toBe(true)
  const versions = world.another(options('versions'))
  world.time.clock.advance(3_700_000)
  await world.run(versions.tick({ budgetMs: 60_000 }))
  expect(/Canary|first_name/.test(await everything(world))).toBe(false)
  await world.work(3_700_000)
  expect(await stale(world, [EMPLOYEE])).toEqual([])
})
