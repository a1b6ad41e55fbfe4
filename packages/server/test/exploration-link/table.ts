import { expect } from 'vitest'
import type { OriginIdStrategy } from '../../src/link/origin-id.ts'
import type { Status, Storage } from '../../src/storage/port.ts'
import { type Exploration, explore, type Verdict } from './explore.ts'
import type { Invariant } from './invariants.ts'
import { SECRET_OF } from './process.ts'
import { REAL } from './rules.ts'
import type { AtMerge } from './world.ts'

const STRATEGIES = ['one-per-category', 'many-per-category'] as const

/** `CONNECT_PROVE=1`: explores as far as a big machine can, in minutes instead of seconds. */
export const PROVE = process.env.CONNECT_PROVE === '1'
/** `CONNECT_TRACES=1`: prints the number of states of each row, and the shortest way to what is broken. */
const TRACES = process.env.CONNECT_TRACES === '1'

/** What is special about a row of the table; everything else is as it is for real. */
export type RowOf = (strategy: OriginIdStrategy) => Pick<Exploration, 'roles'> & Partial<Exploration>

/** Nothing is ever broken, for both ways of making origin ids. `states`: so many at least, or less was explored than is said. */
export async function holds(name: string, states: number, row: RowOf): Promise<void> {
  for (const strategy of STRATEGIES) {
    const verdict = await run(name, strategy, row)
    expect(verdict.violation).toBe(null)
    expect(verdict.states).toBeGreaterThanOrEqual(states)
  }
}

/** This is the first invariant to be broken. */
export async function breaks(
  name: string,
  invariant: Invariant,
  row: RowOf,
  strategies: readonly OriginIdStrategy[] = STRATEGIES,
): Promise<void> {
  for (const strategy of strategies) {
    const { violation } = await run(name, strategy, row)
    expect(violation?.invariant, violation?.trace.join('\n')).toBe(invariant)
  }
}

async function run(name: string, strategy: OriginIdStrategy, row: RowOf): Promise<Verdict> {
  const verdict = await explore({ rules: REAL, crashes: true, prepare: nothingYet, strategy, ...row(strategy) })
  const { states, violation } = verdict
  const lines = [`${name}, ${strategy}: ${states} states`, violation?.what ?? 'nothing is broken', ...(violation?.trace ?? [])]
  if (TRACES) console.info(lines.join('\n  '))
  return verdict
}

export async function nothingYet(): Promise<AtMerge> {
  return { accounts: [], publicTokens: [] }
}

/** One account is linked, in this status. */
export function linked(strategy: OriginIdStrategy, status: Exclude<Status, 'deleted' | 'pending'> = 'active') {
  return async (storage: Storage): Promise<AtMerge> => {
    const slot = strategy === 'one-per-category' ? '1:acme:hris' : '2:acme:hris:*:pending'
    const owner = { organizationId: 'acme', userId: null, category: 'hris' }
    const { account } = await storage.reserve({
      id: 'int_1',
      ...owner,
      originId: 'acme_hris',
      slot,
      status: 'pending',
      details: null,
      createdAt: 0,
    })
    await storage.update(account.id, account.revision, {
      token: SECRET_OF('token1', account.id),
      linkedAccountId: 'linked1',
      status,
      details: '{}',
      ...(strategy === 'many-per-category' ? { slot: null } : {}),
    })
    return { accounts: [{ id: 'linked1', originId: 'acme_hris', token: 'token1', alive: true, byDashboard: false }], publicTokens: [] }
  }
}
