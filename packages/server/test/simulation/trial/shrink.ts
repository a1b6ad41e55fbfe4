import type { History } from '../history/history.ts'
import type { Outcome } from './outcome.ts'

/**
 * The same history with as few events as still lead to a problem of the same kind: halves are left out, then quarters, down to single
 * events. At most `runs` runs; what was reached by then is returned.
 */
export async function shrink(history: History, run: (history: History) => Promise<Outcome>, runs = 500): Promise<History> {
  const kind = (await run(history)).problems[0]?.kind
  if (kind === undefined) return history
  let { events } = history
  let left = runs
  const fails = async (fewer: History['events']): Promise<boolean> => {
    left--
    const { problems } = await run({ ...history, events: fewer })
    return problems.some((problem) => problem.kind === kind)
  }
  for (let size = Math.ceil(events.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < events.length && left > 0; ) {
      const fewer = [...events.slice(0, from), ...events.slice(from + size)]
      if (await fails(fewer)) events = fewer
      else from += size
    }
  }
  return { ...history, events }
}
