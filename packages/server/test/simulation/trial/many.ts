import { Worker } from 'node:worker_threads'
import { together } from '../coverage/branches.ts'
import type { Unreached } from '../coverage/precise.ts'
import type { SourceSabotage } from '../sabotage/spoil-source.ts'
import type { Share, ThreadResult, Wanted } from './many-thread.ts'
import { addCounts, type Counts, noCounts, type Problem } from './outcome.ts'
import type { OtherStorage } from './storage.ts'

export interface Many {
  counts: Counts
  /** At most 20, in no particular order. */
  failures: { seed: number; problems: Problem[] }[]
  /** Histories that were run: exactly the first so many. */
  done: number
  /** What none of them came to, as far as it was measured. */
  unreached: Unreached | null
}

/** The histories `first`, `first + stride` …: `count` of them, or fewer when `milliseconds` of real time are over, but at least `atLeast`. */
export interface Range {
  first: number
  stride?: number
  count: number
  milliseconds?: number
  atLeast?: number
  /** These, in place of `first` and `stride`. */
  seeds?: readonly number[]
  /** End with the first history that goes wrong. */
  untilWrong?: boolean
}

export interface ThreadsOptions {
  threads: number
  /** `own`: the classes of `fetch` that Node brings, in place of the lighter ones. */
  platform?: 'light' | 'own'
  /** Another store than memory. */
  storage?: OtherStorage | undefined
  measured?: boolean | undefined
  sabotage?: SourceSabotage | undefined
}

/** Threads that run histories, range after range: a thread needs hundreds of histories until it is quick. */
export interface Threads {
  /** One range at a time. Each history that was begun is finished. */
  run(range: Range): Promise<Many>
  close(): Promise<void>
}

export function openThreads({ threads, platform = 'light', ...options }: ThreadsOptions): Threads {
  const wanted: Wanted = { platform, ...options }
  const open = Array.from({ length: threads }, () => openThread(wanted))
  return {
    async run({ first, stride = 1, count, milliseconds = Number.POSITIVE_INFINITY, atLeast = 0, seeds, untilWrong }) {
      const taken = new Int32Array(new SharedArrayBuffer(4))
      const share: Share = { first, stride, count, atLeast, until: Date.now() + milliseconds, taken, seeds, untilWrong }
      const sum: Many = { counts: noCounts(), failures: [], done: 0, unreached: null }
      const measured: Unreached[] = []
      for (const { counts, failures, unreached } of await Promise.all(open.map((thread) => thread.run(share)))) {
        addCounts(sum.counts, counts)
        sum.failures.push(...failures.slice(0, 20 - sum.failures.length))
        if (unreached !== null) measured.push(unreached)
      }
      sum.done = sum.counts.histories
      if (measured.length > 0) sum.unreached = together(measured)
      return sum
    },
    async close() {
      await Promise.all(open.map((thread) => thread.close()))
    },
  }
}

/** One range on threads of its own. */
export async function runMany({ threads, platform, storage, measured, sabotage, ...range }: Range & ThreadsOptions): Promise<Many> {
  const open = openThreads({ threads, storage, measured, sabotage, ...(platform && { platform }) })
  try {
    return await open.run(range)
  } finally {
    await open.close()
  }
}

function openThread(workerData: Wanted) {
  const worker = new Worker(new URL('./many-thread.ts', import.meta.url), {
    workerData,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Almost everything dies young here.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  let answer: (result: ThreadResult) => void = () => {}
  worker.on('message', (result: ThreadResult) => answer(result))
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`A thread of the simulation ended with code ${code}.`))))
  })
  // Whoever waits for an answer hears of it, and whoever closes.
  ended.catch(() => {})
  const early = ended.then(() => Promise.reject(new Error('A thread of the simulation ended before it was told to.')))
  early.catch(() => {})
  return {
    run(share: Share): Promise<ThreadResult> {
      const result = new Promise<ThreadResult>((resolve) => {
        answer = resolve
      })
      worker.postMessage(share)
      return Promise.race([result, early])
    },
    async close(): Promise<void> {
      worker.postMessage(null)
      await ended
    },
  }
}
