import { expect, test } from 'vitest'
import { connected, handleOf, stored, truth } from '../support/setup.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

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

const DAY = 86_400_000
const known = (status: string) => ({
  ...{ model_id: EMPLOYEE, model_name: 'Employee', status, is_initial_sync: false, last_sync_result: 'DONE' },
  ...{ last_sync_start: '2026-01-04T08:00:00Z', last_sync_finished: '2026-01-04T09:00:00Z', next_sync_start: null },
})

test.each([
  ['the model is switched off at Merge for a while', 'DISABLED', 3_700_000],
  ['it is older than a day', 'DONE', DAY],
])('a rebuild whose first page is stored reads all the others too, though %s', async (_, status, pause) => {
  let employees = people(300)
  let refusing = false
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], sweepEvery: 1_000 * DAY } }, ({ query }) => {
    const after = query.get('modified_after') ?? ''
    const asked = employees.filter(({ modified_at }) => String(modified_at) > after)
    return refusing && query.has('cursor') ? new Response('{}', { status: 400 }) : paged(asked, query)
  })
  const id = await fake.account('a')
  fake.statuses.push(known('DONE'))
  await fake.work()
  // Older than what is stored: only a rebuild believes it.
  employees = people(300, { modified_at: '2020-01-01T00:00:00.000001Z', name: 'Restored from a backup' })
  const restored = async () => (await fake.rows(id, EMPLOYEE)).filter(({ data }) => data.includes('Restored')).length
  refusing = true
  await (await fake.integrations.forOrganization(`org_${id}`).account(id))?.rebuild(EMPLOYEE)
  await fake.work(1_000)
  expect(await restored()).toBe(100)

  fake.statuses[0] = known(status)
  await fake.work(pause)
  refusing = false
  fake.statuses[0] = known('DONE')
  for (let look = 0; look < 3; look++) await fake.work(3_700_000)
  expect(await restored()).toBe(300)
})
