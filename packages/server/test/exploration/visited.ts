/** Where the two workers are; the lower number first, because it does not matter which of them is where. */
export type Pair = readonly [number, number]

export interface Move {
  /** Index of the state before. */
  from: number
  name: string
  /** Of the worker that moved: where it was, and where it is. */
  worker?: number
  becomes?: number
}

const MOST_WORKERS = 2 ** 15

/** The states reached so far, in the order of their discovery, and how each was reached first. Millions fit in memory. */
export function createVisited() {
  /** By place, then by pair as one small number. */
  const indexes: Map<number, number>[] = []
  const places: number[] = []
  const pairs: number[] = []
  const froms: number[] = []
  const names: string[] = []
  const moves: number[] = []

  return {
    get size() {
      return places.length
    },

    at(index: number): { place: number; pair: Pair } {
      return { place: places[index]!, pair: unpacked(pairs[index]!) }
    },

    /** Adds the state where it is new; either way its index. */
    add(place: number, [one, other]: Pair, move: Move = { from: -1, name: '' }): number {
      const pair = one < other ? packed(one, other) : packed(other, one)
      indexes[place] ??= new Map()
      const known = indexes[place].get(pair)
      if (known !== undefined) return known
      indexes[place].set(pair, places.length)
      pairs.push(pair)
      froms.push(move.from)
      names.push(move.name)
      moves.push(move.worker === undefined ? -1 : packed(move.worker, move.becomes!))
      return places.push(place) - 1
    },

    /** The steps that led there first, each by a worker with the name of that worker. */
    trace(index: number): string[] {
      const path: number[] = []
      for (let at = index; at > 0; at = froms[at]!) path.unshift(at)
      const positions = [...unpacked(pairs[0]!)]
      return path.map((at) => {
        const move = moves[at]!
        if (move < 0) return names[at]!
        const [was, becomes] = unpacked(move)
        const worker = positions.indexOf(was)
        positions[worker] = becomes
        return `worker ${worker + 1}: ${names[at]}`
      })
    },
  }
}

function packed(one: number, other: number): number {
  if (one >= MOST_WORKERS || other >= MOST_WORKERS)
    throw new Error(`More than ${MOST_WORKERS} positions of a worker: explore less at once.`)
  return one * MOST_WORKERS + other
}

function unpacked(pair: number): Pair {
  return [Math.floor(pair / MOST_WORKERS), pair % MOST_WORKERS]
}
