import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { createDeadline } from '../../src/webhooks/deadline.ts'
import { rowOf } from '../support/setup.ts'
import { STEPS, steppable } from '../support/steps.ts'
import { virtualTime } from '../support/virtual-time.ts'
import { envelope, withWebhooks } from '../support/webhooks.ts'

/** A connected account of which no webhook has come of late, and what its store was asked since. */
async function watched() {
  const calls: string[] = []
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    get(key) {
      calls.push(`get ${Object.keys(key).join()}`)
      return storage.get(key)
    },
    schedule(id, delayMs) {
      calls.push(`schedule ${delayMs}`)
      return storage.schedule(id, delayMs)
    },
  })
  const world = steppable(withWebhooks, {}, { wrap })
  const id = await world.connect()
  await world.work(30_000)
  await world.deliver()
  await world.work(60_000)
  world.time.clock.advance(61_000)
  const { linkedAccountId } = await rowOf(world, id)
  calls.splice(0)
  return Object.assign(world, { id, calls, hint: () => world.post(envelope('Issue.new', { id: linkedAccountId })) })
}

test.each(STEPS)(
  'a clock that steps by %s: two sync runs that webhooks ask for are five seconds apart, neither more nor less',
  async (_, ms) => {
    const world = await watched()
    await world.hint()
    world.step(ms)
    for (let second = 1; second <= 6; second++) {
      world.time.clock.advance(1_000)
      await world.hint()
    }
    expect(world.calls.filter((call) => call.startsWith('schedule'))).toEqual(
      [0, 4_000, 3_000, 2_000, 1_000, 5_000, 4_000].map((delayMs) => `schedule ${delayMs}`),
    )
    expect((await rowOf(world, world.id)).due).toBeLessThanOrEqual(Date.UTC(2026, 0, 5, 9) + world.time.clock.monotonic())
  },
)

test.each(STEPS)(
  'a clock that steps by %s: whose account Merge’s id names is remembered for a minute, neither more nor less',
  async (_, ms) => {
    const world = await watched()
    const lookUps = () => world.calls.filter((call) => call.startsWith('get')).length
    await world.hint()
    expect(lookUps()).toBe(1)
    world.step(ms)
    world.time.clock.advance(59_999)
    await world.hint()
    expect(lookUps()).toBe(1)
    world.time.clock.advance(1)
    await world.hint()
    expect(lookUps()).toBe(2)
  },
)

test.each(STEPS)('a clock that steps by %s: a webhook has its whole time, however many came with it', async (_, ms) => {
  const time = virtualTime()
  const soon = createDeadline(time, 4_500)
  const hangs = soon(new Promise(() => {})).catch(() => time.clock.monotonic())
  await time.run(time.sleep(2_000))
  time.clock.step(ms)
  expect(await time.run(soon(time.sleep(4_000).then(() => 'done')))).toBe('done')
  expect(await hangs).toBe(4_500)
})
