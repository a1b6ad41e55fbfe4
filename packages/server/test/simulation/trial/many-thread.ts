import { parentPort, workerData } from 'node:worker_threads'
import { useLightPlatform } from '../engine/platform.ts'
import { generateHistory } from '../history/generate.ts'
import type { ThreadResult } from './many.ts'
import { addCounts, noCounts } from './outcome.ts'
import type { OtherStorage } from './storage.ts'

/** What every thread of a run is given. */
export interface Wanted {
  first: number
  stride: number
  count: number
  atLeast: number
  /** Real time, epoch milliseconds. */
  until: number
  /** Shared: how many histories were taken. */
  next: Int32Array
  platform: 'light' | 'own'
  /** Absent: in memory. */
  storage?: OtherStorage | undefined
}

const { first, stride, count, atLeast, until, next, platform, storage } = workerData as Wanted

// Nobody reads the stacks of the errors that are meant to happen, and making them costs a tenth of the time.
Error.stackTraceLimit = 0
if (platform === 'light') useLightPlatform()
// Only now, so that the SDK finds the platform that it is to run on.
const { runHistory } = await import('./run-history.ts')
const { openThread } = await import('./storage.ts')
await import('ky')

const { open, close } = await openThread(storage)
const result: ThreadResult = { counts: noCounts(), failures: [] }
for (let taken = take(); taken !== null; taken = take()) {
  const seed = first + taken * stride
  const { counts, problems } = await runHistory(generateHistory(seed), {}, open)
  addCounts(result.counts, counts)
  if (problems.length > 0) result.failures.push({ seed, problems })
}
await close()
parentPort?.postMessage(result)

function take(): number | null {
  const taken = Atomics.load(next, 0)
  if (taken >= count || (taken >= atLeast && Date.now() >= until)) return null
  const mine = Atomics.add(next, 0, 1)
  return mine < count ? mine : null
}
