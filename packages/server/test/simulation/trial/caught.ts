import { generateHistory } from '../history/generate.ts'
import type { History } from '../history/history.ts'
import type { SourceSabotage } from '../sabotage/spoil-source.ts'
import { runMany } from './many.ts'

/** The numbers from `first` on of so many histories of that kind. */
export function seedsOf(concerns: (history: History) => boolean, first: number, count: number): number[] {
  const seeds: number[] = []
  for (let seed = first; seeds.length < count; seed++) if (concerns(generateHistory(seed))) seeds.push(seed)
  return seeds
}

/** The number of the first of these histories that goes wrong with that defence gone, and well with it; `null`: none does. */
export async function caughtBy({ file, edits }: SourceSabotage, seeds: readonly number[]): Promise<number | null> {
  for (let left = seeds; left.length > 0; ) {
    const { failures } = await runMany({
      first: 0,
      seeds: left,
      count: left.length,
      threads: 1,
      untilWrong: true,
      sabotage: { file, edits },
    })
    const [wrong] = failures
    if (wrong === undefined) return null
    const sound = await runMany({ first: 0, seeds: [wrong.seed], count: 1, threads: 1 })
    if (sound.failures.length === 0) return wrong.seed
    left = left.slice(left.indexOf(wrong.seed) + 1)
  }
  return null
}
