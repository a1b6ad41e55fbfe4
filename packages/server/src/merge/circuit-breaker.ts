import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Logger, SteadyClock } from '../system.ts'
import type { Call } from './call.ts'

/**
 * Leaves Merge alone while it is down, and lets nobody wait for what will not be answered. When at least 20 calls of the last half minute
 * were answered or lost, and at least half of them failed (5xx, timeouts, the network; no 4xx), no call is made for half a minute. Then one
 * is, to see: if Merge answers it all may call again, else the pause doubles, up to five minutes. One for each process.
 */
export interface CircuitBreaker {
  /** Throws the refusal (see {@link isResting}) when a call could not be made now. Takes nothing: for before a wait. */
  check(call: Called): void
  /** Throws the same, or takes the call in: then what this returns must be called once, with how it ended. */
  enter(call: Called): (outcome: Outcome) => void
  /** Where it stands. `until`: when it will be tried again, epoch milliseconds by the clock as it is set now; `null` unless open. */
  state(): { is: Breaker['is']; until: number | null }
}

/** `unknown`: it was not made after all, or nobody waited for its answer. Of a trial call: then the next one is the trial. */
export type Outcome = 'answered' | 'failed' | 'unknown'
type Called = Pick<Call, 'method' | 'template'>

/**
 * Where the breaker stands. `era` rises with every change, so that the end of a call that was let in before one says nothing afterwards: a
 * hundred calls that time out half a minute later must not close the door again on a Merge that has recovered.
 */
export type Breaker =
  | { is: 'closed'; era: number; seconds: readonly Second[] }
  /** `openings`: how often in a row, this one included. `until`: in `monotonic` milliseconds, as every moment here. */
  | { is: 'open'; era: number; openings: number; until: number }
  /** One call is on its way to see whether Merge answers. */
  | { is: 'trying'; era: number; openings: number }

/** The calls that ended in one second; `at`: where it began. */
interface Second {
  at: number
  calls: number
  failures: number
}

export type BreakerEvent =
  | { kind: 'asked'; now: number }
  /** `era`: of the state in which the call was let in. `chance`: 0 to 1. */
  | { kind: 'ended'; now: number; era: number; outcome: Outcome; chance: number }

const WINDOW_MS = 30_000
const FEWEST_CALLS = 20
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 300_000
/** What a call is told to wait that comes while another one is trying. */
const TRIAL_MS = 5_000

export const CLOSED: Breaker = { is: 'closed', era: 0, seconds: [] }

/** What the breaker becomes. Pure. A call that asks is let in when this is `closed`, or has just become `trying`. */
export function advanceBreaker(state: Breaker, event: BreakerEvent): Breaker {
  if (event.kind === 'asked') {
    return state.is === 'open' && event.now >= state.until ? { is: 'trying', era: state.era + 1, openings: state.openings } : state
  }
  if (event.era !== state.era || state.is === 'open') return state
  if (state.is === 'closed') return event.outcome === 'unknown' ? state : counted(state, event.outcome === 'failed', event)
  if (event.outcome === 'answered') return { is: 'closed', era: state.era + 1, seconds: [] }
  // Nothing was learned: whoever asks next is the trial.
  if (event.outcome === 'unknown') return { ...state, is: 'open', era: state.era + 1, until: event.now }
  return opened(state.era, state.openings + 1, event)
}

/** Whole seconds, because a busy process makes thousands of calls in half a minute. */
function counted(state: Breaker & { is: 'closed' }, failed: boolean, event: { now: number; chance: number }): Breaker {
  const at = Math.floor(event.now / 1000) * 1000
  const others = state.seconds.filter((second) => second.at < at && second.at > event.now - WINDOW_MS)
  const same = state.seconds.find((second) => second.at === at)
  const seconds = [...others, { at, calls: (same?.calls ?? 0) + 1, failures: (same?.failures ?? 0) + (failed ? 1 : 0) }]
  const calls = seconds.reduce((sum, second) => sum + second.calls, 0)
  const failures = seconds.reduce((sum, second) => sum + second.failures, 0)
  return calls >= FEWEST_CALLS && failures * 2 >= calls ? opened(state.era, 1, event) : { ...state, seconds }
}

/** A fifth more or less by chance, so that not every process comes back in the same moment. */
function opened(era: number, openings: number, { now, chance }: { now: number; chance: number }): Breaker {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (openings - 1) * (0.8 + 0.4 * chance))
  return { is: 'open', era: era + 1, openings, until: Math.round(now + pause) }
}

export function createCircuitBreaker({
  clock,
  random,
  logger,
}: {
  clock: SteadyClock
  random: () => number
  logger: Logger
}): CircuitBreaker {
  let state = CLOSED

  function refuse(call: Called, now: number): never {
    const waitMs = state.is === 'open' ? Math.max(0, state.until - now) : TRIAL_MS
    const time = clock.now()
    throw resting(call, time, time + waitMs)
  }

  /** The same moment in epoch milliseconds, by the clock as it is set now. */
  function epoch(until: number): number {
    return clock.now() + until - clock.monotonic()
  }

  function end(era: number, outcome: Outcome): void {
    const before = state
    state = advanceBreaker(before, { kind: 'ended', now: clock.monotonic(), era, outcome, chance: random() })
    if (state.is === before.is) return
    if (state.is === 'closed') logger.info('Merge answers again; calls are made as usual', {})
    // Of a trial that nobody waited for there is nothing to tell.
    else if (state.is === 'open' && outcome === 'failed')
      logger.warn('Merge is not answering; no call is made until then', { until: new Date(epoch(state.until)).toISOString() })
  }

  return {
    state: () => ({ is: state.is, until: state.is === 'open' ? epoch(state.until) : null }),
    check(call) {
      const now = clock.monotonic()
      if (state.is !== 'closed' && advanceBreaker(state, { kind: 'asked', now }) === state) refuse(call, now)
    },
    enter(call) {
      const now = clock.monotonic()
      const before = state
      state = advanceBreaker(before, { kind: 'asked', now })
      if (state.is !== 'closed' && state === before) refuse(call, now)
      const { era } = state
      return (outcome) => end(era, outcome)
    },
  }
}

const REFUSALS = new WeakSet<object>()

/** Whether a call was refused by the breaker: it was not made, so it says nothing about its account. */
export function isResting(error: unknown): boolean {
  return typeof error === 'object' && error !== null && REFUSALS.has(error)
}

/** `until` in epoch milliseconds. */
export function resting(call: Called, now: number, until: number): IntegrationError {
  const error = new IntegrationError(
    ErrorCode.UPSTREAM_UNAVAILABLE,
    `Merge (${call.method} ${call.template}) was not asked, because it has hardly answered of late. Try again after ${new Date(until).toISOString()}.`,
    { retryAfterMs: until - now },
  )
  REFUSALS.add(error)
  return error
}
