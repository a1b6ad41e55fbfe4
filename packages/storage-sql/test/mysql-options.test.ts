import { createServer } from 'node:net'
import { ErrorCode, type IntegrationError } from '@connect-integration/server/storage'
import { type MysqlDatabase, type MysqlTransaction, mysqlStorage, type SqlStorage } from '@connect-integration/storage-sql'
import type mysql from 'mysql2'
import type promised from 'mysql2/promise'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { toHash, toKey } from '../src/mysql/keys.ts'
import { migrations } from '../src/mysql/migrations.ts'
import { batches } from '../src/mysql/packets.ts'
import { CONFIGURE, examined } from '../src/mysql/session.ts'

const URL_WITH_PASSWORD = 'mysql://root:canary@127.0.0.1:1/some_database'

describe('what mysqlStorage takes', () => {
  test('the pools and connections of mysql2, with promises or callbacks, fit as they are', () => {
    expectTypeOf<promised.Pool>().toExtend<MysqlDatabase>()
    expectTypeOf<promised.Connection>().toExtend<MysqlDatabase>()
    expectTypeOf<mysql.Pool>().toExtend<MysqlDatabase>()
    expectTypeOf<mysql.Connection>().toExtend<MysqlDatabase>()
    expectTypeOf<promised.PoolConnection>().toExtend<MysqlTransaction>()
    expectTypeOf<mysql.PoolConnection>().toExtend<MysqlTransaction>()
    expectTypeOf(mysqlStorage).returns.toEqualTypeOf<SqlStorage<MysqlTransaction>>()
    expectTypeOf<number>().not.toExtend<MysqlDatabase>()
  })

  test.each([
    ['', 'no URL'],
    ['integrations.db', 'no URL'],
    ['postgresql://root:canary@localhost/name', 'no URL'],
    ['mysql://root:canary@localhost', 'without the name of a database'],
    ['mysql://root:canary@localhost:not-a-port/name', 'no URL'],
    [null, 'neither a URL nor a pool'],
    [undefined, 'neither a URL nor a pool'],
    [{}, 'neither a URL nor a pool'],
    [{ query: () => undefined }, 'neither a URL nor a pool'],
    [{ promise: () => ({}) }, 'neither a URL nor a pool'],
  ])('%j is refused at once, without its password in the message', (database, reason) => {
    const error = thrown(() => mysqlStorage(database as never))
    expect(error.code).toBe(ErrorCode.CONFIG_INVALID)
    expect(error.message).toContain(reason)
    expect(error.message).toContain('Pass mysql://user:password@host:3306/database')
    expect(everythingOf(error)).not.toContain('canary')
  })

  test.each(['', 'A', '1a', 'a-b', 'a b', 'a`; DROP TABLE x; --', 'é', 'a'.repeat(42), 'a\n'])(
    'tablePrefix %j is refused',
    (tablePrefix) => {
      expect(() => mysqlStorage(URL_WITH_PASSWORD, { tablePrefix })).toThrow(/"tablePrefix" is/)
    },
  )

  test.each(['', 'none', 1, null])('durability %j is refused', (durability) => {
    expect(thrown(() => mysqlStorage(URL_WITH_PASSWORD, { durability: durability as never })).message).toContain(`"durability" is`)
  })

  test.each([
    undefined,
    null,
    'mysql://localhost/name',
    { getConnection: () => undefined, query: () => undefined, execute: () => undefined },
  ])('within(%j) is refused: only a connection has a transaction', (transaction) => {
    const error = thrown(() => mysqlStorage(URL_WITH_PASSWORD).within(transaction as never))
    expect(error.code).toBe(ErrorCode.CONFIG_INVALID)
    expect(error.message).toContain('within()')
  })
})

describe('a server that is not there', () => {
  test('is not asked for before the first call, which says which one it is, and nothing of the password', async () => {
    const port = await freePort()
    const storage = mysqlStorage(`mysql://root:canary@127.0.0.1:${port}/some_database`)
    const error = await storage.stats().then(
      () => expect.fail('resolved'),
      (reason: IntegrationError) => reason,
    )
    expect([error.code, error.retryable]).toEqual([ErrorCode.STORE_UNAVAILABLE, true])
    expect(error.message).toContain(`The MySQL database "some_database" at 127.0.0.1:${port} cannot be reached`)
    expect(error.message).toContain('ECONNREFUSED')
    expect(everythingOf(error)).not.toContain('canary')
    await storage.close()
    await storage.close()
    await expect(storage.stats()).rejects.toThrow('was closed. Create a new one with mysqlStorage().')
  })
})

describe('a session is refused that', () => {
  const good = {
    version: '10.6.0-MariaDB',
    name: 'some_database',
    mode: 'ANSI_QUOTES,STRICT_TRANS_TABLES',
    autocommit: 1,
    client: 'utf8mb4',
    connection: 'utf8mb4',
    results: 'utf8mb4',
    flush: 1,
    packet: 1000,
  }
  const demands = { place: 'The MySQL database', durability: 'full', within: false } as const

  test.each([
    ['is too old for MariaDB', { version: '10.5.29-MariaDB' }, 'MariaDB 10.6'],
    ['is too old for MySQL', { version: '8.0.18' }, 'MySQL 8.0.19'],
    ['is MySQL 5.7', { version: '5.7.44-log' }, 'MySQL 8.0.19'],
    ['has no database', { name: null }, 'Select a database'],
    ['is not strict', { mode: 'NO_ENGINE_SUBSTITUTION' }, 'STRICT_TRANS_TABLES'],
    ['has no mode at all', { mode: '' }, 'STRICT_TRANS_TABLES'],
    ['takes an empty text for NULL', { mode: 'STRICT_ALL_TABLES,EMPTY_STRING_IS_NULL' }, 'EMPTY_STRING_IS_NULL'],
    ['sends in another character set', { client: 'latin1' }, 'charset "utf8mb4"'],
    ['compares in another character set', { connection: 'utf8mb3' }, 'charset "utf8mb4"'],
    ['answers in another character set', { results: null }, 'charset "utf8mb4"'],
    ['does not commit by itself', { autocommit: 0 }, 'autocommit'],
    ['loses a second of commits', { flush: 2 }, `durability: 'server'`],
    ['flushes when it likes', { flush: 0 }, `durability: 'server'`],
  ])('%s', (_, wrong, todo) => {
    const error = thrown(() => examined({ ...good, ...wrong }, demands))
    expect([error.code, error.retryable]).toEqual([ErrorCode.STORE_UNAVAILABLE, false])
    expect(error.message).toContain(todo)
  })

  test.each(['10.6.0-MariaDB', '5.5.5-10.11.19-MariaDB-log', '12.1.2-MariaDB', '8.0.19', '8.4.0', '9.5.0-commercial'])(
    'is not %s',
    (version) => {
      expect(examined({ ...good, version }, demands)).toEqual({ database: 'some_database', packet: 1000 })
    },
  )

  test('but a log that is not flushed is accepted with the owner’s word, and no autocommit within a transaction', () => {
    expect(examined({ ...good, flush: 2 }, { ...demands, durability: 'server' })).toBeDefined()
    expect(examined({ ...good, autocommit: 0 }, { ...demands, within: true })).toBeDefined()
    expect(CONFIGURE).toContain('STRICT_ALL_TABLES')
  })
})

describe('what is sent', () => {
  test('ids of 1024 bytes are taken, longer ones refused and not cut off', () => {
    expect(toKey('The id', 'é'.repeat(512))).toBe('é'.repeat(512))
    const error = thrown(() => toKey('The id', `${'é'.repeat(512)}a`))
    expect(error.code).toBe(ErrorCode.INPUT_INVALID)
    expect(error.message).toBe('The id has 1025 bytes, and mysqlStorage takes 1024 at most. Shorten it. Nothing was written.')
  })

  test('a hash of any length fits the column, and different ones stay different', () => {
    const hashes = ['', 'a', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(66), `sha256:${'0'.repeat(64)}`, 'é'.repeat(33)]
    const stored = hashes.map(toHash)
    expect(new Set(stored).size).toBe(hashes.length)
    for (const hash of stored) expect(Buffer.byteLength(hash)).toBeLessThanOrEqual(80)
  })

  test('rows go in batches that the server takes, in order, none lost', () => {
    const packet = 16 * 1024 + 100
    const rows = Array.from({ length: 50 }, (_, place) => `é-${place}`)
    const sent = batches(rows, (row, place) => [row, place], { database: 'x', packet })
    expect(sent.length).toBeGreaterThan(5)
    for (const { json } of sent) expect(Buffer.byteLength(json)).toBeLessThanOrEqual(102)
    expect(sent.flatMap(({ json }) => JSON.parse(json))).toEqual(rows.map((row, place) => [row, place]))
    expect(sent.reduce((all, { count }) => all + count, 0)).toBe(50)
    expect(batches([], () => [], { database: 'x', packet })).toEqual([])
  })

  test('one row that is too large is refused with both sizes, and not quoted', () => {
    const error = thrown(() => batches(['canary'.repeat(100)], (row) => [row], { database: 'x', packet: 16 * 1024 + 100 }))
    expect([error.code, error.retryable]).toEqual([ErrorCode.STORE_UNAVAILABLE, false])
    expect(error.message).toContain('needs 605 bytes')
    expect(error.message).toContain('"max_allowed_packet" there is 16484')
    expect(everythingOf(error)).not.toContain('canary')
  })
})

test('the schema can be run twice: nothing in it fails on what is there', () => {
  const all = migrations({ tablePrefix: 'p_' }).flatMap(({ statements }) => statements)
  expect(all).toHaveLength(7)
  for (const statement of all) {
    expect(statement).toMatch(/^CREATE TABLE IF NOT EXISTS p_[a-z]+ \(|^INSERT INTO p_schema .* ON DUPLICATE KEY UPDATE/)
    expect(statement).not.toContain(';')
    if (statement.startsWith('CREATE')) expect(statement).toContain('ENGINE = InnoDB')
  }
})

function thrown(work: () => unknown): IntegrationError {
  try {
    work()
  } catch (error) {
    return error as IntegrationError
  }
  return expect.fail('returned, but had to throw')
}

function everythingOf(error: Error) {
  return JSON.stringify([error.message, error.stack, error.cause, String((error.cause as Error | undefined)?.stack)])
}

async function freePort() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
