import { postgresStorage } from '@connect-integration/storage-sql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newAccount, record } from '../fixtures/examples.ts'
import { type PostgresServer, startEmbeddedPostgres } from '../support/postgres-server.ts'

const ROWS = 50_000
const MODEL = 'hris.Employee'

let server: PostgresServer
beforeAll(async () => {
  server = await startEmbeddedPostgres({ autovacuum: 'off' })
})
afterAll(() => server.stop())

// With plans that were made when the tables were empty, and with those that are made when they are full and the planner knows it.
describe.each(['before the rows came', 'after the rows came and were analysed'])(`on ${ROWS} rows, with plans made %s`, (when) => {
  const schema = when.startsWith('before') ? 'early' : 'late'
  let client: pg.Client
  let storage: ReturnType<typeof postgresStorage>
  let fence = 0

  beforeAll(async () => {
    client = await connected()
    storage = postgresStorage(client, { schema })
    await storage.migrate()
    fence = await firstCalls()
    if (schema === 'early') for (let index = 0; index < 8; index++) await everyCall()
    await fill()
    if (schema === 'early') return
    await client.query('ANALYZE')
    await client.end()
    client = await connected()
    storage = postgresStorage(client, { schema })
  })
  afterAll(() => client.end())

  test.each<[string, number, () => Promise<unknown>]>([
    // Before anything is written by the database's own clock, which is ahead of this one.
    ['claim where nothing is due', 5, () => asOf(0).claim({ owner: 'x', leaseMs: 1000, limit: 50 })],
    ['get by id', 20, () => storage.get({ id: 'id-shared', organizationId: 'org-1' })],
    ['get by originId', 20, () => storage.get({ originId: 'origin-shared', category: 'hris' })],
    ['get by linkedAccountId', 20, () => storage.get({ linkedAccountId: 'linked-77' })],
    ['list', 200, () => storage.list({ limit: 50, after: 'many-25' })],
    ['list of an organization', 200, () => storage.list({ organizationId: 'org-7', limit: 50 })],
    ['reserve', 30, () => storage.reserve(newAccount('new')).then(() => storage.reserve(newAccount('new')))],
    ['update', 30, () => storage.update('many-1', 1, { details: 'x', slot: `slot-${Math.random()}` })],
    ['schedule', 30, () => storage.schedule('many-1', 0)],
    ['claim', 500, () => storage.claim({ owner: 'x', leaseMs: 1000, limit: 50 })],
    ['claim after the clock was set back', 500, () => asOf(-20_000).claim({ owner: 'x', leaseMs: 1000, limit: 50 })],
    ['renew', 30, () => storage.renew('id-shared', fence, 1000)],
    ['commit of new records', 1500, () => storage.commit(page('new'))],
    ['commit of records that are there', 1500, () => storage.commit(page('stored'))],
    ['commit in a sweep', 1500, () => storage.commit({ ...page('stored'), sweep: { number: 1 } })],
    ['changes', 400, () => storage.changes({ accountId: 'id-shared', model: MODEL, after: 25_000, limit: 100 })],
    ['purge', 100, () => storage.purge('many-2')],
  ])('%s reads no table through, and at most %i rows', async (_, most, call) => {
    const before = await reads()
    await call()
    const after = await reads()
    expect(after.whole - before.whole).toBe(0)
    expect(after.rows - before.rows).toBeGreaterThan(0)
    expect(after.rows - before.rows).toBeLessThanOrEqual(most)
  })

  async function firstCalls() {
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'x', leaseMs: 600_000, limit: 1, accountId: 'id-shared' })
    return claimed!.fence
  }

  /** The same, by another clock. The rows say that they were written at 0. */
  function asOf(now: number) {
    return postgresStorage(client, { schema, clock: { now: () => now } })
  }

  /** More often than a session makes plans anew. */
  async function everyCall() {
    await storage.get({ id: 'id-shared', organizationId: 'org-1' })
    await storage.claim({ owner: 'x', leaseMs: 1000, limit: 50 })
    await storage.commit({ ...page('first'), sweep: { number: 1 } })
    await storage.schedule('absent', 0)
    await storage.renew('absent', 1, 1)
    await storage.purge('absent')
    await storage.changes({ accountId: 'id-shared', model: MODEL, after: 0, limit: 100 })
  }

  function page(prefix: string) {
    const records = Array.from({ length: 100 }, (_, index) => record(`${prefix}-${index * 100}`, `{"at":${Math.random()}}`))
    return { accountId: 'id-shared', fence, model: MODEL, records, checkpoint: `${Math.random()}` }
  }

  async function fill() {
    const table = `${schema}.connect_integration_`
    await storage.commit({ ...page('first'), checkpoint: null })
    await client.query(`
      INSERT INTO ${table}accounts (id, organization_id, category, origin_id, linked_account_id, status, revision, created_at, updated_at, due, recorded_at, dirty, fence)
      SELECT 'many-' || i, 'org-' || i % 500, 'hris', 'many-origin-' || i, 'linked-' || i, 'active', 1, 0, 0, i, 0, 1, 0 FROM generate_series(1, ${ROWS}) i`)
    await client.query(`
      INSERT INTO ${table}records (model_key, id, seq, generation, modified_at, fence, page, deleted, hash, data)
      SELECT (SELECT min(model_key) FROM ${table}models), 'stored-' || i, 1000 + i, 0, 0, 0, 0, false, 'h', '{}' FROM generate_series(0, ${ROWS}) i`)
    await client.query(`
      INSERT INTO ${table}models (account_key, model, seq, records)
      SELECT account_key, '${MODEL}', 0, 0 FROM ${table}accounts WHERE id LIKE 'many%'`)
    await client.query(`UPDATE ${table}models SET seq = ${ROWS + 1001}`)
  }

  async function reads() {
    await client.query('SELECT pg_stat_force_next_flush()')
    const { rows } = await client.query(`
      SELECT sum(seq_scan)::int AS whole, (sum(seq_tup_read) + sum(idx_tup_fetch))::int AS rows
      FROM pg_stat_user_tables WHERE schemaname = '${schema}' AND relname <> 'connect_integration_schema'`)
    return rows[0] as { whole: number; rows: number }
  }

  async function connected() {
    const fresh = new pg.Client({ connectionString: server.url })
    await fresh.connect()
    return fresh
  }
})
