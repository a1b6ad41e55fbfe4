import { ErrorCode, type IntegrationError } from '@connect-integration/server/storage'
import { describeStorage } from '@connect-integration/testkit'
import { getTableColumns, sql, type Table } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../database.ts'
import createStorage from '../kit.ts'
import { migrate } from '../migrate.ts'
import { accounts, models, records } from '../schema.ts'
import { drizzleStorage } from '../storage.ts'
import { temporaryFile } from './temporary-file.ts'

describeStorage('drizzleStorage', createStorage, { test })

describe('drizzleStorage', () => {
  let file: ReturnType<typeof temporaryFile>
  beforeEach(() => {
    file = temporaryFile()
  })
  afterEach(() => file.remove())

  test.each([accounts, models, records])('the schema describes what migrate creates (%#)', async (table) => {
    const database = openDatabase(file.path)
    await migrate(database)
    const { name, indexes, primaryKeys } = getTableConfig(table as SQLiteTable)
    const made = database.db.all<{ name: string; type: string; notnull: number }>(sql`SELECT * FROM pragma_table_info(${name})`)
    const described = Object.values(getTableColumns(table as Table)).map((column) => ({
      name: column.name,
      type: (column as { getSQLType(): string } & typeof column).getSQLType(),
      notnull: Number(column.notNull),
    }))
    expect(made.map(({ name, type, notnull }) => ({ name, type: type.toLowerCase(), notnull }))).toEqual(described)
    const keyed = database.db.all<{ name: string }>(sql`SELECT name FROM pragma_table_info(${name}) WHERE pk > 0 ORDER BY pk`)
    const key = primaryKeys[0]?.columns ?? [accounts.id]
    expect(keyed.map(({ name }) => name)).toEqual(key.map(({ name }) => name))
    const found = database.db.all<{ name: string; unique: number }>(
      sql`SELECT name, "unique" FROM pragma_index_list(${name}) WHERE origin = 'c'`,
    )
    const wanted = indexes.map(({ config }) => ({ name: config.name, unique: Number(config.unique) }))
    expect(new Set(found.map(({ name, unique }) => `${name} ${unique}`))).toEqual(
      new Set(wanted.map(({ name, unique }) => `${name} ${unique}`)),
    )
    database.close()
  })

  test('a schema that is newer than the code is refused, and stays', async () => {
    const database = openDatabase(file.path)
    await migrate(database)
    database.db.run(sql`INSERT INTO connect_schema (version) VALUES (2)`)
    await expect(migrate(database)).rejects.toMatchObject({ code: ErrorCode.STORE_CONTRACT })
    expect(database.db.all(sql`SELECT version FROM connect_schema ORDER BY version`)).toEqual([{ version: 1 }, { version: 2 }])
    database.close()
  })

  test('a migration that fails leaves nothing behind', async () => {
    const database = openDatabase(file.path)
    database.db.run(sql`CREATE TABLE connect_models (id text)`)
    await expect(migrate(database)).rejects.toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE })
    const tables = database.db.all<{ name: string }>(sql`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    expect(tables).toEqual([{ name: 'connect_models' }])
    database.close()
  })

  test('a failure names the file and says what to do', async () => {
    const storage = drizzleStorage(file.path)
    const without = await failureOf(storage.get({ linkedAccountId: 'x' }))
    expect([without.code, without.retryable]).toEqual([ErrorCode.STORE_UNAVAILABLE, false])
    expect(without.message).toContain(`${file.path} lacks tables of the storage; call migrate() first`)
    await storage.close()
    expect((await failureOf(storage.stats())).message).toContain('was closed')
    await expect(async () => drizzleStorage(`${file.path}/no-folder.db`)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  test('a lock that nobody gives back is a failure that may pass', async () => {
    const storage = drizzleStorage(file.path)
    await storage.migrate()
    const other = openDatabase(file.path)
    other.db.run(sql`BEGIN IMMEDIATE`)
    const impatient = openDatabase(file.path)
    impatient.db.run(sql`PRAGMA busy_timeout = 0`)
    const error = await failureOf(impatient.transaction(() => undefined))
    expect([error.code, error.retryable]).toEqual([ErrorCode.STORE_UNAVAILABLE, true])
    for (const each of [other, impatient, storage]) await each.close()
  })
})

function failureOf(promise: Promise<unknown>): Promise<IntegrationError> {
  return promise.then(
    () => expect.fail('did not fail'),
    (error) => error,
  )
}
