import { expect, test } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { createGovernor } from '../../src/sync/governor.ts'
import { STEPS } from '../support/steps.ts'
import { virtualTime } from '../support/virtual-time.ts'
import { fakeMerge, type Lists, paged, people } from './fake-merge.ts'

/** Milliseconds from one call to the next on the plan `launch`, at full pace. */
const TURN = 60_000 / 98
const EMPLOYEE = 'hris.Employee'

test.each(STEPS)('a clock that steps by %s in the middle of a sync run leaves the pace as it is', async (_, ms) => {
  const time = virtualTime()
  const governor = createGovernor('launch', time.clock, time.sleep)
  const turns: number[] = []
  for (let call = 0; call < 20; call++) {
    if (call === 10) time.clock.step(ms)
    await time.run(governor.turn())
    turns.push(time.clock.monotonic())
  }
  for (const [place, at] of turns.entries()) expect(Math.abs(at - place * TURN)).toBeLessThanOrEqual(1)
})

test.each(STEPS)('a clock that steps by %s leaves a pace that was halved halved, and it grows back in ten minutes', async (_, ms) => {
  const time = virtualTime()
  const governor = createGovernor('launch', time.clock, time.sleep)
  const gap = async () => {
    await time.run(governor.turn())
    const before = time.clock.monotonic()
    await time.run(governor.turn())
    return (time.clock.monotonic() - before) / TURN
  }
  governor.throttled()
  time.clock.step(ms)
  expect(await gap()).toBeCloseTo(2, 1)
  time.clock.advance(10 * 60_000)
  expect(await gap()).toBeCloseTo(1, 1)
})

test.each(STEPS)(
  'a clock that steps by %s between two sync runs delays the first call of the second by one turn at most',
  async (_, ms) => {
    const time = virtualTime()
    const first = createGovernor('launch', time.clock, time.sleep)
    await time.run(first.turn())
    first.throttled()
    // Three wait for their turn, and are aborted there.
    const stop = new AbortController()
    const waiting = Promise.allSettled([1, 2, 3].map(() => first.turn(stop.signal)))
    stop.abort()
    await time.run(waiting)
    const pace = first.pace()
    time.clock.step(ms)
    const second = createGovernor('launch', time.clock, time.sleep, pace)
    await time.run(second.turn())
    expect(time.clock.monotonic()).toBeLessThanOrEqual(Math.ceil(2 * TURN))
    if (ms < 0) expect(time.clock.monotonic()).toBe(0)
    // What lies in the future was no time in which the share could have grown.
    if (ms < 0) expect(second.pace().share).toBe(0.5)
  },
)

test.each(STEPS)('a clock that steps by %s: what is stored of the pace is by the clock as it is set now', async (_, ms) => {
  const time = virtualTime()
  const governor = createGovernor('launch', time.clock, time.sleep)
  await time.run(governor.turn())
  time.clock.step(ms)
  time.clock.advance(100)
  const { at, nextTurn } = governor.pace()
  expect(at - time.clock.now()).toBe(-100)
  expect(nextTurn - time.clock.now()).toBeCloseTo(TURN - 100, 3)
})

test.each(STEPS.filter(([, ms]) => ms < 0))('a clock that steps by %s in the middle of a walk does not hold it up', async (_, ms) => {
  const all = people(2_000)
  let pages = 0
  // The store's own clock is right.
  const storage = (clock: { monotonic(): number }) => memoryStorage({ clock: { now: () => clock.monotonic() } })
  const lists: Lists = ({ query }) => {
    if (++pages === 5) fake.time.clock.step(ms)
    return paged(all, query)
  }
  const fake = fakeMerge({}, lists, { storage })
  const id = await fake.account('a')
  const stop = new AbortController()
  fake.time.sleep(60_000).then(() => stop.abort())
  await fake.time.run(fake.integrations.run({ signal: stop.signal }))
  expect(await fake.rows(id, EMPLOYEE)).toHaveLength(2_000)
  expect(pages).toBeGreaterThanOrEqual(20)
})
