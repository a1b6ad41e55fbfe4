import type { OriginIdStrategy } from '../../src/link/origin-id.ts'
import type { Storage } from '../../src/storage/port.ts'
import { type Broken, checkEdge, createSettling } from './invariants.ts'
import { type Process, type Role, replay } from './process.ts'
import { createReached } from './reached.ts'
import type { Rules } from './rules.ts'
import { type AtMerge, createWorld, type Shared } from './world.ts'

export interface Exploration {
  rules: Rules
  strategy: OriginIdStrategy
  /** Who takes part: several of one role are several processes. */
  roles: readonly Role[]
  /** Whether a process may die between any two of its steps. A tab that dies is a customer who leaves, too. */
  crashes: boolean
  /** What is there at the beginning. */
  prepare(storage: Storage): Promise<AtMerge>
}

export interface Verdict {
  /** Different states that were reached. */
  states: number
  violation: (Broken & { trace: string[] }) | null
}

interface Move {
  name: string
  shared: number
  process: number
  broken: Broken | null
}

/**
 * Every interleaving of the processes' steps, breadth first: each state once, and of what is wrong the shortest way there. The
 * processes are the real use cases, run again from their beginning for every new answer. Ends with the first violation.
 */
export async function explore({ rules, strategy, roles, crashes, prepare }: Exploration): Promise<Verdict> {
  const world = await createWorld(prepare)
  const settle = createSettling(world, rules, strategy)
  const shareds: Shared[] = []
  const processes: Process[] = []
  const processNumbers = new Map<string, number>()
  const following = new Map<number, Map<string, number>>()
  /** By shared state, then by process: what one process can do does not depend on where the others are. */
  const moves: Map<number, Move[]>[] = []
  const reached = createReached()

  const begin = await Promise.all([...roles].toSorted().map((role) => replay(rules, strategy, role, '', []).then(processNumber)))
  reached.add(sharedNumber(world.first), begin, -1, '')
  for (let current = 0; current < reached.size; current++) {
    const { shared, members } = reached.at(current)
    const unhappy = await terminal(shareds[shared]!, members)
    if (unhappy) return { states: reached.size, violation: { ...unhappy, trace: reached.trace(current) } }
    for (const [place, process] of members.entries()) {
      // Two processes in the same position are one and the same process.
      if (members.indexOf(process) !== place) continue
      for (const move of movesOf(shared, process) ?? (await findMoves(shared, process))) {
        const others = members.with(place, move.process)
        const next = reached.add(move.shared, others, current, move.name)
        if (move.broken) return { states: reached.size, violation: { ...move.broken, trace: reached.trace(next) } }
      }
    }
  }
  return { states: reached.size, violation: null }

  function movesOf(shared: number, process: number): Move[] | undefined {
    return moves[shared]?.get(process)
  }

  async function findMoves(shared: number, number: number): Promise<Move[]> {
    const found: Move[] = []
    const process = processes[number]!
    const from = shareds[shared]!
    if (process.next) {
      for (const { name, answer, shared: after } of await world.perform(from, process.next.effect, process.next.key)) {
        const then = await follow(number, answer.error ? `! ${answer.value}` : JSON.stringify(answer.value), () =>
          replay(rules, strategy, process.role, process.given, [...process.answers, answer]),
        )
        found.push({ name: `${process.role}: ${name}`, shared: sharedNumber(after), process: then, broken: checkEdge(from, after) })
      }
      if (crashes && process.begun)
        for (const then of await afterDeath(process)) found.push({ name: `${process.role}: dies`, shared, process: then, broken: null })
    }
    moves[shared] ??= new Map()
    moves[shared].set(number, found)
    return found
  }

  /** A browser whose request got no answer may send it once more. */
  async function afterDeath(process: Process): Promise<number[]> {
    const dead = processNumber({ ...process, answers: [], given: '', next: null, held: null })
    if (process.role !== 'exchange') return [dead]
    return [dead, processNumber(await replay(rules, strategy, 'second exchange', process.given, []))]
  }

  async function follow(from: number, answer: string, run: () => Promise<Process>): Promise<number> {
    const known = following.get(from) ?? new Map<string, number>()
    following.set(from, known)
    const before = known.get(answer)
    if (before !== undefined) return before
    const number = processNumber(await run())
    known.set(answer, number)
    return number
  }

  /** Nobody is in the middle of anything, and whoever has not begun may never come. */
  async function terminal(shared: Shared, members: readonly number[]): Promise<Broken | null> {
    const idle = members.every((number) => processes[number]!.next === null || !processes[number]!.begun)
    if (!idle) return null
    return settle(
      shared,
      members.flatMap((number) => processes[number]!.held ?? []),
    )
  }

  function processNumber(process: Process): number {
    // One that has come to its end is told from others by what it had in its hands only.
    const end = process.next === null
    const key = JSON.stringify(end ? ['end', process.held] : [process.role, process.given, process.answers])
    const known = processNumbers.get(key)
    if (known !== undefined) return known
    processNumbers.set(key, processes.length)
    return processes.push(end ? { ...process, answers: [] } : process) - 1
  }

  function sharedNumber(shared: Shared): number {
    shareds[shared.id] = shared
    return shared.id
  }
}
