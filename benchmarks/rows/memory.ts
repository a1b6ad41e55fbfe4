import { join } from 'node:path'
import { type Line, ratioLine } from '../support/line.ts'
import { runProgram, withFakeMerge, withFolder } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'
import type { Walk } from '../support/walks.ts'

/**
 * Whether the memory that a first sync takes grows with the account. The goal is about a million records, which a quick look does not take
 * the time for. A peak is no time: there is nothing to warm up, and one pair says it.
 */
export async function memory({ quick }: Settings): Promise<Line[]> {
  // 999,900 is as many as the fake Merge can tell apart.
  const [many, few] = quick ? [50_000, 10_000] : [999_900, 20_000]
  const what = `peak memory, sync of ${many.toLocaleString('en-US')} records / of ${few.toLocaleString('en-US')}`
  const line = async (label: string, goal: number | null, flags: string[]) => {
    const ours = await sync(many, flags)
    const peer = await sync(few, flags)
    return ratioLine([{ ours, peer }], megabytes, {
      what: label,
      goal: goal === null ? null : { atMost: goal },
      void: ours.rows === many && peer.rows === few ? null : 'a run did not end with all rows',
      note: `${megabytes(ours).toFixed(0)} MB / ${megabytes(peer).toFixed(0)} MB`,
    })
  }
  return [
    await line(what, quick ? null : 1.25, []),
    // V8 lets its nursery grow to 48 MB in a process that runs for long, whatever lives in it: without that, what remains is ours.
    await line(`${what}, V8’s nursery kept small`, null, ['--max-semi-space-size=1']),
  ]
}

function sync(records: number, flags: string[]): Promise<Walk> {
  return withFakeMerge({ records, latencyMs: 0 }, (url) =>
    withFolder((folder) => runProgram<Walk>('walk-and-store', [url, join(folder, 'records.db')], flags)),
  )
}

function megabytes(walk: Walk): number {
  return walk.peakBytes / 1e6
}
