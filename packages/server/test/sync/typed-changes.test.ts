import { expect, expectTypeOf, test } from 'vitest'
import type { RecordChange } from '../../src/index.ts'
import type { RecordOf } from '../../src/models/index.ts'
import { connected, handleOf } from '../support/setup.ts'

interface Mine {
  badge: string
}

test('changes are typed by the model’s name, and a name of your own takes a type of your own', async () => {
  const world = await connected()
  const handle = await handleOf(world, world.id)
  for await (const change of handle.changes('hris.Employee')) {
    expectTypeOf(change).toEqualTypeOf<RecordChange<RecordOf<'hris.Employee'>>>()
    expectTypeOf(change.data.first_name).toEqualTypeOf<string | null | undefined>()
    expectTypeOf(change.op).toEqualTypeOf<'upsert' | 'delete'>()
    expect(change.data.id).toBe(change.id)
    break
  }
  const name: string = 'hris.Employee'
  const page = await handle.changesPage<Mine>(name, { limit: 1 })
  expectTypeOf(page.changes).toEqualTypeOf<RecordChange<Mine>[]>()
  expectTypeOf(page.next).toEqualTypeOf<number | null>()
  expect(page.changes).toHaveLength(1)
})

test('a model that is not read cannot be asked for', async () => {
  const world = await connected()
  const handle = await handleOf(world, world.id)
  await expect(handle.changesPage('hris.Location')).rejects.toMatchObject({ code: 'INPUT_INVALID', model: 'hris.Location' })
  await expect(handle.changesPage('hris.Employe')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
})
