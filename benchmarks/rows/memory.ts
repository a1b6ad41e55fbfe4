import { join } from 'node:path'
import { comparePairs } from '../support/compare.ts'
import { type Line, median, ratioLine } from '../support/line.ts'
import { runProgram, withFakeMerge, withFolder } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'
import type { Walk } from '../support/walks.ts'

/** Whether the memory that a first sync takes grows with the account. The goal is about a million records, so this only reports. */
export async function memory({ quick }: Settings): Promise<Line[]> {
  const [many, few] = quick ? [50_000, 10_000] : [200_000, 20_000]
  const sync = (url: string) => withFolder((folder) => runProgram<Walk>('walk-and-store', [url, join(folder, 'records.db')]))
  const pairs = await withFakeMerge({ records: many, latencyMs: 0 }, (large) =>
    withFakeMerge({ records: few, latencyMs: 0 }, (small) =>
      comparePairs(
        quick ? 1 : 3,
        () => sync(large),
        () => sync(small),
      ),
    ),
  )
  const whole = pairs.every(({ ours, peer }) => ours.rows === many && peer.rows === few)
  const megabytes = (walk: Walk) => walk.peakBytes / 1e6
  const middle = (side: 'ours' | 'peer') => median(pairs.map((pair) => megabytes(pair[side]))).toFixed(0)
  return [
    ratioLine(pairs, megabytes, {
      what: `peak memory, sync of ${many.toLocaleString('en-US')} records / of ${few.toLocaleString('en-US')}`,
      goal: null,
      void: whole ? null : 'a run did not end with all rows',
      note: `${middle('ours')} MB / ${middle('peer')} MB`,
    }),
  ]
}
