import { Worker } from 'node:worker_threads'
import type { Wanted } from './many-thread.ts'
import { addCounts, type Counts, noCounts, type Problem } from './outcome.ts'
import type { OtherStorage } from './storage.ts'

export interface Many {
  counts: Counts
  /** At most 20, in no particular order. */
  failures: { seed: number; problems: Problem[] }[]
  /** Histories that were run: exactly the first so many. */
  done: number
}

/**
 * Runs the histories `first`, `first + stride` … on several threads: `count` of them, or fewer when `milliseconds` of real time are over,
 * but at least `atLeast`. Each history that was begun is finished.
 */
export async function runMany(wanted: {
  first: number
  stride?: number
  count: number
  threads: number
  milliseconds?: number
  atLeast?: number
  /** `own`: the classes of `fetch` that Node brings, in place of the lighter ones. */
  platform?: 'light' | 'own'
  /** Another store than memory. */
  storage?: OtherStorage | undefined
}): Promise<Many> {
  const { first, stride = 1, count, threads, milliseconds = Number.POSITIVE_INFINITY, atLeast = 0, platform = 'light', storage } = wanted
  const next = new Int32Array(new SharedArrayBuffer(4))
  const result: Many = { counts: noCounts(), failures: [], done: 0 }
  const given: Wanted = { first, stride, count, atLeast, until: Date.now() + milliseconds, next, platform, storage }
  await Promise.all(Array.from({ length: threads }, () => runThread(given, result)))
  result.done = result.counts.histories
  return result
}

export interface ThreadResult {
  counts: Counts
  failures: Many['failures']
}

function runThread(given: Wanted, sum: Many): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./many-thread.ts', import.meta.url), {
      workerData: given,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Almost everything dies young here.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    worker.on('message', ({ counts, failures }: ThreadResult) => {
      addCounts(sum.counts, counts)
      sum.failures.push(...failures.slice(0, 20 - sum.failures.length))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`A thread of the simulation ended with code ${code}.`))))
  })
}
