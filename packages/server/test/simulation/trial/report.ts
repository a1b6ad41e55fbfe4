import { FAULT_KINDS } from '../faults/kinds.ts'
import { CRASH_POINTS } from '../world/chaos.ts'
import { HAPPENED } from './happened.ts'
import type { Counts } from './outcome.ts'

/** Below this many a kind of trouble has not been tried, whatever the verdict says. */
const ENOUGH = 100

/** What a run has not tried often enough to speak of; empty when it has. */
export function neglected(counts: Counts, enough = ENOUGH): string[] {
  const tried: [string, number][] = [
    ...FAULT_KINDS.map((kind): [string, number] => [`fault ${kind}`, counts.faults[kind] ?? 0]),
    ...CRASH_POINTS.map((point): [string, number] => [`crash at ${point}`, counts.crashes[point] ?? 0]),
    ['lease stolen from a living worker', counts.steals],
    ['lease taken over from a dead worker', counts.takeovers],
    ['page refused because the lease was lost', counts.fenced],
    ['account deleted', counts.deletions],
    ...HAPPENED.map((what): [string, number] => [what, counts.happened[what] ?? 0]),
  ]
  return tried.filter(([, times]) => times < enough).map(([what, times]) => `${what}: ${times} times`)
}

/** One line of figures. */
export function summary(counts: Counts): string {
  const total = (of: Partial<Record<string, number>>): number => Object.values(of).reduce<number>((sum, each) => sum + (each ?? 0), 0)
  const { missing = 0, stale = 0, resurrected = 0 } = counts.problems
  return [
    `${counts.histories} histories (${(counts.hours / 8_766).toFixed(1)} account-years)`,
    `${counts.requests} requests`,
    `${total(counts.faults)} faults`,
    `${total(counts.crashes)} crashes`,
    `${counts.steals} stolen leases`,
    `${missing} missing, ${stale} stale, ${resurrected} resurrected, ${total(counts.problems) - missing - stale - resurrected} other problems`,
  ].join(', ')
}
