import { ErrorCode, type IntegrationError } from '@connect-integration/server/storage'
import { type PostgresDatabase, type PostgresTransaction, postgresStorage } from '@connect-integration/storage-sql'
import { PGlite, type Transaction } from '@electric-sql/pglite'
import type pg from 'pg'
import type postgres from 'postgres'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { newAccount, pageNumber, record } from './fixtures/examples.ts'

const database = new PGlite()
afterAll(() => database.close())

test('the drivers’ own types fit, for a database and for a transaction', () => {
  expectTypeOf<pg.Pool | pg.Client | postgres.Sql | PGlite>().toExtend<PostgresDatabase>()
  expectTypeOf<pg.Client | pg.PoolClient | postgres.TransactionSql | Transaction>().toExtend<PostgresTransaction>()
  expectTypeOf<Date>().not.toExtend<PostgresDatabase>()
})

describe('what is passed is checked before anything is opened', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5432],
    ['an empty text', ''],
    ['a path', '/var/lib/app.db'],
    ['a URL of something else', 'mysql://root:hunter2@localhost/app'],
    ['an object of another kind', { prepare: () => undefined }],
  ])('%s is refused, and its text is not repeated', (_, given) => {
    const error = thrown(() => postgresStorage(given as PostgresDatabase))
    expect(error.code).toBe(ErrorCode.CONFIG_INVALID)
    expect(error.message).toMatch(/^The first argument of postgresStorage is .* Pass /)
    expect(error.message).not.toContain('hunter2')
  })

  test.each(['Big', 'has space', '1st', 'pg_mine', `${'x'.repeat(42)}`, 'x"; DROP TABLE y; --', ''])('the name %j is refused', (name) => {
    for (const option of ['tablePrefix', 'schema']) {
      const error = thrown(() => postgresStorage(database, { [option]: name }))
      expect(error.code).toBe(ErrorCode.CONFIG_INVALID)
      expect(error.message).toContain(`"${option}" is ${JSON.stringify(name)}`)
    }
  })

  test('a connection string opens nothing until the first call, and close() without one does nothing', async () => {
    const storage = postgresStorage('postgresql://nobody:secret@127.0.0.1:1/nothing')
    await storage.close()
    await storage.close()
    expect((await failure(storage.migrate())).message).toContain('was closed by close()')
  })
})

describe('a schema that is not the one of this code', () => {
  test('without tables every method says to call migrate() first', async () => {
    const storage = postgresStorage(database, { tablePrefix: 'absent_' })
    const calls = [
      storage.reserve(newAccount('x')),
      storage.get({ linkedAccountId: 'x' }),
      storage.list({ limit: 1 }),
      storage.claim({ owner: 'x', leaseMs: 1, limit: 1 }),
      storage.commit(pageNumber(1, 1)),
      storage.changes({ accountId: 'x', model: 'x', after: 0, limit: 1 }),
    ]
    for (const call of calls) {
      const error = await failure(call)
      expect(error.message).toContain('Call migrate() first.')
      expect(error.retryable).toBe(false)
    }
  })

  test('a missing schema is created, and a second migrate() has nothing to do', async () => {
    const storage = postgresStorage(database, { schema: 'fresh' })
    expect((await storage.pending()).map(({ version }) => version)).toEqual([1, 2])
    await Promise.all([storage.migrate(), storage.migrate()])
    expect(await storage.pending()).toEqual([])
    await storage.migrate()
    expect((await storage.reserve(newAccount('x'))).created).toBe(true)
  })

  test('one that is newer is refused with both numbers, and goes on working for the older code', async () => {
    const storage = postgresStorage(database, { schema: 'newer' })
    await storage.migrate()
    await database.exec('UPDATE newer.connect_integration_schema SET version = 9')
    for (const call of [storage.migrate(), storage.pending()]) {
      const error = await failure(call, ErrorCode.STORE_CONTRACT)
      expect(error.message).toMatch(/schema version 9, and this version of .* knows 2/)
    }
    expect((await storage.reserve(newAccount('x'))).created).toBe(true)
  })

  test('a migration that fails leaves what was there as it was, and can be repeated', async () => {
    const storage = postgresStorage(database, { schema: 'half' })
    await database.exec(
      'CREATE SCHEMA half; CREATE TABLE half.connect_integration_missing (mine text); INSERT INTO half.connect_integration_missing VALUES (1)',
    )
    expect((await failure(storage.migrate())).message).toContain('refused a statement (42P07)')
    const { rows } = await database.query(`SELECT relname FROM pg_class WHERE relnamespace = 'half'::regnamespace AND relkind = 'r'`)
    expect(rows).toEqual([{ relname: 'connect_integration_missing' }])
    await database.exec('DROP TABLE half.connect_integration_missing')
    await storage.migrate()
    expect((await storage.reserve(newAccount('x'))).created).toBe(true)
  })

  test('a column of the user’s survives', async () => {
    const storage = postgresStorage(database, { schema: 'mine' })
    await storage.migrate()
    await database.exec('ALTER TABLE mine.connect_integration_accounts ADD COLUMN note text')
    await storage.reserve(newAccount('x'))
    await database.exec(`UPDATE mine.connect_integration_accounts SET note = 'kept'`)
    await storage.migrate()
    await storage.claim({ owner: 'x', leaseMs: 1, limit: 1, accountId: 'id-x' })
    expect((await database.query('SELECT note FROM mine.connect_integration_accounts')).rows).toEqual([{ note: 'kept' }])
  })
})

describe('texts that an index or jsonb cannot hold', () => {
  test('an id beyond the limit is refused by name, and one at the limit is kept', async () => {
    const storage = await migrated('long')
    const account = newAccount('x', { slot: '漢'.repeat(833), originId: '漢'.repeat(833) })
    expect((await storage.reserve(account)).account.slot).toBe(account.slot)
    const error = await failure(storage.reserve(newAccount('y', { slot: '漢'.repeat(834) })), ErrorCode.INPUT_INVALID)
    expect(error.message).toContain('A slot of 2502 bytes')
    expect(error.retryable).toBe(false)
    const fence = (await storage.claim({ owner: 'x', leaseMs: 1000, limit: 1, accountId: 'id-x' }))[0]!.fence
    const page = { ...pageNumber(1, fence), accountId: 'id-x' }
    const noise = (length: number) => Array.from({ length }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7919) % 20_000))).join('')
    expect(await storage.commit({ ...page, records: [record(noise(833))], sweep: { number: 1, retire: { olderThan: 0 } } })).toMatchObject({
      changed: 1,
    })
    expect((await failure(storage.commit({ ...page, records: [record(noise(834))] }), ErrorCode.INPUT_INVALID)).message).toContain(
      'A record id of',
    )
  })

  test('every row can be cast to jsonb, and the text is what was given', async () => {
    const storage = await migrated('cast')
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'x', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    const deep = `${'[['.repeat(20_000)}${']]'.repeat(20_000)}`
    const wide = JSON.stringify(Array.from({ length: 2_000 }, (_, id) => ({ id, lines: [] })))
    const texts = [
      '{"a":"\\u0000b"}',
      '{"a":"\\ud800"}',
      '{"a":"\\ud83d\\ude00"}',
      '{"n":1e200000}',
      '',
      'no JSON',
      deep,
      '{"a":1,"a":2}',
      '{"\\u0000":1}',
      '"\0"',
      '{"n":1E+200000}',
      '{"id":"be4711"}',
      `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      wide,
    ]
    // A page each, so that each is looked at for itself: nothing else has to be refused for the deep one to be found.
    for (const [index, text] of texts.entries()) {
      await storage.commit({ ...pageNumber(1, claimed!.fence), records: [record(`${index}`, text)] })
    }
    const feed = await storage.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 100 })
    expect(feed.changes.map(({ data }) => data)).toEqual(texts)
    const { rows } = await database.query<{ id: string; cast: unknown; kept: boolean }>(
      'SELECT id, data::jsonb AS cast, data_text IS NOT NULL AS kept FROM "cast".connect_integration_records ORDER BY seq',
    )
    expect(rows.map(({ kept }) => kept)).toEqual([true, true, false, true, true, true, true, false, true, true, true, false, true, false])
    expect(rows[0]?.cast).toEqual({ a: '\ufffdb' })
  })
})

describe('inside a transaction of yours', () => {
  test('what is written is kept with it, and gone when it is rolled back', async () => {
    const storage = await migrated('inside')
    await database.transaction(async (transaction) => {
      await storage.within(transaction).reserve(newAccount('kept'))
    })
    const failing = database.transaction(async (transaction) => {
      const inside = storage.within(transaction)
      await inside.reserve(newAccount('gone'))
      await inside.migrate()
      await inside.close()
      expect(await inside.get({ id: 'id-gone', organizationId: 'org-1' })).not.toBeNull()
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect((await storage.list({ limit: 10 })).accounts.map(({ id }) => id)).toEqual(['id-kept'])
  })

  test('neither a slot that is taken nor a record that is no JSON costs the transaction', async () => {
    const storage = await migrated('costs')
    await storage.reserve(newAccount('one'))
    const { account } = await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'x', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    await database.transaction(async (transaction) => {
      const inside = storage.within(transaction)
      await failure(inside.update('id-shared', account.revision, { slot: 'slot-one' }), ErrorCode.STORE_CONFLICT)
      await failure(inside.reserve(newAccount('two', { originId: 'origin-one' })), ErrorCode.STORE_CONFLICT)
      await inside.commit({ ...pageNumber(1, claimed!.fence), records: [record('x', 'no JSON')] })
    })
    const feed = await storage.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 1 })
    expect(feed.changes[0]?.data).toBe('no JSON')
  })

  test('after its first failure it says to roll back', async () => {
    const storage = await migrated('failed')
    const error = await database.transaction(async (transaction) => {
      await transaction.query('SELECT 1 / 0').catch(() => undefined)
      return failure(storage.within(transaction).list({ limit: 1 })).finally(() => transaction.rollback())
    })
    expect(error.message).toContain('Roll it back and begin again')
  })
})

async function migrated(schema: string) {
  const storage = postgresStorage(database, { schema })
  await storage.migrate()
  return storage
}

function thrown(call: () => unknown): IntegrationError {
  try {
    call()
  } catch (error) {
    return error as IntegrationError
  }
  return expect.unreachable()
}

async function failure(promise: Promise<unknown>, code: string = ErrorCode.STORE_UNAVAILABLE): Promise<IntegrationError> {
  const error = (await promise.then(
    () => expect.unreachable('it had to fail'),
    (reason: unknown) => reason,
  )) as IntegrationError
  expect(error.code).toBe(code)
  return error
}
