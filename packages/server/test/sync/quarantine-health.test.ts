import { expect, test } from 'vitest'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const HOUR = 3_600_000

test('health lists how many records of which account are left out, when it is asked to', async () => {
  const refused = new Set(['p00003', 'p00007'])
  const source = people(20)
  const world = fakeMerge(
    { sync: { models: [EMPLOYEE], lookEvery: HOUR } },
    ({ path, query }) => {
      const [, id] = path.split('/')
      return id === undefined ? paged(source, query) : Response.json(source.find((record) => record.id === id))
    },
    {
      wrap: (storage) => ({
        ...storage,
        commit: async (page) => {
          if (page.records.some(({ id }) => refused.has(id))) throw new Error('value too long for its column')
          return storage.commit(page)
        },
      }),
    },
  )
  for (const id of ['a', 'b']) await world.account(id)
  await world.work()
  const quarantine = async (options?: { quarantine: boolean }) => (await world.time.run(world.integrations.health(options))).quarantine
  expect(await quarantine({ quarantine: true })).toEqual(
    ['a', 'b'].map((id) => ({ accountId: id, organizationId: `org_${id}`, model: EMPLOYEE, records: 2 })),
  )
  expect(await quarantine()).toBeUndefined()
  refused.clear()
  await world.work(HOUR)
  expect(await quarantine({ quarantine: true })).toEqual([])
})
