/**
 * The one file that touches the world: the system's clock, timers, randomness, network and console.
 * Everything else is handed what it needs, so that any run can be replayed.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

/** Tells what time it is. */
export interface Clock {
  /** Epoch milliseconds. It may step at any moment, in both directions, when somebody or something sets it. */
  now(): number
  /** Milliseconds since some moment: never goes back and never jumps, whatever happens to `now()`. Derived from `now()` where it is absent. */
  monotonic?(): number
}

/** What the core works with: every duration is measured with `monotonic`, in whole milliseconds, and `now` only says what time it is. */
export interface SteadyClock extends Clock {
  monotonic(): number
}

/** The clock that was passed in, completed: one without `monotonic` counts what passes between two readings, and a step back as nothing. */
export function steady(clock: Clock): SteadyClock {
  const { monotonic } = clock
  if (monotonic !== undefined) return { now: () => clock.now(), monotonic: () => Math.floor(monotonic.call(clock)) }
  let passed = 0
  let last: number | undefined
  return {
    now: () => clock.now(),
    monotonic() {
      const now = clock.now()
      passed += Math.max(0, now - (last ?? now))
      last = now
      return passed
    },
  }
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
export type Sleep = (ms: number, options?: { signal?: AbortSignal }) => Promise<void>

export type Environment = Readonly<Record<string, string | undefined>>

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

export const systemClock: SteadyClock = { now: () => Date.now(), monotonic: () => Math.floor(performance.now()) }

export const systemSleep: Sleep = async (ms, options) => {
  await setTimeout(ms, undefined, options)
}

export const systemRandom = (): number => Math.random()

export const systemRandomBytes = (size: number): Uint8Array => randomBytes(size)

/** The environment of this process, as it is now. */
export const systemEnvironment = (): Environment => process.env

export const systemFetch: typeof fetch = (input, init) => fetch(input, init)

/** Warnings and errors only; pass a `logger` to hear more. */
export const systemLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, fields) => console.warn(`[connect-integration] ${message}`, ...(fields ? [fields] : [])),
  error: (message, fields) => console.error(`[connect-integration] ${message}`, ...(fields ? [fields] : [])),
}

/** The same, and when it throws nobody else hears of it: work that is done must not fail because it could not be told. */
export function forgivingLogger(logger: Logger): Logger {
  const write =
    (level: keyof Logger): Logger['info'] =>
    (message, fields) => {
      try {
        logger[level](message, fields)
      } catch {
        // There is nowhere left to tell it.
      }
    }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
