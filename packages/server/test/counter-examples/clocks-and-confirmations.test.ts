import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { DAY, EMPLOYEE, HOUR, handle, live, since } from './support.ts'

type Records = Record<string, unknown>[]
const SYNC = { models: [EMPLOYEE], lookEvery: HOUR }

test('W8c the same without Merge’s clock, by a worker whose own is a year behind', async () => {
  let records: Records = people(20)
  const plain = { headers: {} }
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => Response.json(paged(since(records, query), query), plain), {
    other: (_, path) =>
      path === 'sync-status'
        ? Response.json({ next: null, results: [{ model_name: 'Unread', model_id: 'Unread', status: 'DONE' }] }, plain)
        : undefined,
  })
  const behind = fake.another({
    clock: { now: () => fake.time.clock.now() - 365 * DAY, monotonic: () => fake.time.clock.monotonic() } as never,
  })
  const id = await fake.account('a')
  await fake.work(0, behind)
  records = records.slice(1)
  for (let week = 0; week < 8; week++) await fake.work(8 * DAY, behind)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(19)
})

/** A mass deletion that is held. */
async function heldDeletion() {
  const state = { records: people(120) as Records }
  const fake = fakeMerge({ sync: SYNC }, ({ query }) => paged(since(state.records, query), query))
  const id = await fake.account('a')
  await fake.work()
  const mark = (from: number, to: number) => {
    for (let place = from; place < to; place++)
      Object.assign(state.records[place] as object, {
        remote_was_deleted: true,
        modified_at: new Date(fake.time.clock.now()).toISOString(),
      })
  }
  return { fake, state, id, mark }
}

test('D1 a confirmation of long ago confirms no mass deletion after a checkpoint that was damaged', async () => {
  const { fake, state, id, mark } = await heldDeletion()
  mark(0, 70)
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
  await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
  await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(50)
  state.records = [
    ...state.records,
    ...people(120).map((person) => ({ ...person, id: `n${person.id}`, modified_at: new Date(fake.time.clock.now()).toISOString() })),
  ]
  await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(170)
  const [claim] = await fake.storage.claim({ owner: 'x', leaseMs: 1_000, limit: 1, accountId: id })
  await fake.storage.commit({
    accountId: id,
    fence: claim?.fence ?? 0,
    model: EMPLOYEE,
    records: [],
    checkpoint: 'garbage',
    release: { delayMs: 0, dirtySeen: 0 },
  })
  await fake.work(HOUR)
  mark(70, 240)
  for (let run = 0; run < 4; run++) await fake.work(HOUR)
  expect([await fake.problem(id, EMPLOYEE), (await live(fake, id, EMPLOYEE)).length > 80]).toEqual(['SYNC_MASS_DELETION', true])
})

test('D2 what was confirmed is that mass deletion, and not a greater one of a rebuild that comes in its place', async () => {
  const { fake, id, mark } = await heldDeletion()
  mark(0, 70)
  await fake.work(HOUR)
  await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
  mark(70, 120)
  await (await handle(fake, id)).rebuild(EMPLOYEE)
  await fake.work(HOUR)
  expect((await live(fake, id, EMPLOYEE)).length).toBeGreaterThan(0)
})

test('D3 confirmed too early, and for nothing: the mass deletion is held', async () => {
  const { fake, id, mark } = await heldDeletion()
  await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
  await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
  mark(0, 100)
  await fake.work(HOUR)
  await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(120)
})

test('D4 what is confirmed while the record that was refused is still refused goes through', async () => {
  const { fake, id, mark } = await heldDeletion()
  mark(0, 100)
  await fake.work(HOUR)
  await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
  await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
  await fake.work(HOUR)
  expect(await live(fake, id, EMPLOYEE)).toHaveLength(20)
})
