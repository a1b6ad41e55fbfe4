import { join } from 'node:path'
import type { Line } from '../support/line.ts'
import { runProgram, withFolder } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'
import { type Walk, walkLine, walkPairs } from '../support/walks.ts'

/** As far as a database in the same region usually is. */
const AWAY_MS = 5

/** The SDK's whole sync into SQLite: beside its bound, which is the same pages through the same gateway, dropped, and beside a first version by hand. */
export async function walkAndStore({ quick }: Settings): Promise<Line[]> {
  const records = quick ? 10_000 : 30_000
  const samples = quick ? 3 : 7
  const near = { latencyMs: 0 }
  const far = { latencyMs: 100 }
  const bound = await walkPairs({ records, ...near }, samples, sdk(), drop)
  // Enough pages that the two questions which open a look weigh about as little as in a real one.
  const farBound = await walkPairs({ records: quick ? 2_000 : 10_000, ...far }, quick ? 2 : 3, sdk(AWAY_MS), drop)
  // Few records: each waits for the disk, and where the store is away for that too.
  const naive = await walkPairs({ records: quick ? 2_000 : 10_000, ...near }, quick ? 2 : 5, sdk(), byHand())
  const farNaive = await walkPairs({ records: quick ? 1_000 : 2_000, ...far }, quick ? 1 : 3, sdk(AWAY_MS), byHand(AWAY_MS))
  const beside = (peer: string, where: string, measure: string) => `walk + store in SQLite / ${peer}, ${where}, ${measure}`
  const [dropped, rows] = ['fetch and drop', 'Merge’s client, row by row']
  const [here, away] = ['0 ms', `100 ms a page + ${AWAY_MS} ms a store call`]
  return [
    walkLine(bound, 'speed', { what: beside(dropped, here, 'speed'), goal: null }),
    walkLine(bound, 'cpu', { what: beside(dropped, here, 'CPU'), goal: null }),
    walkLine(farBound, 'speed', { what: beside(dropped, away, 'speed'), goal: quick ? null : { atLeast: 0.95 } }),
    walkLine(naive, 'speed', { what: beside(rows, here, 'speed'), goal: { atLeast: 9 } }),
    walkLine(naive, 'cpu', { what: beside(rows, here, 'CPU'), goal: { atMost: 0.16 } }),
    walkLine(farNaive, 'speed', { what: beside(rows, away, 'speed'), goal: null }),
    walkLine(farNaive, 'cpu', { what: beside(rows, away, 'CPU'), goal: null }),
  ]
}

const sdk =
  (awayMs = 0) =>
  (url: string) =>
    withFolder((folder) => runProgram<Walk>('walk-and-store', [url, join(folder, 'records.db'), awayMs]))
const byHand =
  (awayMs = 0) =>
  (url: string) =>
    withFolder((folder) => runProgram<Walk>('official-client-and-store', [url, join(folder, 'records.db'), awayMs]))
const drop = (url: string) => runProgram<Walk>('fetch-and-drop', [url])
