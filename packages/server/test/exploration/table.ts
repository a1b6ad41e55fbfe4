import { expect, test } from 'vitest'
import { type Exploration, explore, type Verdict } from './explore.ts'
import type { Property } from './properties.ts'
import type { Change } from './source.ts'
import type { Rules } from './worker.ts'

/** A record is created, one is changed, one is deleted. */
export const CHANGES: readonly (readonly Change[])[] = [['create c'], ['change a'], ['delete b']]

export const EVERYTHING: readonly Property[] = ['gap', 'order', 'purge', 'place']
/** Without a fence a walk may be thrown back by another; that costs time and no data. */
export const DATA: readonly Property[] = ['gap', 'order', 'purge']

/** `CONNECT_PROVE=1`: explores as far as a big machine can, in minutes instead of seconds. */
export const PROVE = process.env.CONNECT_PROVE === '1'
/** `CONNECT_TRACES=1`: prints the number of states of each row, and the shortest way to what is broken. */
const TRACES = process.env.CONNECT_TRACES === '1'

interface Row extends Partial<Exploration> {
  rules: Rules
  /** So many states at least, or the row has explored less than it says. */
  states?: number
}

/** A row of the table in which nothing is ever broken. */
export function holds(name: string, { states = 10_000, ...row }: Row): void {
  test(`${name}: holds`, async () => {
    const verdict = await run(name, row)
    expect(verdict.violation).toBe(null)
    expect(verdict.states).toBeGreaterThanOrEqual(states)
  })
}

/** A row in which this is the first property to be broken. */
export function breaks(name: string, property: Property, row: Row): void {
  test(`${name}: breaks "${property}"`, async () => {
    const { violation } = await run(name, row)
    expect(violation?.property, violation?.trace.join('\n')).toBe(property)
  })
}

async function run(name: string, row: Row): Promise<Verdict> {
  const verdict = await explore({ source: { changes: CHANGES }, claims: 3, purge: true, properties: EVERYTHING, ...row })
  const { states, violation } = verdict
  if (TRACES) console.info([`${name}: ${states} states`, violation?.what ?? 'nothing is broken', ...(violation?.trace ?? [])].join('\n  '))
  return verdict
}
