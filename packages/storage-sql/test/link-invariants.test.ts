import { sqliteStorage } from '@connect-integration/storage-sql'
import fc from 'fast-check'
import { test } from 'vitest'
import { actors, live } from '../../server/test/link/histories.ts'

// The invariants of docs/spec/link.md again, on a database. Another seed than in memory, so that nothing is run twice.

for (const strategy of ['one-per-category', 'many-per-category'] as const) {
  test(`${strategy}: no invariant of the link flow is broken on SQLite`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actors, async (scheduler, everybody) => {
        let now = () => Date.UTC(2026, 0, 5, 9)
        const storage = sqliteStorage(':memory:', { clock: { now: () => now() } })
        await storage.migrate()
        const open = (clock: { now(): number }) => {
          now = clock.now
          return storage
        }
        try {
          await live(scheduler, strategy, everybody, { open })
        } finally {
          await storage.close()
        }
      }),
      { seed: 2, numRuns: 40 },
    )
  })
}
