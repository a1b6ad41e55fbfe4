import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ErrorCode } from '@connect-integration/server/storage'
import { type SqliteDatabase, sqliteStorage } from '@connect-integration/storage-sql'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newAccount, pageNumber, record } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

const OPEN: [string, (path: string) => SqliteDatabase & { close(): unknown }][] = [
  ['node:sqlite', (path) => new DatabaseSync(path, { timeout: 1 })],
  ['better-sqlite3', (path) => new Database(path, { timeout: 1 })],
]

let file: ReturnType<typeof temporaryFile>
const handles: { close(): unknown }[] = []
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  for (const handle of handles.splice(0)) handle.close()
  file.remove()
})

describe.each(OPEN)('inside a transaction of the caller, on a handle of %s', (_, openHandle) => {
  const open = () => {
    const handle = openHandle(file.path)
    handles.push(handle)
    return handle
  }
  const ready = async () => {
    const handle = open()
    const storage = sqliteStorage(handle)
    await storage.migrate()
    handle.exec('CREATE TABLE theirs (id TEXT)')
    return { handle, storage, inside: storage.within(handle) }
  }
  const theirs = (handle: SqliteDatabase) => handle.prepare('SELECT id FROM theirs').all()
  const ids = async (storage: Pick<ReturnType<typeof sqliteStorage>, 'list'>) =>
    (await storage.list({ limit: 10 })).accounts.map(({ id }) => id)

  test('what is written is kept with the caller’s own rows, and nobody else sees it before', async () => {
    const { handle, inside } = await ready()
    const other = sqliteStorage(open())
    handle.exec(`BEGIN IMMEDIATE; INSERT INTO theirs VALUES ('one')`)
    expect((await inside.reserve(newAccount('shared'))).created).toBe(true)
    const [claim] = await inside.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    expect(await inside.commit(pageNumber(1, claim!.fence))).toMatchObject({ changed: 200, seq: 200 })
    expect(await ids(inside)).toEqual(['id-shared'])
    expect(await ids(other)).toEqual([])
    handle.exec('COMMIT')
    expect((await other.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 500 })).changes).toHaveLength(200)
    expect(theirs(handle)).toHaveLength(1)
  })

  test('what is written is gone with the caller’s own rows', async () => {
    const { handle, storage, inside } = await ready()
    await storage.reserve(newAccount('before'))
    handle.exec(`BEGIN IMMEDIATE; INSERT INTO theirs VALUES ('one')`)
    await inside.reserve(newAccount('a'))
    await inside.schedule('id-before', 5)
    await inside.update('id-before', 1, { details: 'new' })
    await inside.purge('id-before')
    handle.exec('ROLLBACK')
    expect((await storage.list({ limit: 10 })).accounts).toMatchObject([
      { id: 'id-before', status: 'active', details: null, due: null, dirty: 0 },
    ])
    expect(theirs(handle)).toEqual([])
  })

  test('a call that fails leaves the transaction as it was, open and of use', async () => {
    const { handle, storage, inside } = await ready()
    handle.exec(`BEGIN IMMEDIATE; INSERT INTO theirs VALUES ('one')`)
    await inside.reserve(newAccount('shared'))
    const [claim] = await inside.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    await expect(inside.reserve(newAccount('b', { originId: 'origin-shared' }))).rejects.toMatchObject({ code: ErrorCode.STORE_CONFLICT })
    const broken = { ...record('broken'), data: undefined as never }
    await expect(inside.commit({ ...pageNumber(1, claim!.fence), records: [record('good'), broken] })).rejects.toThrow(TypeError)
    expect(await inside.commit({ ...pageNumber(2, claim!.fence), records: [record('better')] })).toMatchObject({ seq: 1 })
    handle.exec('COMMIT')
    expect(await ids(storage)).toEqual(['id-shared'])
    const { changes } = await storage.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 10 })
    expect(changes.map(({ id }) => id)).toEqual(['better'])
    expect(theirs(handle)).toHaveLength(1)
  })

  test('without an open transaction nothing is done, before it begins and after it ended', async () => {
    const { handle, storage, inside } = await ready()
    const refused = () =>
      expect(inside.reserve(newAccount('a'))).rejects.toMatchObject({
        code: ErrorCode.INPUT_INVALID,
        message: expect.stringContaining(`No transaction is open on the handle that was passed to within() (${file.path})`),
      })
    await refused()
    handle.exec('BEGIN')
    expect(await ids(inside)).toEqual([])
    handle.exec('COMMIT')
    await refused()
    expect(await ids(storage)).toEqual([])
    handle.exec('BEGIN IMMEDIATE; ROLLBACK')
  })

  test('migrate() and close() do nothing, not even to the transaction', async () => {
    const handle = open()
    const inside = sqliteStorage(file.path).within(handle)
    handle.exec('BEGIN IMMEDIATE; CREATE TABLE theirs (id TEXT)')
    await inside.migrate()
    await inside.close()
    expect(handle.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }])
    handle.exec('ROLLBACK')
  })

  test('somebody else who wrote since the transaction began to read is not overwritten', async () => {
    const { handle, inside } = await ready()
    const other = sqliteStorage(open())
    handle.exec('BEGIN')
    expect(await ids(inside)).toEqual([])
    await other.reserve(newAccount('theirs', { slot: 'slot' }))
    await expect(inside.reserve(newAccount('ours', { slot: 'slot' }))).rejects.toMatchObject({
      code: ErrorCode.STORE_UNAVAILABLE,
      retryable: true,
    })
    handle.exec('ROLLBACK; BEGIN IMMEDIATE')
    expect(await inside.reserve(newAccount('ours', { slot: 'slot' }))).toMatchObject({ created: false, account: { id: 'id-theirs' } })
    handle.exec('COMMIT')
  })

  test('what is purged is erased from the file, on a handle that the storage never had', async () => {
    const path = sqliteStorage(file.path)
    await path.migrate()
    await path.reserve(newAccount('shared'))
    const [claim] = await path.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    const records = Array.from({ length: 50 }, (_, index) => record(`${index}`, `"the secret ${'x'.repeat(index * 40)}"`))
    await path.commit({ ...pageNumber(1, claim!.fence), records })
    await path.close()
    const handle = open()
    handle.exec('PRAGMA secure_delete = OFF; BEGIN IMMEDIATE')
    expect(readFileSync(file.path, 'latin1')).toContain('the secret')
    await sqliteStorage(file.path).within(handle).purge('id-shared')
    handle.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
    expect(readFileSync(file.path, 'latin1')).not.toContain('the secret')
  })
})
