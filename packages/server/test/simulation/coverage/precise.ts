import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

/** Of each file that was loaded, by its path in the repository: what no call ever came to, as places in its text. */
export type Unreached = Record<string, Span[]>

/** From a place to a place, the second one not included. */
export type Span = [from: number, to: number]

/** V8's own count, block by block, of this thread. Begins before what is measured is loaded, and costs a quarter of the speed. */
export interface Measurement {
  take(): Unreached
}

const ROOT = new URL('../../../../../', import.meta.url).href
/** What is measured: the parts of the core that histories are meant to go through. */
const MEASURED = /^packages\/server\/src\/(?:link|sync|webhooks)\//

export function measure(): Measurement {
  const session = new Session()
  session.connect()
  post(session, 'Profiler.enable')
  post(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return {
    take() {
      const { result } = post<{ result: Script[] }>(session, 'Profiler.takePreciseCoverage')
      const files = result.flatMap(({ url, functions }): [string, Span[]][] => {
        const path = url.startsWith(ROOT) ? url.slice(ROOT.length) : ''
        return MEASURED.test(path) ? [[path, unreached(functions)]] : []
      })
      return Object.fromEntries(files)
    },
  }
}

/** The file of a path in the repository. */
export const fileOf = (path: string): string => fileURLToPath(new URL(path, ROOT))

interface Script {
  url: string
  functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[]
}

/** Functions and blocks come from the outside in, so that whoever comes last knows best. */
function unreached(functions: Script['functions']): Span[] {
  const ranges = functions.flatMap((each) => each.ranges)
  const reached = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset))).fill(1)
  for (const { startOffset, endOffset, count } of ranges) reached.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  return spansOf(reached)
}

export function spansOf(reached: Uint8Array): Span[] {
  const spans: Span[] = []
  for (let from = reached.indexOf(0); from >= 0; ) {
    const end = reached.indexOf(1, from)
    const to = end < 0 ? reached.length : end
    spans.push([from, to])
    from = reached.indexOf(0, to)
  }
  return spans
}

/** Inspector commands to the own thread are answered at once. */
function post<Answer>(session: Session, method: string, parameters: object = {}): Answer {
  let answer: { error: Error | null; result?: unknown } | undefined
  session.post(method, parameters, (error: Error | null, result?: object) => {
    answer = { error, result }
  })
  if (answer === undefined || answer.error !== null) throw new Error(`${method}: ${answer?.error?.message ?? 'no answer'}`)
  return answer.result as Answer
}
