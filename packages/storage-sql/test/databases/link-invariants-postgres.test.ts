import { postgresStorage } from '@connect-integration/storage-sql'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, test } from 'vitest'
import { actors, live } from '../../../server/test/link/histories.ts'
import { type PostgresServer, startEmbeddedPostgres } from '../support/postgres-server.ts'

// The invariants of docs/spec/link.md once more, on PostgreSQL. Other seeds than in memory and on SQLite, so that nothing is run twice.

const SCHEMA = 'link_invariants'
/** After which no history is begun any more: a slow machine runs fewer, and not longer. */
const MILLISECONDS = 12_000
const FEWEST = 5

let server: PostgresServer
let pool: pg.Pool
let tables: string

beforeAll(async () => {
  // Nothing here is about what survives a power cut.
  server = await startEmbeddedPostgres({ fsync: 'off', full_page_writes: 'off' })
  pool = new pg.Pool({ connectionString: server.url, max: 4 })
  pool.on('error', () => {})
  await postgresStorage(pool, { schema: SCHEMA }).migrate()
  const { rows } = await pool.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [SCHEMA])
  // All but the one that has the schema's version.
  tables = rows.flatMap(({ tablename }) => (tablename.endsWith('_schema') ? [] : [`${SCHEMA}.${tablename}`])).join(', ')
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

for (const [place, strategy] of (['one-per-category', 'many-per-category'] as const).entries()) {
  test(`${strategy}: no invariant of the link flow is broken on PostgreSQL`, async () => {
    const until = performance.now() + MILLISECONDS
    let histories = 0
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actors, async (scheduler, everybody) => {
        if (performance.now() > until && histories >= FEWEST) return
        histories++
        await pool.query(`TRUNCATE ${tables}`)
        const open = (clock: { now(): number }) => postgresStorage(pool, { schema: SCHEMA, clock })
        await live(scheduler, strategy, everybody, { open, isReal: true })
      }),
      { seed: 30 + place, numRuns: 60 },
    )
    console.info(`On PostgreSQL, ${strategy}: ${histories} histories of the link flow`)
  })
}
