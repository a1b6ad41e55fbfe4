import { describe, expect, test } from 'vitest'
import { connected, setup, stale, truth, type World } from '../support/setup.ts'

const MINUTE = 60_000

/** Changes, hires and leavers at awkward moments around our looks, then quiet; returns the models that are not right. */
async function awkwardDay(world: World & { id: string; linked: string }): Promise<string[]> {
  for (const wait of [0, 1, 29, 30, 31, 599, 600, 601, 899, 900]) {
    world.sandbox.change(world.linked, { immediately: true })
    world.sandbox.hire(world.linked, { immediately: wait % 2 === 0 })
    await world.work(wait * 1000)
    world.sandbox.change(world.linked, { model: 'hris.TimeOff', immediately: true })
    if (wait % 3 === 0) world.sandbox.sync(world.linked)
    await world.work(15 * MINUTE)
  }
  for (let look = 0; look < 3; look++) await world.work(65 * MINUTE)
  return stale(world)
}

const minutes = (world: { time: { clock: { now(): number } } }, offset: number) => ({ now: () => world.time.clock.now() + offset })

describe.each([-90_000, 0, 90_000])('our clock %i ms from Merge’s', (ours) => {
  test.each([-90_000, 0, 90_000, 10 * MINUTE])('and the Date header %i ms: nothing is missed', async (dateSkewMs) => {
    const world = await connected({}, { sandbox: { dateSkewMs, employees: 40, syncMs: 40_000 } })
    const skewed = world.another({ clock: minutes(world, ours) })
    const tick = () => world.run(skewed.tick({ budgetMs: 300_000 }))
    const skewedWorld = {
      ...world,
      work: async (afterMs = 0) => {
        world.time.clock.advance(afterMs)
        await tick()
      },
    }
    expect(await awkwardDay(skewedWorld)).toEqual([])
  })
})

test.each([0, 2_000, 30_000, 5 * MINUTE])('rows that show up %i ms after their stamp are not missed', async (visibilityLagMs) => {
  const world = await connected({}, { sandbox: { visibilityLagMs, employees: 40, initialSyncMs: 5_000 } })
  expect(await awkwardDay(world)).toEqual([])
})

test.each([5_000, 20 * MINUTE])('what a sync run of Merge of %i ms writes while we walk is not missed', async (syncMs) => {
  const world = await connected({}, { sandbox: { syncMs, employees: 60, batchSize: 5 } })
  for (let round = 0; round < 6; round++) {
    for (let change = 0; change < 20; change++) world.sandbox.change(world.linked)
    world.sandbox.hire(world.linked)
    world.sandbox.sync(world.linked)
    // Looks in the middle of the run.
    for (let look = 0; look < 3; look++) await world.work(syncMs / 3)
  }
  for (let look = 0; look < 3; look++) await world.work(65 * MINUTE)
  expect(await stale(world)).toEqual([])
})

test.each(['created_at', '-created_at', 'modified_at', '-modified_at'] as const)(
  'ties across pages are read whole when the list is ordered by %s',
  async (ordering) => {
    for (const batchSize of [1, 99, 100, 101, 250]) {
      const world = await connected(
        { sync: { models: ['hris.Employee'] } },
        { sandbox: { employees: 320, batchSize, ordering, initialSyncMs: 1_000 } },
      )
      expect(truth(world, world.linked, 'hris.Employee').size).toBe(320)
      expect(await stale(world, ['hris.Employee']), `batches of ${batchSize}`).toEqual([])
    }
  },
)

test('rows that change while their list is being walked are here in the end', async () => {
  let pages = 0
  let linked = ''
  const world = setup(
    {},
    {
      sandbox: { employees: 250 },
      network: async (request, next) => {
        if (!request.url.includes('/employees')) return next()
        const ids = [...truth(world, linked, 'hris.Employee').keys()].slice(pages * 40, pages * 40 + 60)
        for (const id of ids) world.sandbox.change(linked, { id, immediately: true })
        pages++
        return next()
      },
    },
  )
  const id = await world.connect()
  linked = world.sandbox.accounts()[0]?.id ?? ''
  await world.work(30_000)
  expect(pages).toBe(3)
  await world.work(65 * MINUTE)
  await world.work(65 * MINUTE)
  expect(await stale({ ...world, id, linked })).toEqual([])
})

test('without a Date header nothing is missed either', async () => {
  const world = await connected(
    {},
    {
      sandbox: { employees: 40, syncMs: 40_000 },
      network: async (_, next) => {
        const answer = await next()
        answer.headers.delete('date')
        return answer
      },
    },
  )
  expect(await awkwardDay(world)).toEqual([])
})
