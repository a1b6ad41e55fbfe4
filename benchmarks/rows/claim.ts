import { comparePairs } from '../support/compare.ts'
import { absentLine, type Line, median, ratioLine } from '../support/line.ts'
import { withPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'

interface Claimed {
  wallMs: number
  /** How many were had exactly once. */
  once: number
}

/** Whether a claim costs more where there are more accounts, and what a queue made for jobs costs instead. */
export function claim({ quick }: Settings): Promise<Line[]> {
  const [many, few] = quick ? [100_000, 10_000] : [1_000_000, 10_000]
  const sizes = `claim of 100, median, among ${many.toLocaleString('en-US')} accounts / among ${few.toLocaleString('en-US')}`
  const peer = 'claim, 100 at a time / pg-boss, fetch and complete, speed'
  const measured = async (url: string) => {
    const samples = await runProgram<{ large: number; small: number }[]>('claim-at-sizes', [url, many, few, quick ? 3 : 5, 60])
    const bySize = samples.map(({ large, small }) => ({ ours: large, peer: small }))
    const middle = (side: 'ours' | 'peer') => median(bySize.map((pair) => pair[side])).toFixed(2)

    const jobs = quick ? 5_000 : 20_000
    const program = (name: string) => () => runProgram<Claimed>(name, [url, jobs])
    const pairs = await comparePairs(quick ? 3 : 5, program('claim-with-adapter'), program('claim-with-pg-boss'))
    const isShort = pairs.flatMap((pair) => [pair.ours, pair.peer]).some(({ once }) => once !== jobs)
    const speed = ({ wallMs }: Claimed) => jobs / (wallMs / 1000)
    const speeds = (['ours', 'peer'] as const).map((side) => median(pairs.map((pair) => speed(pair[side]))).toFixed(0))
    return [
      ratioLine(bySize, (ms) => ms, {
        what: sizes,
        goal: quick ? null : { atMost: 2 },
        note: `${middle('ours')} / ${middle('peer')} ms`,
      }),
      ratioLine(pairs, speed, {
        what: peer,
        goal: { atLeast: 2.5 },
        void: isShort ? `a run did not have each of ${jobs} exactly once` : null,
        note: `${speeds.join(' / ')} a second`,
      }),
    ]
  }
  return withPostgres(measured, (reason) => [
    absentLine(sizes, quick ? null : { atMost: 2 }, reason),
    absentLine(peer, { atLeast: 2.5 }, reason),
  ])
}
