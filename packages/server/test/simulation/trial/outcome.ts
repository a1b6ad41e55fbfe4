import type { FaultKind } from '../faults/kinds.ts'
import type { Happened } from './happened.ts'

export type ProblemKind = 'missing' | 'stale' | 'resurrected' | 'left-behind' | 'broken' | 'stuck'

export interface Problem {
  /**
   * `missing`, `stale`, `resurrected`: a record, against Merge's own final state. `left-behind`: something kept of a deleted
   * account. `broken`: a promise that was not kept on the way. `stuck`: it did not come to an end.
   */
  kind: ProblemKind
  what: string
}

export interface Outcome {
  seed: number
  problems: Problem[]
  counts: Counts
}

export interface Counts {
  histories: number
  /** Histories with at least one problem. */
  wrong: number
  /** Virtual hours. */
  hours: number
  requests: number
  commits: number
  /** Live records compared in the end. */
  records: number
  faults: Partial<Record<FaultKind, number>>
  crashes: Record<string, number>
  pauses: number
  storeFailures: Record<string, number>
  /** Leases taken from a process that lived on. */
  steals: number
  /** Leases taken over from a dead one. */
  takeovers: number
  fenced: number
  deletions: number
  happened: Partial<Record<Happened, number>>
  /** Records in a sink that what is not promised of it leaves there: never held against anybody. */
  unpromised: number
  /** How often Merge blocked an address: never a loss, and a nuisance. */
  addressBlocks: number
  problems: Partial<Record<ProblemKind, number>>
}

export function noCounts(): Counts {
  return {
    histories: 0,
    wrong: 0,
    hours: 0,
    requests: 0,
    commits: 0,
    records: 0,
    faults: {},
    crashes: {},
    pauses: 0,
    storeFailures: {},
    steals: 0,
    takeovers: 0,
    fenced: 0,
    deletions: 0,
    happened: {},
    unpromised: 0,
    addressBlocks: 0,
    problems: {},
  }
}

/** Adds `more` to `sum`, name by name. */
export function addCounts(sum: Counts, more: Counts): void {
  add(sum as unknown as Tree, more as unknown as Tree)
}

export function count<Name extends string>(of: Partial<Record<Name, number>>, name: Name, by = 1): void {
  of[name] = (of[name] ?? 0) + by
}

type Tree = { [name: string]: number | Tree }

function add(sum: Tree, more: Tree): void {
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'number') sum[name] = ((sum[name] as number | undefined) ?? 0) + value
    else {
      sum[name] ??= {}
      add(sum[name] as Tree, value)
    }
  }
}
