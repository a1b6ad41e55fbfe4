import { DatabaseSync } from 'node:sqlite'
import { ErrorCode } from '@connect-integration/server/storage'
import { type SqliteDatabase, sqliteStorage } from '@connect-integration/storage-sql'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { newAccount, pageNumber, record } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

interface Driver {
  open(path: string, options?: { timeout?: number; readOnly?: boolean }): SqliteDatabase & { close(): unknown }
}

const DRIVERS: Record<string, Driver> = {
  'node:sqlite': { open: (path, options = {}) => new DatabaseSync(path, options) },
  'better-sqlite3': {
    open: (path, { timeout, readOnly = false } = {}) =>
      new Database(path, { readonly: readOnly, ...(timeout !== undefined && { timeout }) }),
  },
}

let file: ReturnType<typeof temporaryFile>
const handles: { close(): unknown }[] = []
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  for (const handle of handles.splice(0)) handle.close()
  file.remove()
})

test('the types of both drivers fit, and those of a promise do not', () => {
  expectTypeOf<DatabaseSync>().toExtend<SqliteDatabase>()
  expectTypeOf<Database.Database>().toExtend<SqliteDatabase>()
  expectTypeOf<{ exec(sql: string): unknown; prepare(sql: string): Promise<unknown> }>().not.toExtend<SqliteDatabase>()
})

test.each([[null], [undefined], [7], [{}], [{ exec: () => undefined }]])('%j is no database', (location) => {
  expect(() => sqliteStorage(location as unknown as SqliteDatabase)).toThrow(/is neither a path nor a database\. Pass the path of a file/)
})

describe.each(Object.entries(DRIVERS))('a handle of %s', (_, driver) => {
  const open = (options?: Parameters<Driver['open']>[1]) => {
    const handle = driver.open(file.path, options)
    handles.push(handle)
    return handle
  }
  const pragma = (handle: SqliteDatabase, name: string) => Object.values(handle.prepare(`PRAGMA ${name}`).get() as object)[0]

  test('is made durable and made to erase', async () => {
    const handle = open()
    handle.exec('PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF')
    await sqliteStorage(handle).migrate()
    expect(['journal_mode', 'synchronous', 'secure_delete'].map((name) => pragma(handle, name))).toEqual(['wal', 2, 1])
    expect(pragma(handle, 'busy_timeout')).toBe(5000)
  })

  test('keeps a timeout of its own, and stays open after close()', async () => {
    const handle = open({ timeout: 77 })
    const storage = sqliteStorage(handle)
    await storage.migrate()
    await storage.close()
    expect(pragma(handle, 'busy_timeout')).toBe(77)
  })

  test('that is locked says which file and may be tried again', async () => {
    const storage = sqliteStorage(open({ timeout: 1 }))
    await storage.migrate()
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    await failsWith(storage.reserve(newAccount('a')), `${file.path} is locked by another process`, true)
    other.exec('ROLLBACK')
    expect((await storage.reserve(newAccount('a'))).created).toBe(true)
  })

  test('that may only be read says so', async () => {
    await sqliteStorage(open()).migrate()
    const reader = sqliteStorage(open({ readOnly: true }))
    await reader.migrate()
    await failsWith(reader.reserve(newAccount('a')), `${file.path} is read-only`, false)
  })

  test('that cannot grow says so, and goes on when there is room', async () => {
    const handle = open()
    const { storage, fence } = await claimed(handle)
    handle.exec(`PRAGMA max_page_count = ${Number(pragma(handle, 'page_count')) + 3}`)
    await failsWith(storage.commit(pageNumber(1, fence)), `${file.path} cannot grow`, true)
    handle.exec('PRAGMA max_page_count = 1000000')
    expect(await storage.commit(pageNumber(1, fence))).toMatchObject({ changed: 200 })
  })

  test('without the tables says so', async () => {
    await failsWith(sqliteStorage(open()).stats(), `missing or old in ${file.path}`, false)
  })

  test('that its owner has closed says so', async () => {
    const handle = driver.open(file.path)
    const storage = sqliteStorage(handle)
    await storage.migrate()
    handle.close()
    await failsWith(storage.stats(), `The storage on ${file.path} was closed`, false)
  })

  test('tells two accounts of one origin id from a failure of the database', async () => {
    const storage = sqliteStorage(open())
    await storage.migrate()
    await storage.reserve(newAccount('a'))
    await expect(storage.reserve(newAccount('b', { originId: 'origin-a' }))).rejects.toMatchObject({ code: ErrorCode.STORE_CONFLICT })
    await expect(storage.reserve(newAccount('a', { slot: 'other', originId: 'other' }))).rejects.toMatchObject({
      code: ErrorCode.STORE_CONFLICT,
    })
  })

  test('holds numbers of any size that a stamp can have', async () => {
    const { storage, fence } = await claimed(open())
    const records = [0, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER].map((modifiedAt) => ({ ...record(`${modifiedAt}`), modifiedAt }))
    await storage.commit({ ...pageNumber(1, fence), records })
    const { changes } = await storage.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 10 })
    expect(changes.map(({ modifiedAt }) => modifiedAt)).toEqual(records.map(({ modifiedAt }) => modifiedAt))
  })

  test('reads what the other driver wrote', async () => {
    const { storage, fence } = await claimed(open())
    await storage.commit(pageNumber(1, fence))
    for (const other of Object.values(DRIVERS)) {
      const handle = other.open(file.path)
      handles.push(handle)
      const theirs = sqliteStorage(handle)
      expect(await theirs.pending()).toEqual([])
      expect(await theirs.commit(pageNumber(1, fence)), 'every record is known').toMatchObject({ changed: 0 })
    }
  })
})

async function claimed(handle: SqliteDatabase) {
  const storage = sqliteStorage(handle)
  await storage.migrate()
  await storage.reserve(newAccount('shared'))
  const [claim] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
  return { storage, fence: claim!.fence }
}

async function failsWith(promise: Promise<unknown>, message: string, retryable: boolean) {
  await expect(promise).rejects.toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE, message: expect.stringContaining(message), retryable })
}
