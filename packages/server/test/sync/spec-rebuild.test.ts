import { expect, test } from 'vitest'
import { connected, handleOf, stored, truth } from '../support/setup.ts'

const EMPLOYEE = 'hris.Employee'

test('a stamp that went backwards is believed after a rebuild, and not before', async () => {
  const world = await connected({ sync: { models: [EMPLOYEE], lookEvery: 900_000 } })
  const [id = ''] = [...truth(world, world.linked, EMPLOYEE).keys()]
  const older = (body: unknown) => {
    const page = body as { results: { id: string }[] }
    const record = { preferred_name: 'Restored from a backup', modified_at: '2020-01-01T00:00:00.000001Z' }
    return { ...page, results: page.results.map((row) => (row.id === id ? { ...row, ...record } : row)) }
  }
  world.sandbox.fault({ kind: 'rewrite', model: EMPLOYEE, rewrite: older, count: Number.POSITIVE_INFINITY })
  await world.work(8 * 86_400_000)
  const name = async () => (await stored(world, world.id, EMPLOYEE)).get(id)?.preferred_name
  expect(await name()).not.toBe('Restored from a backup')
  await (await handleOf(world, world.id)).rebuild(EMPLOYEE)
  await world.work(1_000)
  expect(await name()).toBe('Restored from a backup')
})
