const MOST_TUPLES = 2 ** 26

/** The states reached so far, in the order of their discovery, and how each was reached first. Millions fit in memory. */
export function createReached() {
  /** Where all processes are, sorted: it does not matter which of several equal ones is where. */
  const tuples: number[][] = []
  const tupleNumbers = new Map<string, number>()
  const indexes: Map<number, number>[] = []
  const states: number[] = []
  const froms: number[] = []
  const names: number[] = []
  const nameNumbers = new Map<string, number>()
  const nameTexts: string[] = []

  return {
    get size() {
      return states.length
    },

    at(index: number): { shared: number; members: readonly number[] } {
      const state = states[index]!
      return { shared: Math.floor(state / MOST_TUPLES), members: tuples[state % MOST_TUPLES]! }
    },

    /** Adds the state where it is new; either way its index. */
    add(shared: number, members: readonly number[], from: number, name: string): number {
      const tuple = tupleNumber(members)
      indexes[shared] ??= new Map()
      const known = indexes[shared].get(tuple)
      if (known !== undefined) return known
      indexes[shared].set(tuple, states.length)
      froms.push(from)
      names.push(nameNumber(name))
      return states.push(shared * MOST_TUPLES + tuple) - 1
    },

    /** The steps that led there first. */
    trace(index: number): string[] {
      const path: string[] = []
      for (let at = index; at > 0; at = froms[at]!) path.unshift(nameTexts[names[at]!]!)
      return path
    },
  }

  function tupleNumber(members: readonly number[]): number {
    const sorted = members.toSorted((one, other) => one - other)
    const key = sorted.join(' ')
    const known = tupleNumbers.get(key)
    if (known !== undefined) return known
    if (tuples.length >= MOST_TUPLES) throw new Error('Too many positions of the processes: explore less at once.')
    tupleNumbers.set(key, tuples.length)
    return tuples.push(sorted) - 1
  }

  function nameNumber(name: string): number {
    const known = nameNumbers.get(name)
    if (known !== undefined) return known
    nameNumbers.set(name, nameTexts.length)
    return nameTexts.push(name) - 1
  }
}
