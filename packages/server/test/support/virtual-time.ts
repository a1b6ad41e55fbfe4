import type { Sleep, SteadyClock } from '../../src/system.ts'
import { createRealWork, type RealWork } from './real-work.ts'

/** A clock that moves only when everything else waits for it. Nothing sleeps for real. */
export interface VirtualTime extends Pick<RealWork, 'real' | 'settled'> {
  clock: SteadyClock & {
    advance(ms: number): void
    /** Sets the clock, as somebody does who finds it wrong: no time passes, and nothing that waits ends. */
    step(ms: number): void
  }
  sleep: Sleep
  /** Runs the work to its end, jumping from timer to timer. Throws when it waits for something that is no timer. */
  run<T>(work: Promise<T>): Promise<T>
}

/** Turns of the event loop without a word from the work after which it is taken to wait for the clock. */
const IDLE_TURNS = 12

export function virtualTime(start = Date.UTC(2026, 0, 5, 9)): VirtualTime {
  let now = start
  const { real, settled: realSettled, underWay } = createRealWork()
  const timers = new Set<{ at: number; fire: () => void }>()

  const sleep: Sleep = (ms, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = {
        // Whole milliseconds, as every clock that it stands for.
        at: Math.ceil(now + ms),
        fire: () => {
          timers.delete(timer)
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      const onAbort = () => {
        timers.delete(timer)
        reject(signal?.reason)
      }
      timers.add(timer)
      signal?.addEventListener('abort', onAbort, { once: true })
    })

  async function run<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const done = work.finally(() => {
      settled = true
    })
    done.catch(() => {})
    for (let stalls = 0; !settled; ) {
      for (let turn = 0; turn < IDLE_TURNS && !settled; turn++) await new Promise((resolve) => setImmediate(resolve))
      if (settled) break
      if (underWay()) {
        await realSettled()
        continue
      }
      const next = [...timers].reduce<{ at: number; fire: () => void } | null>(
        (first, timer) => (first === null || timer.at < first.at ? timer : first),
        null,
      )
      if (next === null) {
        if (++stalls > 500) throw new Error('The work waits for something that is no timer of this clock.')
        continue
      }
      stalls = 0
      now = Math.max(now, next.at)
      next.fire()
    }
    return done
  }

  const advance = (ms: number) => {
    now += Math.round(ms)
  }
  let stepped = 0
  const step = (ms: number) => {
    stepped += ms
  }
  return { clock: { now: () => now + stepped, monotonic: () => now - start, advance, step }, sleep, run, real, settled: realSettled }
}
