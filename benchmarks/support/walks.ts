import { comparePairs, type Pair, voidReason } from './compare.ts'
import { type Goal, type Line, median, ratioLine } from './line.ts'
import type { Cost, Result } from './measure.ts'
import { type Fake, withFakeMerge } from './run-program.ts'

/** All records of a fake Merge, read once. */
export type Walk = Cost & Result

export interface WalkPairs {
  pairs: Pair<Walk>[]
  void: string | null
}

/** Two ways to read the same fake Merge. Each is given its URL and starts a process of its own. */
export async function walkPairs(
  fake: Fake,
  samples: number,
  ours: (url: string) => Promise<Walk>,
  peer: (url: string) => Promise<Walk>,
): Promise<WalkPairs> {
  const pairs = await withFakeMerge(fake, (url) =>
    comparePairs(
      samples,
      () => ours(url),
      () => peer(url),
    ),
  )
  return { pairs, void: voidReason(pairs, fake.records) }
}

export function walkLine(walks: WalkPairs, measure: keyof typeof figures, line: { what: string; goal: Goal | null }): Line {
  const { of, unit } = figures[measure]
  const middle = (side: keyof Pair<Walk>) => median(walks.pairs.map((pair) => of(pair[side]))).toFixed(1)
  return ratioLine(walks.pairs, of, { ...line, void: walks.void, note: `${middle('ours')} / ${middle('peer')} ${unit}` })
}

const figures = {
  speed: { of: (walk: Walk) => walk.rows / (walk.wallMs / 1000), unit: 'records a second' },
  cpu: { of: (walk: Walk) => (walk.cpuMs * 1000) / walk.rows, unit: 'µs a record' },
}
