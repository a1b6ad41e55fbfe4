import { expect, test } from 'vitest'
import { setup } from './support/setup.ts'
import { STEPS } from './support/steps.ts'

test.each(STEPS)('a clock that steps by %s: the catalog is asked for every ten minutes, neither more nor less often', async (_, ms) => {
  const world = setup()
  const asked = async () => {
    const before = world.requests.length
    expect((await world.run(world.integrations.catalog())).length).toBeGreaterThan(0)
    return world.requests.length > before
  }
  expect(await asked()).toBe(true)
  world.time.clock.step(ms)
  world.time.clock.advance(599_999)
  expect(await asked()).toBe(false)
  world.time.clock.advance(1)
  expect(await asked()).toBe(true)
})
