import { describe, expect, it, vi } from 'vitest'
import { type Found, nextPause, refresher } from '../../src/refresher.ts'
import { settle } from './prepare.ts'

const still: Found = { changed: false, moving: false }

describe('the pause after a look', () => {
  it('is two seconds while something moves, and grows to ten while it only says so', () => {
    expect(pauses({ changed: true, moving: true }, 3)).toEqual([2_000, 2_000, 2_000])
    expect(pauses({ changed: false, moving: true }, 6)).toEqual([2_000, 3_000, 4_500, 6_750, 10_000, 10_000])
  })

  it('grows to half a minute when nothing changes, and starts anew with a change', () => {
    expect(pauses(still, 7)).toEqual([5_000, 7_500, 11_250, 16_875, 25_312.5, 30_000, 30_000])
    expect(nextPause({ changed: true, moving: false }, 30_000)).toBe(5_000)
  })

  it('doubles with every failure, up to a minute', () => {
    expect(pauses('failed', 6)).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })
})

describe('looking', () => {
  it('waits for the start, and nothing runs before it', async () => {
    const { look, timers, tick } = prepare()
    expect(look).not.toHaveBeenCalled()
    expect(timers).toEqual([])
    expect(tick).not.toHaveBeenCalled()
  })

  it('happens at once with the start, and again when the pause is over, spread by a tenth', async () => {
    const { run, look, timers, fire } = prepare({ random: 1 })
    run(true)
    run(true)
    await settle()
    expect(look).toHaveBeenCalledTimes(1)
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([30_000, 5_500])
    fire(5_500)
    await settle()

    expect(look).toHaveBeenCalledTimes(2)
  })

  it('stops with everything that was under way, and leaves no timer', async () => {
    const { run, look, timers } = prepare()
    let signal: AbortSignal | undefined
    look.mockImplementation((given) => {
      signal = given
      return new Promise(() => {})
    })
    run(true)
    run(false)

    expect(signal?.aborted).toBe(true)
    expect(timers).toEqual([])
  })

  it('an answer that comes after the stop starts nothing', async () => {
    const { run, look, timers } = prepare()
    let answer: (found: Found) => void = () => {}
    look.mockImplementation(
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    run(true)
    run(false)
    answer(still)
    await settle()

    expect(timers).toEqual([])
  })

  it('is not repeated by each scroll, and at once when it was long ago', async () => {
    const { run, look, timers, clock } = prepare()
    run(true)
    await settle()
    run(false)
    clock.now = 500
    run(true)
    await settle()
    expect(look).toHaveBeenCalledTimes(1)
    expect(timers.map(({ milliseconds }) => milliseconds)).toContain(1_500)
    run(false)
    clock.now = 10_000
    run(true)

    expect(look).toHaveBeenCalledTimes(2)
  })

  it('on demand takes the place of the one under way, and of the one that was due', async () => {
    const { run, look, lookNow, timers } = prepare()
    const signals: AbortSignal[] = []
    look.mockImplementation(async (signal) => {
      signals.push(signal)
      return still
    })
    run(true)
    lookNow()
    await settle()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(timers).toHaveLength(2)
    run(false)
    lookNow()

    expect(look).toHaveBeenCalledTimes(2)
  })

  it('ends with a failure that repeats itself, until it is asked for', async () => {
    const { run, look, lookNow, timers } = prepare()
    look.mockResolvedValue('final')
    run(true)
    await settle()
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([30_000])
    lookNow()

    expect(look).toHaveBeenCalledTimes(2)
  })

  it('ticks every half minute, whatever it sees', async () => {
    const { run, look, tick, fire } = prepare()
    look.mockResolvedValue('final')
    run(true)
    await settle()
    fire(30_000)
    fire(30_000)

    expect(tick).toHaveBeenCalledTimes(2)
  })
})

function pauses(found: Exclude<Found, 'final'>, times: number): number[] {
  const all: number[] = []
  for (let turn = 0; turn < times; turn++) all.push(nextPause(found, all.at(-1) ?? 0))
  return all
}

function prepare(options: { random?: number } = {}) {
  const timers: { milliseconds: number; callback: () => void }[] = []
  const clock = { now: 0 }
  const look = vi.fn(async (_signal: AbortSignal): Promise<Found> => still)
  const tick = vi.fn()
  const { run, look: lookNow } = refresher({
    look,
    tick,
    after(milliseconds, callback) {
      const timer = { milliseconds, callback }
      timers.push(timer)
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1)
      }
    },
    now: () => clock.now,
    random: () => options.random ?? 0.5,
  })
  const fire = (milliseconds: number) => {
    const place = timers.findIndex((timer) => timer.milliseconds === milliseconds)
    timers.splice(place, 1)[0]?.callback()
  }
  return { run, look, lookNow, tick, timers, clock, fire }
}
