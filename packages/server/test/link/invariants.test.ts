import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { actors, live } from './histories.ts'

// I1 to I12 of docs/spec/link.md, through the API and over HTTP, in whatever order the calls to the store and to Merge are answered.

test.each(['one-per-category', 'many-per-category'] as const)(
  '%s: whoever connects, leaves, relinks, deletes or announces, in any order, no invariant is broken',
  async (strategy) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actors, (scheduler, everybody) => live(scheduler, strategy, everybody)),
      { seed: 1, numRuns: 120 },
    )
  },
)

/** Stores with one fault each: if they pass, nothing above says anything. */
const SABOTEURS: [name: string, broken: RegExp, sabotage: (storage: Storage) => Storage][] = [
  [
    'does not compare the revision',
    /I5 and I8|I7|I4/,
    (storage) => ({
      ...storage,
      async update(id, revision, patch) {
        for (let guess = revision; guess < revision + 20; guess++) {
          const written = await storage.update(id, guess, patch)
          if (written !== 'conflict') return written
        }
        return 'conflict'
      },
    }),
  ],
  [
    'has no unique slot',
    /I1|I3/,
    (storage) => ({ ...storage, reserve: (account) => storage.reserve({ ...account, slot: `${account.slot}${account.id}` }) }),
  ],
  [
    'makes tombstones that can be attached to',
    /I\d/,
    (storage) => ({
      ...storage,
      async get(key) {
        const row = await storage.get(key)
        return row?.status === 'deleted' ? null : row
      },
      list: async (query) => storage.list({ ...query, status: query.status?.filter((status) => status !== 'deleted') ?? [...LIVING] }),
    }),
  ],
]

const LIVING = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error'] as const

test.each(SABOTEURS)('a store that %s is caught', async (_, broken, sabotage) => {
  const result = await fc.check(
    fc.asyncProperty(fc.scheduler(), actors, (scheduler, everybody) => live(scheduler, 'many-per-category', everybody, { sabotage })),
    { seed: 1, numRuns: 400, endOnFailure: true },
  )
  expect(result.failed).toBe(true)
  expect(String((result.errorInstance as Error)?.message)).toMatch(broken)
})
