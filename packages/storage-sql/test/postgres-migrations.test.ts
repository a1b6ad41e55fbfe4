import { ErrorCode } from '@connect-integration/server/storage'
import { migrationSql, migrations, postgresStorage } from '@connect-integration/storage-sql'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, describe, expect, test } from 'vitest'
import { newAccount, pageNumber } from './fixtures/examples.ts'

const database = new PGlite()
afterAll(() => database.close())

describe('the SQL for a tool of one’s own', () => {
  test('makes a database that the storage takes for its own, and works on', async () => {
    await database.exec(`BEGIN; ${migrationSql('postgres', { schema: 'own', tablePrefix: 'mine_' })} COMMIT`)
    const storage = postgresStorage(database, { schema: 'own', tablePrefix: 'mine_' })
    expect(await storage.pending()).toEqual([])
    await storage.migrate()
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    expect(await storage.commit(pageNumber(1, claimed!.fence))).toMatchObject({ changed: 200 })
    expect((await storage.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 199, limit: 10 })).changes).toHaveLength(1)
  })

  test('is the same schema as the storage makes', async () => {
    await database.exec(migrationSql('postgres', { schema: 'by_hand' }))
    await postgresStorage(database, { schema: 'by_storage' }).migrate()
    const byHand = await schemaOf('by_hand')
    expect(byHand).toEqual(await schemaOf('by_storage'))
    expect(byHand.filter((line) => line.startsWith('CREATE OR REPLACE FUNCTION'))).toHaveLength(8)
    expect(byHand.filter((line) => line.includes('INDEX'))).toHaveLength(14)
  })

  test('without a schema goes where the connection looks first', async () => {
    await database.exec(`CREATE SCHEMA elsewhere; BEGIN; SET LOCAL search_path = elsewhere; ${migrationSql('postgres')} COMMIT`)
    expect(await postgresStorage(database, { schema: 'elsewhere' }).pending()).toEqual([])
    expect(await postgresStorage(database).pending()).toHaveLength(migrations('postgres').length)
  })

  test('begins after the version that is there, and is empty when nothing is newer', async () => {
    const options = { schema: 'partly' }
    const steps = migrations('postgres', options)
    const storage = postgresStorage(database, options)
    for (const [index, step] of steps.entries()) {
      expect(await storage.pending()).toEqual(steps.slice(index))
      for (const statement of step.statements) await database.query(statement)
    }
    expect(await storage.pending()).toEqual([])
    expect(await versions('partly')).toEqual([steps.length])
    expect(migrationSql('postgres', { from: steps.length })).toBe('')
    expect(migrationSql('postgres', { from: 0 })).toBe(migrationSql('postgres'))
    expect(migrationSql('postgres', { from: 1 })).toMatch(/^-- 2\. a function for each method/)
  })

  test('of the first step alone is gone on with, by the storage or by hand', async () => {
    for (const [schema, goOn] of [
      ['stopped_1', () => postgresStorage(database, { schema: 'stopped_1' }).migrate()],
      ['stopped_2', () => database.exec(migrationSql('postgres', { schema: 'stopped_2', from: 1 }))],
    ] as const) {
      for (const statement of migrations('postgres', { schema })[0]!.statements) await database.query(statement)
      await goOn()
      expect(await postgresStorage(database, { schema }).pending()).toEqual([])
      expect(await versions(schema)).toEqual([2])
      expect((await postgresStorage(database, { schema }).reserve(newAccount('a'))).created).toBe(true)
    }
  })

  test('numbers the steps from 1 without a gap, and has no name that the storage would refuse', () => {
    const steps = migrations('postgres')
    expect(steps.map(({ version }) => version)).toEqual(steps.map((_, index) => index + 1))
    for (const options of [{ tablePrefix: 'a"; DROP TABLE b; --' }, { schema: 'pg_mine' }]) {
      for (const call of [migrations, migrationSql]) {
        expect(() => call('postgres', options)).toThrow(expect.objectContaining({ code: ErrorCode.CONFIG_INVALID }))
      }
    }
  })
})

/** Every column, index and function, without the schema's name and without what may come in any order. */
async function schemaOf(schema: string): Promise<string[]> {
  const { rows } = await database.query<{ line: string }>(
    `SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = $1::text::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = $1::text
    UNION ALL SELECT reloptions::text || relname FROM pg_class WHERE relnamespace = $1::text::regnamespace AND reloptions IS NOT NULL
    UNION ALL SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, collation_name, is_nullable, is_identity, column_default)
      FROM information_schema.columns WHERE table_schema = $1::text`,
    [schema],
  )
  return rows.map(({ line }) => line.replaceAll(schema, 'schema')).toSorted()
}

async function versions(schema: string): Promise<number[]> {
  const { rows } = await database.query<{ version: number }>(`SELECT version FROM ${schema}.connect_integration_schema`)
  return rows.map(({ version }) => version)
}
