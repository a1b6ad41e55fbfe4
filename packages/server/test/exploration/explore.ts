import { ACCOUNT_ID } from './names.ts'
import { type Broken, checkEdge, createSettling, type Property } from './properties.ts'
import { newSource, type Source, type SourceOptions, sourceSteps } from './source.ts'
import { createStore, type StoreState } from './store.ts'
import { createVisited } from './visited.ts'
import { IDLE, type Rules, type Worker, workerSteps } from './worker.ts'

export interface Exploration {
  rules: Rules
  source: SourceOptions
  /** How often the two workers may claim the account, stolen leases included. */
  claims: number
  /** Whether the account may be deleted, at any moment. */
  purge: boolean
  /** What must never be broken. */
  properties: readonly Property[]
}

export interface Verdict {
  /** Different states that were reached. */
  states: number
  violation: (Broken & { trace: string[] }) | null
}

/** The store and the source: what the two workers share. */
interface Place {
  state: StoreState
  source: Source
  /** By worker: a step of one does not depend on where the other is, so it is found out once. */
  own: Map<number, { name: string; place: number; worker: number; broken: Broken | null }[]>
  others: { name: string; place: number; broken: Broken | null }[] | undefined
}

/**
 * Every interleaving of two workers' steps, changes at the source, stolen leases, crashes and a deletion, breadth first: each state
 * once, and of what is wrong the shortest way there. Ends with the first violation.
 */
export async function explore(exploration: Exploration): Promise<Verdict> {
  const { rules, source: options, properties } = exploration
  const store = await createStore()
  const settle = createSettling(store, rules, options, properties)
  const sources = numbered<Source>()
  const workers = numbered<Worker>()
  const places: Place[] = []
  const placeNumbers = new Map<string, number>()
  const visited = createVisited()

  visited.add(placeOf(store.first, newSource(options)), [workers.number(IDLE), workers.number(IDLE)])
  for (let current = 0; current < visited.size; current++) {
    const { place, pair } = visited.at(current)
    for (const step of places[place]!.others ?? (await findOthers(places[place]!))) {
      const next = visited.add(step.place, pair, { from: current, name: step.name })
      if (step.broken) return { states: visited.size, violation: { ...step.broken, trace: visited.trace(next) } }
    }
    // Two workers in the same position are one and the same worker.
    for (const index of pair[0] === pair[1] ? [0] : [0, 1]) {
      const worker = pair[index]!
      for (const step of places[place]!.own.get(worker) ?? (await findOwn(places[place]!, worker))) {
        const move = { from: current, name: step.name, worker, becomes: step.worker }
        const next = visited.add(step.place, [step.worker, pair[1 - index]!], move)
        if (step.broken) return { states: visited.size, violation: { ...step.broken, trace: visited.trace(next) } }
      }
    }
  }
  return { states: visited.size, violation: null }

  async function findOwn(place: Place, worker: number) {
    const now = { ...place, worker: workers.get(worker) }
    const spent = now.worker.at === 'idle' && place.state.fence >= exploration.claims
    const found: NonNullable<ReturnType<Place['own']['get']>> = []
    for (const { name, state, worker } of spent ? [] : await workerSteps(rules, store, now)) {
      const broken = checkEdge(place.state, state, properties) ?? (await settle(state, place.source))
      found.push({ name, place: placeOf(state, place.source), worker: workers.number(worker), broken })
    }
    place.own.set(worker, found)
    return found
  }

  async function findOthers(place: Place) {
    const steps = sourceSteps(place.source, options).map((step) => ({ ...step, state: place.state }))
    if (exploration.purge && place.state.status !== 'deleted') {
      const { state } = await store.perform(place.state, 'purge', (storage) => storage.purge(ACCOUNT_ID))
      steps.push({ name: 'the account is deleted', source: place.source, state })
    }
    place.others = []
    for (const { name, state, source } of steps) {
      const broken = checkEdge(place.state, state, properties) ?? (await settle(state, source))
      place.others.push({ name, place: placeOf(state, source), broken })
    }
    return place.others
  }

  function placeOf(state: StoreState, source: Source): number {
    const key = `${state.id} ${sources.number(source)}`
    const known = placeNumbers.get(key)
    if (known !== undefined) return known
    placeNumbers.set(key, places.length)
    return places.push({ state, source, own: new Map(), others: undefined }) - 1
  }
}

/** Gives equal values equal numbers. */
function numbered<Value>() {
  const numbers = new Map<string, number>()
  const values: Value[] = []
  return {
    get: (number: number) => values[number]!,
    number(value: Value): number {
      const key = JSON.stringify(value)
      const known = numbers.get(key)
      if (known !== undefined) return known
      numbers.set(key, values.length)
      return values.push(value) - 1
    },
  }
}
