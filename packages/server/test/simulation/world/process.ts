import { ErrorCode, IntegrationError } from '../../../src/errors.ts'
import type { Sleep } from '../../../src/system.ts'
import type { Timeline } from '../engine/timeline.ts'
import type { Chaos, Point, When } from './chaos.ts'

/** One run of a worker: from a start to a stop or a crash. Once dead, nothing that it waits for is ever answered. */
export interface Process {
  readonly worker: number
  /** Milliseconds since it was started, whatever is done to its clock. */
  monotonic(): number
  readonly isAlive: boolean
  /** Stands still, as a virtual machine that is moved: not even its timers run. */
  readonly isPaused: boolean
  /** Milliseconds for which it has stood still so far. */
  readonly stoodStill: number
  /** Resolves when the process has died. */
  readonly dead: Promise<void>
  kill(): void
  /** What the SDK awaits, passed through everything that can befall a process before it and after it. */
  seam<T>(point: Point, latency: number, work: () => Promise<T> | T): Promise<T>
  /** Before or after a point: the process may die, stand still, or be refused here. */
  pass(point: Point, when: When): Promise<void>
  /** Whether something is about to befall it there. */
  awaits(point: Point): boolean
  wait(ms: number): Promise<void>
  readonly sleep: Sleep
}

export interface ProcessOptions {
  worker: number
  timeline: Timeline
  chaos: Chaos
  /** Told of what happened. */
  note: (what: 'crash' | 'pause' | 'store-failure', point: Point, when: When) => void
}

export function createProcess({ worker, timeline, chaos, note }: ProcessOptions): Process {
  const began = timeline.now()
  let isAlive = true
  let resumeAt = 0
  let stoodStill = 0
  let bury = (): void => {}
  const dead = new Promise<void>((resolve) => {
    bury = resolve
  })

  const wake = (at: number, resolve: () => void) =>
    timeline.at(Math.max(at, resumeAt), () => {
      if (!isAlive) return
      if (timeline.now() < resumeAt) wake(resumeAt, resolve)
      else resolve()
    })

  const process: Process = {
    worker,
    monotonic: () => timeline.now() - began,
    dead,
    get isAlive() {
      return isAlive
    },
    get isPaused() {
      return isAlive && timeline.now() < resumeAt
    },
    get stoodStill() {
      return stoodStill
    },
    kill() {
      isAlive = false
      bury()
    },
    wait: (ms) => new Promise((resolve) => void wake(timeline.now() + ms, resolve)),
    async pass(point, when) {
      if (!isAlive) return never()
      if (timeline.now() < resumeAt) await process.wait(0)
      const action = chaos.take(worker, point, when)
      if (action === undefined) return
      if (action.do === 'crash') {
        note('crash', point, when)
        process.kill()
        return never()
      }
      if (action.do === 'pause') {
        note('pause', point, when)
        resumeAt = timeline.now() + action.length
        stoodStill += action.length
        return process.wait(0)
      }
      note('store-failure', point, when)
      throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'The simulated store could not be reached.')
    },
    awaits: (point) => chaos.waits(worker, point, 'before'),
    async seam(point, latency, work) {
      await process.pass(point, 'before')
      if (latency > 0) await process.wait(latency / 2)
      const result = await work()
      if (latency > 0) await process.wait(latency / 2)
      await process.pass(point, 'after')
      return result
    },
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (!isAlive) return
        if (chaos.take(worker, 'sleep', 'before')?.do === 'crash') {
          note('crash', 'sleep', 'before')
          return process.kill()
        }
        if (signal?.aborted) return reject(signal.reason)
        const timer = wake(timeline.now() + ms, () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        })
        const onAbort = (): void => {
          timer.cancel()
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
  }
  return process
}

function never(): Promise<never> {
  return new Promise(() => {})
}
