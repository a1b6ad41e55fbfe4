import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ErrorCode, type IntegrationError } from '@connect-integration/server/storage'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newAccount, pageNumber, record } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

let file: ReturnType<typeof temporaryFile>
const handles: DatabaseSync[] = []
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  for (const handle of handles.splice(0)) if (handle.isOpen) handle.close()
  file.remove()
})

describe('a database that cannot be used says what happened to which file and what to do', () => {
  test('in a folder that does not exist', async () => {
    const path = `${file.folder}/missing/storage.db`
    const storage = sqliteStorage(path)
    const error = await failure(storage.migrate())
    expect(error.message).toBe(`${path} cannot be created: there is no folder ${file.folder}/missing. Create it first.`)
    expect(error.retryable).toBe(false)
    mkdirSync(`${file.folder}/missing`)
    await storage.migrate()
    expect(existsSync(path), 'the failure was remembered').toBe(true)
    await storage.close()
  })

  test('a folder instead of a file', async () => {
    expect((await failure(sqliteStorage(file.folder).migrate())).message).toContain(`${file.folder} cannot be opened`)
  })

  test('a file that is no database', async () => {
    writeFileSync(file.path, 'id,name\n'.repeat(200))
    const error = await failure(sqliteStorage(file.path).migrate())
    expect(error.message).toContain(`${file.path} is not a SQLite database`)
    expect(error.retryable).toBe(false)
  })

  test('a read-only database can be read, and refuses to be written', async () => {
    const writer = sqliteStorage(file.path)
    await writer.migrate()
    await writer.reserve(newAccount('a'))
    const reader = sqliteStorage(handle({ readOnly: true }))
    await reader.migrate()
    expect((await reader.get({ id: 'id-a', organizationId: 'org-1' }))?.id).toBe('id-a')
    const error = await failure(reader.reserve(newAccount('b')))
    expect(error.message).toContain(`${file.path} is read-only`)
    expect(error.retryable).toBe(false)
    await writer.close()
  })

  test.each([
    ['synchronous', 0, 'a power cut loses data'],
    ['journal_mode', 'off', 'a crash damages it'],
    ['secure_delete', 2, 'deleted data stays readable'],
  ])('a database that does not obey "PRAGMA %s"', async (name, value, loss) => {
    const own = handle()
    const prepare = (sql: string) => (sql === `PRAGMA ${name}` ? { get: () => ({ [name]: value }) } : own.prepare(sql))
    const deaf = { exec: (sql: string) => own.exec(sql), prepare, location: () => file.path }
    const error = await failure(sqliteStorage(deaf as unknown as DatabaseSync).migrate())
    expect(error.message).toMatch(new RegExp(`^${file.path} .*${name}.*${loss}.* Pass another database\\.$`))
    expect(error.retryable).toBe(false)
  })

  test('a full disk: the page is not there, and the store goes on when there is room', async () => {
    const database = handle()
    const storage = sqliteStorage(database)
    await storage.migrate()
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages + 3}`)
    const error = await failure(storage.commit(pageNumber(1, claimed!.fence)))
    expect(error.message).toContain(`${file.path} cannot grow`)
    expect(error.retryable).toBe(true)
    const query = { accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 10 }
    expect((await storage.changes(query)).changes).toEqual([])
    database.exec('PRAGMA max_page_count = 1000000')
    expect(await storage.commit(pageNumber(1, claimed!.fence))).toEqual({ changed: 200, deleted: 0, seq: 200 })
  })

  test('a lock that another process does not give back in time', async () => {
    const storage = sqliteStorage(handle({ timeout: 20 }))
    await storage.migrate()
    await storage.reserve(newAccount('a'))
    const other = handle()
    other.exec('BEGIN IMMEDIATE')
    for (const write of [
      () => storage.reserve(newAccount('b')),
      () => storage.schedule('id-a', 0),
      () => storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-a' }),
      () => storage.purge('id-a'),
    ]) {
      const error = await failure(write())
      expect(error.message).toContain(`${file.path} is locked by another process`)
      expect(error.retryable).toBe(true)
    }
    expect((await storage.list({ limit: 10 })).accounts, 'reading goes on').toHaveLength(1)
    expect(await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1 }), 'nothing is due: no lock is needed').toEqual([])
    other.exec('ROLLBACK')
    expect((await storage.reserve(newAccount('b'))).created).toBe(true)
  })

  test('tables that are missing, because migrate() was not called', async () => {
    const storage = sqliteStorage(file.path)
    for (const call of [
      () => storage.get({ id: 'id-a', organizationId: 'org-1' }),
      () => storage.reserve(newAccount('a')),
      () => storage.commit({ accountId: 'id-a', fence: 1, model: 'm', records: [], checkpoint: null }),
      () => storage.stats(),
    ]) {
      const error = await failure(call())
      expect(error.message).toContain(`missing or old in ${file.path}`)
      expect(error.message).toContain('Call migrate() first.')
      expect(error.retryable).toBe(false)
    }
    await storage.migrate()
    expect((await storage.reserve(newAccount('a'))).created).toBe(true)
    await storage.close()
  })

  test('after close()', async () => {
    const storage = sqliteStorage(file.path)
    await storage.migrate()
    await storage.close()
    expect((await failure(storage.stats())).message).toBe(`The storage on ${file.path} was closed. Create a new one with sqliteStorage().`)
  })

  test('closed while it was being opened', async () => {
    const storage = sqliteStorage(file.path)
    const [migrated] = await Promise.allSettled([storage.migrate(), storage.close()])
    expect(migrated.status).toBe('rejected')
    await storage.close()
  })

  test('a handle that its owner has closed', async () => {
    const database = handle()
    const storage = sqliteStorage(database)
    await storage.migrate()
    database.close()
    expect((await failure(storage.stats())).message).toContain('was closed')
  })

  test('a transaction of the owner of the handle that is still open', async () => {
    const database = handle()
    const storage = sqliteStorage(database)
    await storage.migrate()
    database.exec('BEGIN')
    expect((await failure(storage.purge('id-a'))).message).toContain('cannot start a transaction within a transaction')
    database.exec('COMMIT')
    await storage.purge('id-a')
  })

  test('a Node without node:sqlite', () => {
    const script = `
      const { registerHooks } = await import('node:module')
      const resolve = (specifier, context, next) => {
        if (specifier === 'node:sqlite') throw new Error('No such built-in module')
        return next(specifier, context)
      }
      registerHooks({ resolve })
      const { sqliteStorage } = await import('${new URL('../src/index.ts', import.meta.url).href}')
      await sqliteStorage('${file.path}').migrate().catch((error) => console.log(error.code, error.message))`
    const hooks = new URL('./fixtures/from-source.mjs', import.meta.url).href
    const flags = ['--no-warnings', '--import', hooks, '--input-type=module', '-e', script]
    const output = execFileSync(process.execPath, flags, { encoding: 'utf8' })
    expect(output).toContain('STORE_UNAVAILABLE sqliteStorage needs "node:sqlite"')
    expect(output).toContain('Use Node 22.13 or newer')
    expect(existsSync(file.path), 'an empty file was left behind').toBe(false)
  })

  test('no secret and no data in an error', async () => {
    const storage = sqliteStorage(handle({ timeout: 1 }))
    await storage.migrate()
    await storage.reserve(newAccount('a'))
    handle().exec('BEGIN IMMEDIATE')
    const error = await failure(storage.update('id-a', 1, { token: 'canary', details: 'canary' }))
    const everything = JSON.stringify([error.message, error.stack, error.cause, String((error.cause as Error).stack)])
    expect(everything).not.toContain('canary')
  })
})

describe('a mistake in the call is told at once', () => {
  test.each(['', 'file:storage.db', 'file:///tmp/storage.db?mode=memory'])('location %j', (location) => {
    expect(() => sqliteStorage(location)).toThrow(/first argument of sqliteStorage/)
  })

  const prefixes = ['', 'A', '1a', 'a-b', 'a b', 'a"; DROP TABLE x; --', 'é', 'sqlite_', 'a'.repeat(42), 'a\n']
  test.each(prefixes)('tablePrefix %j', (tablePrefix) => {
    expect(() => sqliteStorage(file.path, { tablePrefix })).toThrow(/"tablePrefix" is/)
  })

  test('a record that cannot be stored is the caller’s error, and leaves nothing behind', async () => {
    const storage = sqliteStorage(':memory:')
    await storage.migrate()
    await storage.reserve(newAccount('a'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-a' })
    const broken = { ...record('broken'), data: undefined as never }
    const page = { accountId: 'id-a', fence: claimed!.fence, model: 'm', records: [record('good'), broken], checkpoint: 'late' }
    await expect(storage.commit(page)).rejects.toThrow(TypeError)
    expect((await storage.get({ id: 'id-a', organizationId: 'org-1' }))?.models).toEqual({})
    await storage.close()
  })
})

/** A handle of the test's own on the file; closed after the test. */
function handle(options: ConstructorParameters<typeof DatabaseSync>[1] = {}) {
  const database = new DatabaseSync(file.path, options)
  handles.push(database)
  return database
}

async function failure(promise: Promise<unknown>): Promise<IntegrationError> {
  const error = await promise.then(
    () => expect.fail('resolved, but had to throw'),
    (reason: IntegrationError) => reason,
  )
  expect(error.code, error.message).toBe(ErrorCode.STORE_UNAVAILABLE)
  return error
}
