import { join } from 'node:path'
import type { Line } from '../support/line.ts'
import { runProgram, withFolder } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'
import { type Walk, walkLine, walkPairs } from '../support/walks.ts'

/** The SDK's whole sync into SQLite: beside its bound, which is the same pages through the same gateway, dropped, and beside a first version by hand. */
export async function walkAndStore({ quick }: Settings): Promise<Line[]> {
  const records = quick ? 10_000 : 30_000
  const samples = quick ? 3 : 7
  const bound = await walkPairs({ records, latencyMs: 0 }, samples, sdk, drop)
  // Few records: each waits for the disk.
  const naive = await walkPairs({ records: quick ? 2_000 : 10_000, latencyMs: 0 }, quick ? 2 : 5, sdk, byHand)
  const slow = await walkPairs({ records: quick ? 2_000 : 5_000, latencyMs: 100 }, quick ? 2 : 5, sdk, drop)
  return [
    walkLine(bound, 'speed', { what: 'walk + store in SQLite / fetch and drop, speed', goal: null }),
    walkLine(bound, 'cpu', { what: 'walk + store in SQLite / fetch and drop, CPU', goal: null }),
    walkLine(slow, 'speed', { what: 'the same at 100 ms a page, speed', goal: { atLeast: 0.95 } }),
    walkLine(naive, 'speed', { what: 'walk + store in SQLite / Merge’s client, row by row, speed', goal: null }),
    walkLine(naive, 'cpu', { what: 'walk + store in SQLite / Merge’s client, row by row, CPU', goal: null }),
  ]
}

const sdk = (url: string) => withFolder((folder) => runProgram<Walk>('walk-and-store', [url, join(folder, 'records.db')]))
const drop = (url: string) => runProgram<Walk>('fetch-and-drop', [url])
const byHand = (url: string) => withFolder((folder) => runProgram<Walk>('official-client-and-store', [url, join(folder, 'records.db')]))
