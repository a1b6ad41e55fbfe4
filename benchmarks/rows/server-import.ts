import { comparePairs } from '../support/compare.ts'
import { type Line, median, ratioLine } from '../support/line.ts'
import type { Cost } from '../support/measure.ts'
import { runProgram } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'

type Imported = Cost & { rssBytes: number }

/** What a cold start pays for `import '@connect-integration/server'`, beside Merge's own client. */
export async function serverImport({ quick }: Settings): Promise<Line[]> {
  const pairs = await comparePairs(
    quick ? 5 : 20,
    () => runProgram<Imported>('import', ['@connect-integration/server']),
    () => runProgram<Imported>('import', ['@mergeapi/merge-node-client']),
  )
  const middle = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of))
  const cpu = (imported: Imported) => imported.cpuMs
  const megabytes = (imported: Imported) => imported.rssBytes / 1e6
  return [
    ratioLine(pairs, cpu, {
      what: 'import of the server root / of Merge’s client, CPU',
      goal: { atMost: 0.05 },
      note: `${middle((pair) => cpu(pair.ours)).toFixed(0)} ms / ${middle((pair) => cpu(pair.peer)).toFixed(0)} ms`,
    }),
    ratioLine(pairs, megabytes, {
      what: 'import of the server root / of Merge’s client, memory',
      goal: { atMost: 0.05 },
      note: `${middle((pair) => megabytes(pair.ours)).toFixed(1)} MB / ${middle((pair) => megabytes(pair.peer)).toFixed(1)} MB`,
    }),
  ]
}
