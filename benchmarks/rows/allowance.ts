import { join } from 'node:path'
import { type Allowance, PER_MINUTE } from '../support/allowance.ts'
import { countLine, type Line, median, shareLine } from '../support/line.ts'
import type { Cost } from '../support/measure.ts'
import { runProgram, withFakeMerge, withFolder } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'

type Paced = Cost & Allowance & { records: number }

const PAGE = 100
/** Each of the four models may have one page being stored and one on its way when the run is stopped; two calls open every look. */
const NOT_STORED = 16

/** How much of what Merge allows an account the SDK uses, and what that costs. A quick look counts over a shorter window at the same rate. */
export async function allowance({ quick }: Settings): Promise<Line[]> {
  const windowMs = quick ? 20_000 : 60_000
  const forMs = quick ? 25_000 : 70_000
  // Side by side: each of them waits nearly all the time.
  const samples = await Promise.all(Array.from({ length: 3 }, () => paced(windowMs, forMs)))
  const isVoid = samples.every(({ accepted, records }) => records >= (accepted - NOT_STORED) * PAGE)
    ? null
    : 'a run stored fewer records than it was served'
  const middle = (of: (sample: Paced) => number) => median(samples.map(of))
  const allowed = ({ wallMs }: Paced) => (PER_MINUTE * wallMs) / 60_000
  const line = (what: string) => ({ what: `${PER_MINUTE} requests a minute at 300 ms, four models: ${what}`, void: isVoid })
  return [
    shareLine(
      samples.map((sample) => sample.accepted / allowed(sample)),
      {
        ...line('share of the allowance used'),
        goal: { atLeast: 0.95 },
        note: `${middle(({ accepted }) => accepted)} of ${middle(allowed).toFixed(0)} requests, ${middle(({ records }) => records).toLocaleString('en-US')} records stored`,
      },
    ),
    countLine(
      samples.map(({ refused }) => refused),
      { ...line('answers 429'), goal: { atMost: 0 }, note: `in ${middle(({ wallMs }) => wallMs / 1000).toFixed(0)} seconds` },
    ),
    shareLine(
      samples.map(({ cpuMs, wallMs }) => cpuMs / wallMs),
      { ...line('share of one core'), goal: { atMost: 0.05 }, note: `${middle(({ cpuMs }) => cpuMs).toFixed(0)} ms of CPU` },
    ),
  ]
}

function paced(windowMs: number, forMs: number): Promise<Paced> {
  return withFakeMerge({ records: 100_000, latencyMs: 300, windowMs }, (url) =>
    withFolder((folder) => runProgram<Paced>('walk-at-pace', [url, join(folder, 'records.db'), forMs])),
  )
}
