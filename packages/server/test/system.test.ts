import { expect, test } from 'vitest'
import { steady, systemClock } from '../src/system.ts'
import { STEPS } from './support/steps.ts'

test.each(STEPS)('a clock without monotonic() that steps by %s: a step back counts as no time, and a step forward as time', (_, ms) => {
  let now = Date.UTC(2026, 0, 5, 9)
  const clock = steady({ now: () => now })
  const began = clock.monotonic()
  now += 5_000
  expect(clock.monotonic() - began).toBe(5_000)
  now += ms
  expect(clock.monotonic() - began).toBe(5_000 + Math.max(0, ms))
  expect(clock.now()).toBe(now)
  now += 5_000
  expect(clock.monotonic() - began).toBe(10_000 + Math.max(0, ms))
})

test('durations are whole milliseconds, whatever the clock gives: stores keep no fractions', () => {
  const clock = { passed: 7.9, now: () => 0, monotonic: () => clock.passed }
  expect(steady(clock).monotonic()).toBe(7)
  expect(Number.isInteger(systemClock.monotonic())).toBe(true)
})
