import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advanceBreaker, type Breaker, CLOSED, createCircuitBreaker, isResting, type Outcome } from '../../src/merge/circuit-breaker.ts'
import { STEPS } from '../support/steps.ts'

const START = Date.UTC(2026, 0, 5, 9)
const CALL = { method: 'GET', template: '/hris/v1/employees' } as const

/** A breaker with a clock and a chance of its own; what it logs; and a call that ends at once. */
function breaker(start = START) {
  let now = start
  let stepped = 0
  let chance = 0.5
  const log: string[] = []
  const write = (message: string, fields?: Record<string, unknown>) => void log.push(`${message} ${JSON.stringify(fields)}`)
  const made = createCircuitBreaker({
    clock: { now: () => now + stepped, monotonic: () => now - start },
    random: () => chance,
    logger: { debug: write, info: write, warn: write, error: write },
  })
  return {
    ...made,
    log,
    now: () => now,
    pass: (ms: number) => {
      now += ms
    },
    step: (ms: number) => {
      stepped += ms
    },
    lucky: (value: number) => {
      chance = value
    },
    call: (...outcomes: Outcome[]) => {
      for (const outcome of outcomes) made.enter(CALL)(outcome)
    },
    isOpen: () => {
      try {
        made.check(CALL)
        return false
      } catch (error) {
        if (!isResting(error)) throw error
        return true
      }
    },
  }
}

const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome)

describe('it opens', () => {
  test('at the twentieth call when all have failed, and not at the nineteenth', () => {
    const one = breaker()
    one.call(...times(19, 'failed'))
    expect(one.isOpen()).toBe(false)
    one.call('failed')
    expect(one.isOpen()).toBe(true)
  })

  test('when half of them have failed, and not when one less has', () => {
    const one = breaker()
    one.call(...times(11, 'answered'), ...times(10, 'failed'))
    expect(one.isOpen()).toBe(false)
    one.call('failed')
    expect(one.isOpen()).toBe(true)
  })

  test('for what failed within half a minute, and not for what is older', () => {
    const one = breaker()
    one.call(...times(19, 'failed'))
    one.pass(30_000)
    one.call('failed')
    expect(one.isOpen()).toBe(false)
    const other = breaker()
    other.call(...times(19, 'failed'))
    other.pass(29_000)
    other.call('failed')
    expect(other.isOpen()).toBe(true)
  })

  test('never for calls that were not made after all', () => {
    const one = breaker()
    one.call(...times(19, 'failed'), ...times(100, 'unknown'))
    expect(one.isOpen()).toBe(false)
  })

  test('never while most calls are answered, however many fail', () => {
    const one = breaker()
    for (let round = 0; round < 200; round++) one.call('answered', 'answered', 'failed')
    expect(one.isOpen()).toBe(false)
  })
})

describe('while it is open', () => {
  test('a call is refused at once: it may be repeated, and is told when', () => {
    const one = breaker()
    one.call(...times(20, 'failed'))
    one.pass(10_000)
    for (const refused of [() => one.check(CALL), () => one.enter(CALL)]) {
      const error = thrown(refused)
      expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterMs: 20_000 })
      expect((error as Error).message).toContain('GET /hris/v1/employees')
      expect((error as Error).message).toContain('2026-01-05T09:00:30.000Z')
    }
  })

  test('what was on its way when it opened changes nothing any more', () => {
    const one = breaker()
    const late = Array.from({ length: 40 }, () => one.enter(CALL))
    one.call(...times(20, 'failed'))
    for (const end of late.slice(0, 10)) end('answered')
    expect(one.isOpen()).toBe(true)
    one.pass(30_000)
    const trial = one.enter(CALL)
    for (const end of late.slice(10, 20)) end('answered')
    expect(one.isOpen()).toBe(true)
    trial('answered')
    for (const end of late.slice(20)) end('failed')
    expect(one.isOpen()).toBe(false)
  })

  test.each([
    [0, 24_000],
    [0.5, 30_000],
    [1, 36_000],
  ])('it stays so for half a minute, by chance (%d) a fifth less or more', (chance, ms) => {
    const one = breaker()
    one.lucky(chance)
    one.call(...times(20, 'failed'))
    one.pass(ms - 1)
    expect(one.isOpen()).toBe(true)
    one.pass(1)
    expect(one.isOpen()).toBe(false)
  })

  test.each(STEPS)('a clock that steps by %s makes the pause neither longer nor shorter, and the wall clock says when it ends', (_, ms) => {
    const one = breaker()
    one.call(...times(20, 'failed'))
    one.pass(10_000)
    one.step(ms)
    expect(thrown(() => one.check(CALL))).toMatchObject({
      retryAfterMs: 20_000,
      message: expect.stringContaining(new Date(START + 30_000 + ms).toISOString()),
    })
    expect(one.state()).toEqual({ is: 'open', until: START + 30_000 + ms })
    one.pass(19_999)
    expect(one.isOpen()).toBe(true)
    one.pass(1)
    expect(one.isOpen()).toBe(false)
  })

  test.each(STEPS)('a clock that steps by %s neither forgets what failed before nor counts it for longer', (_, ms) => {
    const one = breaker()
    one.call(...times(19, 'failed'))
    one.step(ms)
    one.call('failed')
    expect(one.isOpen()).toBe(true)
    const other = breaker()
    other.call(...times(19, 'failed'))
    other.step(ms)
    other.pass(30_000)
    other.call('failed')
    expect(other.isOpen()).toBe(false)
  })
})

describe('afterwards', () => {
  test('one call tries, and everybody else is refused until it has ended', () => {
    const one = breaker()
    one.call(...times(20, 'failed'))
    one.pass(30_000)
    const trial = one.enter(CALL)
    expect(thrown(() => one.enter(CALL))).toMatchObject({ retryAfterMs: 5_000 })
    one.pass(50_000)
    expect(one.isOpen()).toBe(true)
    trial('answered')
    expect(one.isOpen()).toBe(false)
    one.call(...times(19, 'failed'))
    expect(one.isOpen()).toBe(false)
  })

  test('each trial that fails doubles the pause, up to five minutes', () => {
    const one = breaker()
    one.call(...times(20, 'failed'))
    const pauses = [30_000]
    one.pass(30_000)
    for (let trial = 0; trial < 6; trial++) {
      one.call('failed')
      const { retryAfterMs = 0 } = thrown(() => one.check(CALL)) as { retryAfterMs?: number }
      pauses.push(retryAfterMs)
      one.pass(retryAfterMs)
    }
    expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000])
    one.call('answered', ...times(20, 'failed'))
    expect(thrown(() => one.check(CALL))).toMatchObject({ retryAfterMs: 30_000 })
  })

  test('chance makes no pause longer than five minutes', () => {
    const one = breaker()
    one.lucky(1)
    one.call(...times(20, 'failed'))
    for (let trial = 0; trial < 6; trial++) {
      one.pass(300_000)
      one.call('failed')
    }
    expect(thrown(() => one.check(CALL))).toMatchObject({ retryAfterMs: 300_000 })
  })

  test('a trial that nobody waited for is followed by another, at once', () => {
    const one = breaker()
    one.call(...times(20, 'failed'))
    one.pass(30_000)
    one.call('unknown')
    expect(one.isOpen()).toBe(false)
    one.call('failed')
    expect(thrown(() => one.check(CALL))).toMatchObject({ retryAfterMs: 60_000 })
  })

  test('an operator hears of the beginning, of every trial that failed, and of the end', () => {
    const one = breaker()
    one.call(...times(20, 'failed'))
    one.pass(30_000)
    one.call('unknown', 'failed')
    one.pass(60_000)
    one.call('answered', 'answered')
    expect(one.log).toEqual([
      'Merge is not answering; no call is made until then {"until":"2026-01-05T09:00:30.000Z"}',
      'Merge is not answering; no call is made until then {"until":"2026-01-05T09:01:30.000Z"}',
      'Merge answers again; calls are made as usual {}',
    ])
  })
})

type Step = { do: 'call' } | { do: 'burst'; calls: number } | { do: 'end'; which: number; outcome: Outcome } | { do: 'wait'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Step>({ do: 'call' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(30),
      outcome: fc.constantFrom<Outcome>('failed', 'failed', 'failed', 'answered', 'unknown'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('burst' as const), calls: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400_000 }) }) },
)
const seeds = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })

test('whatever happens, no call passes while it is open, one at most tries, and it heals once Merge does', () => {
  const met = { opened: 0, trials: 0, closed: 0 }
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 250 }), seeds, (steps, chances) => {
      let now = START
      let state: Breaker = CLOSED
      let drawn = 0
      const underWay: { era: number; trial: boolean }[] = []
      const advance = (event: Parameters<typeof advanceBreaker>[1]) => {
        const before = state
        state = advanceBreaker(before, event)
        if (state.is === 'open' && before.is !== 'open') met.opened++
        if (state.is === 'closed' && before.is !== 'closed') met.closed++
        return before
      }
      const ask = () => {
        const before = advance({ kind: 'asked', now })
        const passes = state.is === 'closed' || state !== before
        if (before.is === 'open') expect(passes).toBe(now >= before.until)
        if (before.is === 'trying') expect(passes).toBe(false)
        if (passes) underWay.push({ era: state.era, trial: state.is === 'trying' })
        if (state.is === 'trying') met.trials++
        // Of the calls that can still change anything, one at most is a trial; and none is under way while it is open.
        const live = underWay.filter((call) => call.era === state.era)
        if (state.is === 'trying') expect(live.map((call) => call.trial)).toEqual([true])
        if (state.is === 'open') expect(live).toEqual([])
        return passes
      }
      const end = (call: { era: number }, outcome: Outcome) =>
        advance({ kind: 'ended', now, era: call.era, outcome, chance: chances[drawn++ % chances.length] ?? 0 })

      for (const each of steps) {
        if (each.do === 'wait') now += each.ms
        else if (each.do === 'call') ask()
        else if (each.do === 'burst') {
          for (let call = 0; call < each.calls; call++) ask()
          for (const call of underWay.splice(-each.calls)) end(call, 'failed')
        } else {
          const [call] = underWay.splice(each.which % Math.max(1, underWay.length), 1)
          if (call) end(call, each.outcome)
        }
        if (state.is === 'open') expect(state.until - now).toBeLessThanOrEqual(300_000)
      }

      // Merge is well again: what is under way ends, five minutes pass, and the next call gets through and is answered.
      for (const call of underWay.splice(0)) end(call, 'answered')
      now += 300_000
      expect(ask()).toBe(true)
      for (const call of underWay.splice(0)) end(call, 'answered')
      expect(state.is).toBe('closed')
      expect(ask()).toBe(true)
    }),
    { numRuns: 300, seed: 20_260_105 },
  )
  // It would be no proof if it had never come to that.
  expect(Math.min(met.opened, met.trials, met.closed)).toBeGreaterThan(100)
})

function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
