import { parentPort, workerData } from 'node:worker_threads'
import { measure, type Unreached } from '../coverage/precise.ts'
import { useLightPlatform } from '../engine/platform.ts'
import { generateHistory } from '../history/generate.ts'
import { type SourceSabotage, spoilSource } from '../sabotage/spoil-source.ts'
import { addCounts, type Counts, noCounts, type Problem } from './outcome.ts'
import type { OtherStorage } from './storage.ts'

/** What every thread is given when it starts. */
export interface Wanted {
  platform: 'light' | 'own'
  /** Absent: in memory. */
  storage?: OtherStorage | undefined
  /** Whether what is reached is measured, at a quarter of the speed. */
  measured?: boolean | undefined
  /** One fault in the sources of the SDK. */
  sabotage?: SourceSabotage | undefined
}

/** What it is told to run; `null` is the end. All threads that share a range are told the same. */
export interface Share {
  first: number
  stride: number
  /** These and no others. */
  seeds?: readonly number[] | undefined
  /** End with the first history that goes wrong. */
  untilWrong?: boolean | undefined
  count: number
  atLeast: number
  /** Real time, epoch milliseconds. */
  until: number
  /** Shared: how many histories were taken. */
  taken: Int32Array
}

export interface ThreadResult {
  counts: Counts
  failures: { seed: number; problems: Problem[] }[]
  /** Of all that the thread has run so far. */
  unreached: Unreached | null
}

const { platform, storage, measured, sabotage } = workerData as Wanted

// Nobody reads the stacks of the errors that are meant to happen, and making them costs a tenth of the time.
Error.stackTraceLimit = 0
if (platform === 'light') useLightPlatform()
if (sabotage !== undefined) spoilSource(sabotage)
const measurement = measured ? measure() : null
// Only now, so that the SDK finds the platform that it is to run on.
const { runHistory } = await import('./run-history.ts')
const { openThread } = await import('./storage.ts')
await import('ky')

const { open, close } = await openThread(storage)
parentPort?.on('message', async (share: Share | null) => {
  if (share !== null) return parentPort?.postMessage(await run(share))
  await close()
  parentPort?.close()
})

async function run({ first, stride, seeds, ...share }: Share): Promise<ThreadResult> {
  const result: ThreadResult = { counts: noCounts(), failures: [], unreached: null }
  for (let taken = take(share); taken !== null; taken = take(share)) {
    const seed = seeds === undefined ? first + taken * stride : (seeds[taken] as number)
    const { counts, problems } = await runHistory(generateHistory(seed), {}, open)
    addCounts(result.counts, counts)
    if (problems.length > 0) result.failures.push({ seed, problems })
    if (problems.length > 0 && share.untilWrong) break
  }
  return { ...result, unreached: measurement?.take() ?? null }
}

function take({ taken, count, atLeast, until }: Pick<Share, 'taken' | 'count' | 'atLeast' | 'until'>): number | null {
  const sofar = Atomics.load(taken, 0)
  if (sofar >= count || (sofar >= atLeast && Date.now() >= until)) return null
  const mine = Atomics.add(taken, 0, 1)
  return mine < count ? mine : null
}
