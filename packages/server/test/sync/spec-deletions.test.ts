import { expect, test } from 'vitest'
import type { Options } from '../../src/index.ts'
import { connected, handleOf, infoOf, stored, truth, type World } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'
const options = (more: Partial<Options['sync']> = {}): Partial<Options> => ({ sync: { models: [EMPLOYEE], lookEvery: 900_000, ...more } })

/** Deletes that many people at the source, and lets Merge and us look. */
async function removePeople(world: World & { linked: string }, people: number): Promise<void> {
  for (const id of [...truth(world, world.linked, EMPLOYEE).keys()].slice(0, people))
    world.sandbox.remove(world.linked, { model: EMPLOYEE, id })
  world.sandbox.sync(world.linked)
  await world.work(900_000)
}

const count = async (world: World & { id: string }) => (await stored(world, world.id, EMPLOYEE)).size
const problem = async (world: World & { id: string }) => (await infoOf(world, world.id)).sync.models[EMPLOYEE]?.problem

test('more deletions than allowed are held back and told, and the others of their page with them', async () => {
  const world = await connected(options())
  world.sandbox.hire(world.linked)
  await removePeople(world, 80)
  expect(await count(world)).toBe(120)
  expect(await problem(world)).toBe('SYNC_MASS_DELETION')
  expect(world.events.findLast(({ name }) => name === 'sync.problem')?.event).toMatchObject({ model: EMPLOYEE, code: 'SYNC_MASS_DELETION' })
  for (let look = 0; look < 5; look++) await world.work(3_600_000)
  expect(await count(world)).toBe(120)
})

test('a mass deletion that is confirmed goes through, and the next one is held again', async () => {
  const world = await connected(options())
  await removePeople(world, 80)
  await (await handleOf(world, world.id)).confirmDeletions(EMPLOYEE)
  await world.work(1_000)
  expect(await count(world)).toBe(40)
  expect(await problem(world)).toBeNull()
  for (let hired = 0; hired < 100; hired++) world.sandbox.hire(world.linked, { immediately: true })
  await world.work(3_600_000)
  expect(await count(world)).toBe(140)
  await removePeople(world, 100)
  expect(await problem(world)).toBe('SYNC_MASS_DELETION')
  expect(await count(world)).toBe(140)
})

test('fifty deletions are never held, however small the account', async () => {
  const world = await connected(options(), { sandbox: { employees: 55 } })
  await removePeople(world, 50)
  expect(await problem(world)).toBeNull()
  expect(await count(world)).toBe(5)
})

test('deletions that come on several pages of a walk count together', async () => {
  const world = await connected(options({ massDeletion: 0.3 }), { sandbox: { employees: 400 } })
  await removePeople(world, 350)
  expect(await problem(world)).toBe('SYNC_MASS_DELETION')
  expect(await count(world)).toBeGreaterThanOrEqual(280)
})

test('with massDeletion false nothing is held', async () => {
  const world = await connected(options({ massDeletion: false }))
  await removePeople(world, 119)
  expect(await problem(world)).toBeNull()
  expect(await count(world)).toBe(1)
})
