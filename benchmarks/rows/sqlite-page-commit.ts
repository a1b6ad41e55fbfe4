import { join } from 'node:path'
import type { Commits } from '../support/commit-pages.ts'
import { comparePairs, type Pair, voidReason } from '../support/compare.ts'
import { type Line, median, ratioLine } from '../support/line.ts'
import type { Cost } from '../support/measure.ts'
import { runProgram, withFolder } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'

/** What the adapter's fence, guard and change feed cost beside a hand-written loop of a prepared upsert. */
export async function sqlitePageCommit({ quick }: Settings): Promise<Line[]> {
  const records = quick ? 5_000 : 20_000
  const commit = (program: string) => () => withFolder((folder) => runProgram<Commits>(program, [records, join(folder, 'records.db')]))
  const pairs = await comparePairs(quick ? 3 : 9, commit('commit-with-adapter'), commit('commit-by-hand'))
  const results = pairs.map(({ ours, peer }) => ({ ours: ours.result, peer: peer.result }))
  const isVoid = voidReason(results, records)
  const lines = (rows: string, part: (commits: Commits) => Cost) => {
    const speed = (commits: Commits) => records / (part(commits).wallMs / 1000)
    const cpu = (commits: Commits) => (part(commits).cpuMs * 1000) / records
    const middle = (of: typeof cpu, side: keyof Pair<Commits>) => median(pairs.map((pair) => of(pair[side]))).toFixed(1)
    const what = `SQLite page commit / hand-written loop, ${rows} rows`
    return [
      ratioLine(pairs, speed, {
        what: `${what}, speed`,
        goal: { atLeast: 0.8 },
        void: isVoid,
        note: `${middle(speed, 'ours')} / ${middle(speed, 'peer')} records a second`,
      }),
      ratioLine(pairs, cpu, {
        what: `${what}, CPU`,
        goal: null,
        void: isVoid,
        note: `${middle(cpu, 'ours')} / ${middle(cpu, 'peer')} µs a record`,
      }),
    ]
  }
  return [...lines('new', (commits) => commits.inserted), ...lines('changed', (commits) => commits.changed)]
}
