import type { Line } from '../support/line.ts'
import { runProgram } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'
import { type Walk, walkLine, walkPairs } from '../support/walks.ts'

/** What it costs to have the records in hand, beside Merge's own client. */
export async function fetchAndDecode({ quick }: Settings): Promise<Line[]> {
  const walks = await walkPairs(
    { records: quick ? 10_000 : 30_000, latencyMs: 0 },
    quick ? 3 : 7,
    (url) => runProgram<Walk>('fetch-and-drop', [url]),
    (url) => runProgram<Walk>('official-client-and-drop', [url]),
  )
  return [walkLine(walks, 'cpu', { what: 'fetch + decode / Merge’s client, CPU', goal: { atMost: 1 / 3 } })]
}
