import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMany } from '../../../server/test/simulation/trial/many.ts'
import { summary } from '../../../server/test/simulation/trial/report.ts'
import { type PostgresServer, startEmbeddedPostgres } from '../support/postgres-server.ts'

/** Others than in memory and on SQLite, so that nothing is run twice. */
const FIRST = 40_000_000

let server: PostgresServer
beforeAll(async () => {
  // Nothing here is about what survives a power cut.
  server = await startEmbeddedPostgres({ fsync: 'off', full_page_writes: 'off' })
})
afterAll(() => server?.stop())

const storage = () => ({
  module: new URL('../fixtures/simulated.ts', import.meta.url).href,
  options: { kind: 'postgres', url: server.url },
})

test('nothing is lost, stale or brought back on PostgreSQL', async () => {
  const threads = Math.min(4, availableParallelism())
  const { counts, failures } = await runMany({ first: FIRST, count: 400, threads, milliseconds: 15_000, atLeast: 60, storage: storage() })
  console.info(`On PostgreSQL: ${summary(counts)}`)
  expect(failures.map(({ seed, problems }) => ({ again: `npm run prove -- --storage postgres --replay ${seed}`, problems }))).toEqual([])
  expect(counts.histories).toBeGreaterThanOrEqual(60)
  expect(counts.records).toBeGreaterThan(counts.histories)
})

test('a history ends the same way on PostgreSQL every time', async () => {
  const run = () => runMany({ first: FIRST, count: 5, threads: 1, storage: storage() })
  expect(await run()).toEqual(await run())
})
