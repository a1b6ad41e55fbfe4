import type { OriginIdStrategy } from '../../src/link/origin-id.ts'
import type { Account } from '../../src/storage/port.ts'
import { ROW_INVARIANTS, type RowInvariant } from '../link/row-invariants.ts'
import { type Process, replay, SECRET_OF } from './process.ts'
import type { Rules } from './rules.ts'
import { hasCandidates, type Shared, type World } from './world.ts'

/** By the names of docs/spec/link.md. I11 is about what is answered, and is held by the property tests. */
export type Invariant = RowInvariant | 'I7' | 'I8' | 'I10'

export interface Broken {
  invariant: Invariant
  what: string
}

const LIVING = ['pending', 'active', 'held', 'relink_needed', 'error']

/** What one step may not do. Looked at in the order of their names, so that the first to break is the one that is told. */
export function checkEdge(before: Shared, after: Shared): Broken | null {
  if (before === after) return null
  for (const [invariant, check] of CHECKS) {
    const what = check(before, after)
    if (what) return { invariant, what }
  }
  return null
}

type Check = (before: Shared, after: Shared) => string | undefined

const CHECKS: readonly [Invariant, Check][] = [
  ...ROW_INVARIANTS.map(([name, check]): [Invariant, Check] => [name, (before, after) => check(before.rows, after.rows)]),
  [
    'I7',
    (before, after) => {
      const given = before.rows.map((row) => openedBy(row, before)?.id)
      const kept = new Set(after.rows.map((row) => openedBy(row, after)?.id))
      const lost = after.merge.accounts.find(({ id, alive }) => alive && given.includes(id) && !kept.has(id))
      return lost && `${lost.id} is left over at Merge, and its token was given up`
    },
  ],
  [
    'I9',
    (_, after) => {
      const foreign = after.rows.find((row) => row.token !== null && openedBy(row, after)?.originId !== row.originId)
      return foreign && `${foreign.id} has the token of another origin id`
    },
  ],
  ['I10', (_, { rows }) => (JSON.stringify(rows).includes('the-link-token') ? 'a link token was stored' : undefined)],
]

function openedBy(row: Account, { merge }: Shared) {
  return merge.accounts.find(({ token }) => row.token === SECRET_OF(token, row.id))
}

/**
 * Lets the work loop carry out what is left to delete and to confirm, undisturbed, and holds the store against Merge. `held`: the accounts whose
 * token somebody had in his hands and did not die with: those must not be left over at Merge.
 */
export function createSettling(world: World, rules: Rules, strategy: OriginIdStrategy) {
  const settled = new Map<number, Shared>()
  return async (from: Shared, held: readonly string[]): Promise<Broken | null> => {
    const state = settled.get(from.id) ?? (await reap(from))
    settled.set(from.id, state)
    const living = state.rows.filter(({ status }) => LIVING.includes(status))
    const covered = new Set(living.map((row) => openedBy(row, state)?.id))
    const orphan = state.merge.accounts.find(({ id, alive }) => alive && !covered.has(id) && held.includes(id))
    if (orphan) return { invariant: 'I7', what: `${orphan.id} is left over at Merge, and nobody here has its token` }
    const dead = living.find((row) => {
      const account = openedBy(row, state)
      return row.status === 'active' && !account?.alive && !account?.byDashboard
    })
    return dead ? { invariant: 'I8', what: `${dead.id} is active, and its account is gone at Merge` } : null
  }

  async function reap(from: Shared): Promise<Shared> {
    let state = from
    for (let rounds = 0; ; rounds++) {
      if (rounds > 19) throw new Error('The work loop does not come to an end.')
      const role = state.rows.some(({ status }) => status === 'deleting') ? 'reaper' : 'worker'
      if (role === 'worker' && !state.rows.some(hasCandidates)) return state
      for (let process: Process = await replay(rules, strategy, role, '', []); process.next; ) {
        const [outcome] = await world.perform(state, process.next.effect, process.next.key)
        if (!outcome) throw new Error('The work loop is stuck.')
        state = outcome.shared
        process = await replay(rules, strategy, role, '', [...process.answers, outcome.answer])
      }
    }
  }
}
