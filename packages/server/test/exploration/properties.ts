import { readCheckpoint } from '../../src/sync/checkpoint.ts'
import { isFinished, type Source, type SourceOptions } from './source.ts'
import type { Store, StoreState } from './store.ts'
import { IDLE, type Rules, type Worker, workerSteps } from './worker.ts'

/**
 * `gap`: when everything has gone quiet, the looks that follow bring the store to what Merge has. `order`: an older version never
 * overwrites a newer one. `purge`: nothing is kept of a deleted account. `place`: what a committed page has reached is never given up.
 */
export type Property = 'gap' | 'order' | 'purge' | 'place'

export interface Broken {
  property: Property
  what: string
}

/** What one step may not do to the store. */
export function checkEdge(before: StoreState, after: StoreState, properties: readonly Property[]): Broken | null {
  if (before === after) return null
  for (const property of properties) {
    const what = EDGE_CHECKS[property]?.(before, after)
    if (what) return { property, what }
  }
  return null
}

const EDGE_CHECKS: Partial<Record<Property, (before: StoreState, after: StoreState) => string | undefined>> = {
  order(before, after) {
    if (after.status === 'deleted') return
    for (const { id, version } of before.records) {
      const now = after.records.find((record) => record.id === id)?.version
      if (now === undefined || now < version) return `${id}${version} was stored, and then ${now === undefined ? 'nothing' : `${id}${now}`}`
    }
    return
  },
  purge(_, after) {
    if (after.status !== 'deleted' || (after.records.length === 0 && after.checkpoint === null)) return
    return `the account is deleted, and the store has ${textOf(after)}`
  },
  place(before, after) {
    const [was, is] = [before, after].map(({ checkpoint }) => readCheckpoint(checkpoint).commits) as [number, number]
    const moved = before.checkpoint !== after.checkpoint
    if (after.status === 'deleted' || !moved || is === was + 1) return
    return `the walk stood after page ${was}, and then after page ${is}`
  },
}

/** So many looks at most until all is there: one ends the walk that somebody left behind, the next reads what has come since. */
const LOOKS = 2
/** A record that is gone without a mark must be missed twice. */
const LOOKS_OF_SWEEPS = 3

const MOST_STEPS = 100

/** Lets one worker look, undisturbed, until all should be there, and holds the store against the source. */
export function createSettling(store: Store, rules: Rules, options: SourceOptions, properties: readonly Property[]) {
  const results = new Map<string, Broken | null>()
  const asked = properties.includes('gap')
  const looks = rules.sweepEveryMs > 0 ? LOOKS : LOOKS_OF_SWEEPS

  async function settle(from: StoreState, source: Source): Promise<Broken | null> {
    let state = from
    let steps = 0
    for (let look = 0; look < looks; look++) {
      let worker: Worker = IDLE
      do {
        const [step] = await workerSteps(rules, store, { state, source, worker })
        if (!step) return { property: 'gap', what: 'the account cannot be claimed any more' }
        if (steps++ > MOST_STEPS) return { property: 'gap', what: 'a quiet look does not come to its end' }
        const broken = checkEdge(state, step.state, properties)
        if (broken) return broken
        state = step.state
        worker = step.worker
      } while (worker.at !== 'idle')
    }
    const [here, there] = [textOf(state), textOf({ records: source.rows })]
    return here === there ? null : { property: 'gap', what: `Merge has ${there}, and after ${looks} quiet looks the store has ${here}` }
  }

  return async (state: StoreState, source: Source): Promise<Broken | null> => {
    if (!asked || state.status === 'deleted' || !isFinished(source, options)) return null
    const key = `${state.id} ${JSON.stringify(source)}`
    const known = results.get(key)
    if (known !== undefined) return known
    const result = await settle(state, source)
    results.set(key, result)
    return result
  }
}

/** A record that a sweep retired is gone, as one is that Merge marks or does not list. */
function textOf({ records }: { records: readonly { id: string; version: number; deleted: boolean }[] }): string {
  const live = records.filter(({ deleted }) => !deleted).map(({ id, version }) => `${id}${version}`)
  return live.toSorted().join(' ') || 'nothing'
}
