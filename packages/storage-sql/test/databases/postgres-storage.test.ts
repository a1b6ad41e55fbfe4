import type { PostgresDatabase } from '@connect-integration/storage-sql'
import { describeStorage } from '@connect-integration/testkit'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, test } from 'vitest'
import { sharedSchema } from '../support/postgres-fixture.ts'
import { onEveryPostgres } from '../support/postgres-suite.ts'

await onEveryPostgres('postgresStorage', (server) => {
  const pool = new pg.Pool({ connectionString: server.url })
  const client = new pg.Client({ connectionString: server.url })
  const sql = postgres(server.url, { max: 10, onnotice: () => undefined })
  const strict = new pg.Pool({ connectionString: server.url, options: '-c default_transaction_isolation=serializable' })
  beforeAll(() => client.connect())
  afterAll(async () => {
    await Promise.all([pool.end(), client.end(), sql.end(), strict.end()])
  })

  const everywhere: readonly [string, string, PostgresDatabase][] = [['a Pool of pg', 'kit_pool', pool]]
  // What a driver does is the same on every server.
  const onOne: typeof everywhere = [
    ['a Client of pg', 'kit_client', client],
    ['postgres.js', 'kit_sql', sql],
    ['a Pool whose transactions are serializable', 'kit_strict', strict],
  ]
  const databases = server.isEmbedded ? [...everywhere, ...onOne] : everywhere
  for (const [what, schema, database] of databases) {
    describeStorage(
      what,
      sharedSchema(
        schema,
        () => database,
        (statement) => pool.query(statement),
      ),
      { test },
    )
  }
})
