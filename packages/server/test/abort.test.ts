import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { linkedAbort } from '../src/abort.ts'
import { createErrorBudget } from '../src/merge/error-budget.ts'
import { createWakeup } from '../src/wakeup.ts'
import { setup } from './support/setup.ts'
import { virtualTime } from './support/virtual-time.ts'

/** A signal that lives long, and how many times a listener was added to it. */
function longLived() {
  const controller = new AbortController()
  const { signal } = controller
  let added = 0
  const add = signal.addEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    added++
    return add(...args)
  }
  return { signal, abort: (reason?: unknown) => controller.abort(reason), added: () => added, left: () => listeners(signal) }
}

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

test('a linked abort follows each of its signals, with the same reason, and leaves no listener behind', () => {
  for (const place of [0, 1]) {
    const long = [longLived(), longLived()]
    const linked = linkedAbort(long[0]?.signal, undefined, long[1]?.signal)
    expect(linked.signal.aborted).toBe(false)
    long[place]?.abort('enough')
    expect([linked.signal.aborted, linked.signal.reason]).toEqual([true, 'enough'])
    expect(long.map((each) => each.left())).toEqual([0, 0])
  }
})

test('a linked abort below a signal that was aborted before is aborted from the start', () => {
  const [one, other] = [longLived(), longLived()]
  other.abort('long ago')
  expect(linkedAbort(one.signal, other.signal).signal.reason).toBe('long ago')
  expect(one.left()).toBe(0)
})

test('a linked abort that is unlinked follows no more, and its own abort aborts no other', () => {
  const long = longLived()
  const unlinked = linkedAbort(long.signal)
  expect(long.left()).toBe(1)
  unlinked.unlink()
  expect(long.left()).toBe(0)
  const own = linkedAbort(long.signal)
  own.abort('mine')
  expect([own.signal.reason, long.signal.aborted, long.left()]).toEqual(['mine', false, 0])
  long.abort()
  expect(unlinked.signal.aborted).toBe(false)
})

test('each wait of the work loop takes its listener off the signal again', async () => {
  const time = virtualTime()
  const wakeup = createWakeup(time.sleep)
  const long = longLived()
  for (let poll = 1; poll <= 100; poll++) {
    if (poll % 10 === 0) wakeup.ring()
    await time.run(wakeup.wait(2_000, long.signal))
    // What was rung for before is not waited for.
    expect([long.added(), long.left()]).toEqual([poll - Math.floor(poll / 10), 0])
  }
  expect(time.clock.monotonic()).toBe(90 * 2_000)
})

test('each wait for the error budget takes its listener off the signal again', async () => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  const long = longLived()
  for (let call = 1; call <= 60; call++) {
    await time.run(budget.pass('link', long.signal))
    budget.failed('link')
    expect(long.left()).toBe(0)
  }
  expect(long.added()).toBe(4)
})

test('an idle worker has one listener on the signal that ends it, however long it runs', async () => {
  const world = setup()
  const long = longLived()
  const running = world.integrations.run({ signal: long.signal })
  for (let hour = 0; hour < 3; hour++) {
    await world.run(world.time.sleep(3_600_000))
    expect(long.left()).toBe(1)
  }
  expect(long.added()).toBeGreaterThan(3 * 1_700)
  long.abort()
  await world.run(running)
  expect(long.left()).toBe(0)
})
