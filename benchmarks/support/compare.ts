import type { Result } from './measure.ts'

/** One run of ours and one of the peer's, one right after the other. */
export interface Pair<Answer> {
  ours: Answer
  peer: Answer
}

/**
 * Runs ours and the peer in turns, each pair in the other order than the one before, so that whatever else the machine
 * does meets both. The first pair only warms the disk cache and is thrown away.
 */
export async function comparePairs<Answer>(
  samples: number,
  ours: () => Promise<Answer>,
  peer: () => Promise<Answer>,
): Promise<Pair<Answer>[]> {
  const pairs: Pair<Answer>[] = []
  for (let index = 0; index <= samples; index++) {
    const first = await (index % 2 === 0 ? ours : peer)()
    const second = await (index % 2 === 0 ? peer : ours)()
    pairs.push(index % 2 === 0 ? { ours: first, peer: second } : { ours: second, peer: first })
  }
  return pairs.slice(1)
}

/** Why the pairs say nothing: not every run ended with the same rows. `null` when they all did. */
export function voidReason(pairs: readonly Pair<Result>[], expectedRows: number): string | null {
  const runs = pairs.flatMap((pair) => [pair.ours, pair.peer])
  const short = runs.find((run) => run.rows !== expectedRows)
  if (short !== undefined) return `a run ended with ${short.rows} rows instead of ${expectedRows}`
  return new Set(runs.map((run) => run.digest)).size === 1 ? null : 'the runs ended with different rows'
}
