import { expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { setup } from '../support/setup.ts'
import { STEPS } from '../support/steps.ts'

test.each(STEPS)('a clock that steps by %s: who is over a limit is told to wait a minute at most, and is let in then', async (_, ms) => {
  const world = setup()
  const { call } = door(world)
  const click = () => call('POST', '/link-token', { body: { category: 'hris' } })
  for (let token = 0; token < 10; token++) expect((await click()).status).toBe(200)
  world.time.clock.advance(20_000)
  world.time.clock.step(ms)
  const refused = await click()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '40'])
  world.time.clock.advance(39_999)
  expect((await click()).status).toBe(429)
  world.time.clock.advance(1)
  expect((await click()).status).toBe(200)
})
