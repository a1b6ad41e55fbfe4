import { expect, test } from 'vitest'
import { ErrorCode, IntegrationError } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { connected, handleOf, infoOf, stale, stored, truth } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'
const options = { sync: { models: [EMPLOYEE], lookEvery: 900_000 } }

/** A store that throws at every page which has one of the refused records in it. */
function picky(refused: Set<string>, error = new Error('a value is too long for its column')) {
  return (storage: Storage): Storage => ({
    ...storage,
    commit: async (page) => {
      if (page.records.some(({ data }) => [...refused].some((name) => data.includes(name)))) throw error
      return storage.commit(page)
    },
  })
}

test('a record that the store refuses is left out and told, and all others are stored', async () => {
  const refused = new Set<string>()
  const world = await connected(options, { wrap: picky(refused) })
  const [first, second, third] = [...truth(world, world.linked, EMPLOYEE).keys()]
  for (const [place, id] of [first, second, third].entries())
    world.sandbox.change(world.linked, { id: id ?? '', fields: { preferred_name: `Name ${place}` }, immediately: true })
  refused.add('Name 1')
  await world.work(3_600_000)
  const rows = await stored(world, world.id, EMPLOYEE)
  expect(rows.get(first ?? '')).toMatchObject({ preferred_name: 'Name 0' })
  expect(rows.get(second ?? '')).not.toMatchObject({ preferred_name: 'Name 1' })
  expect(rows.get(third ?? '')).toMatchObject({ preferred_name: 'Name 2' })
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]).toMatchObject({ readiness: 'degraded', problem: null })
  expect(world.log.join('\n')).not.toContain('Name 1')
})

test('a record in quarantine is taken off it by the walk that can store it', async () => {
  const refused = new Set<string>()
  const world = await connected(options, { wrap: picky(refused) })
  const [id = ''] = [...truth(world, world.linked, EMPLOYEE).keys()]
  world.sandbox.change(world.linked, { id, fields: { preferred_name: 'Odd' }, immediately: true })
  refused.add('Odd')
  await world.work(3_600_000)
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]?.readiness).toBe('degraded')
  refused.clear()
  await (await handleOf(world, world.id)).rebuild(EMPLOYEE)
  await world.work(1_000)
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]?.readiness).toBe('complete')
  expect(await stale(world, [EMPLOYEE])).toEqual([])
})

test('a record in quarantine is asked for by its id, and taken off as soon as the store takes it', async () => {
  const refused = new Set<string>()
  const world = await connected(options, { wrap: picky(refused) })
  const [id = ''] = [...truth(world, world.linked, EMPLOYEE).keys()]
  world.sandbox.change(world.linked, { id, fields: { preferred_name: 'Odd' }, immediately: true })
  refused.add('Odd')
  await world.work(3_600_000)
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]?.readiness).toBe('degraded')
  refused.clear()
  await world.work(900_000)
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]?.readiness).toBe('complete')
  expect((await stored(world, world.id, EMPLOYEE)).get(id)).toMatchObject({ preferred_name: 'Odd' })
  expect(await stale(world, [EMPLOYEE])).toEqual([])
})

test('a store that is down for a while puts nothing into quarantine', async () => {
  const refused = new Set<string>()
  const down = new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'The database is down.')
  const world = await connected(options, { wrap: picky(refused, down) })
  const [id = ''] = [...truth(world, world.linked, EMPLOYEE).keys()]
  world.sandbox.change(world.linked, { id, fields: { preferred_name: 'Odd' }, immediately: true })
  refused.add('Odd')
  await world.work(3_600_000)
  expect((await infoOf(world, world.id)).sync.models[EMPLOYEE]?.readiness).toBe('complete')
  refused.clear()
  await world.work(3_600_000)
  expect(await stale(world, [EMPLOYEE])).toEqual([])
})
