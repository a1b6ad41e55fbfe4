import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ErrorCode, type Page } from '@connect-integration/server/storage'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { statements } from '../src/sqlite/statements.ts'
import { newAccount, pageNumber, RECORDS_PER_PAGE, record } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

let file: ReturnType<typeof temporaryFile>
let handle: DatabaseSync | undefined
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  if (handle?.isOpen) handle.close()
  handle = undefined
  file.remove()
})

describe('the file', () => {
  test('is not touched before the first call', async () => {
    const storage = sqliteStorage(file.path)
    expect(existsSync(file.path)).toBe(false)
    await storage.close()
    expect(existsSync(file.path)).toBe(false)
  })

  test('is for its owner only, with all that comes beside it', async () => {
    const umask = process.umask(0)
    try {
      const storage = sqliteStorage(file.path)
      await storage.migrate()
      for (const suffix of ['', '-wal', '-shm']) expect(statSync(file.path + suffix).mode & 0o777, suffix).toBe(0o600)
      await storage.close()
    } finally {
      process.umask(umask)
    }
  })

  test('that is there already keeps its mode', async () => {
    writeFileSync(file.path, '')
    chmodSync(file.path, 0o640)
    const storage = sqliteStorage(file.path)
    await storage.migrate()
    expect(statSync(file.path).mode & 0o777).toBe(0o640)
    await storage.close()
  })

  test('holds two stores with two prefixes, which know nothing of each other', async () => {
    const [one, other] = ['one_', 'other_'].map((tablePrefix) => sqliteStorage(file.path, { tablePrefix }))
    await one!.migrate()
    await other!.migrate()
    await one!.reserve(newAccount('a'))
    expect((await other!.list({ limit: 10 })).accounts).toEqual([])
    expect((await other!.reserve(newAccount('a'))).created).toBe(true)
    await one!.purge('id-a')
    expect((await other!.get({ id: 'id-a', organizationId: 'org-1' }))?.status).toBe('active')
    for (const storage of [one!, other!]) await storage.close()
  })
})

describe('a handle of the caller', () => {
  test('is made durable: WAL and synchronous FULL', async () => {
    handle = new DatabaseSync(file.path)
    handle.exec('PRAGMA synchronous = OFF')
    await sqliteStorage(handle).migrate()
    expect(handle.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(handle.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(handle.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 5000 })
  })

  test('is switched to WAL when whoever writes has finished', async () => {
    handle = new DatabaseSync(file.path)
    const other = new DatabaseSync(file.path)
    other.exec('BEGIN IMMEDIATE; CREATE TABLE theirs (a)')
    const own = handle
    const statements: string[] = []
    // The other one finishes when this one waits for the lock.
    const exec = (sql: string) => {
      statements.push(sql)
      if (sql.startsWith('BEGIN EXCLUSIVE')) other.exec('COMMIT')
      own.exec(sql)
    }
    const observed = { exec, prepare: (sql: string) => own.prepare(sql), location: () => file.path }
    await sqliteStorage(observed as unknown as DatabaseSync).migrate()
    expect(statements.filter((sql) => sql.includes('WAL'))).toHaveLength(2)
    expect(handle.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    other.close()
  })

  test('stays open after close(), and keeps a timeout of its own', async () => {
    handle = new DatabaseSync(file.path, { timeout: 77 })
    const storage = sqliteStorage(handle)
    await storage.migrate()
    await storage.close()
    expect(handle.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 77 })
  })
})

describe('migrate', () => {
  test('refuses a schema that is newer than the code, and names both versions', async () => {
    handle = new DatabaseSync(file.path)
    const storage = sqliteStorage(handle)
    await storage.migrate()
    await storage.reserve(newAccount('a'))
    handle.exec('UPDATE connect_integration_schema SET version = 99')
    const error = await sqliteStorage(handle)
      .migrate()
      .catch((reason) => reason)
    expect(error.code).toBe(ErrorCode.STORE_CONTRACT)
    expect(error.message).toContain(`${file.path} has schema version 99`)
    expect(error.message).toContain('knows 1')
    expect((await storage.list({ limit: 10 })).accounts, 'the data was touched').toHaveLength(1)
  })

  test('that fails half-way leaves what was there before, and works when the reason is gone', async () => {
    handle = new DatabaseSync(file.path)
    handle.exec('CREATE TABLE connect_integration_records (mine TEXT); INSERT INTO connect_integration_records VALUES (1)')
    const storage = sqliteStorage(handle)
    await expect(storage.migrate()).rejects.toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE })
    expect(handle.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'connect_integration_records' }])
    expect(handle.prepare('SELECT * FROM connect_integration_records').all()).toEqual([{ mine: '1' }])
    handle.exec('DROP TABLE connect_integration_records')
    await storage.migrate()
    expect((await storage.reserve(newAccount('a'))).created).toBe(true)
  })
})

describe('what is left in the tables', () => {
  const sweep = (number: number) => ({ number, retire: { olderThan: Number.MAX_SAFE_INTEGER } })

  test('after a purge: nothing but the tombstone', async () => {
    const { storage, page, rows } = await sharedAccount()
    await storage.commit({ ...page(1), sweep: sweep(1) })
    await storage.commit({ ...page(2), sweep: sweep(2) })
    expect(rows()).toEqual({ accounts: 1, models: 1, records: 400, seen: 200, missing: 200 })
    await storage.purge('id-shared')
    expect(rows()).toEqual({ accounts: 1, models: 0, records: 0, seen: 0, missing: 0 })
  })

  test('after a purge that fails half-way: everything', async () => {
    const { storage, page, rows } = await sharedAccount()
    await storage.commit(page(1))
    handle!.exec(`CREATE TRIGGER refuse BEFORE DELETE ON connect_integration_models BEGIN SELECT RAISE(ABORT, 'no'); END`)
    const before = rows()
    await expect(storage.purge('id-shared')).rejects.toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE })
    expect(rows()).toEqual(before)
    expect((await storage.get({ id: 'id-shared', organizationId: 'org-1' }))?.status).toBe('active')
  })

  test('after many sweeps: the marks of the last one', async () => {
    const { storage, page, rows } = await sharedAccount()
    for (let number = 1; number <= 4; number++) await storage.commit({ ...page(1), sweep: sweep(number) })
    expect(rows()).toMatchObject({ records: 200, seen: 200, missing: 0 })
    for (let number = 5; number <= 7; number++) await storage.commit({ ...page(1), records: [], sweep: sweep(number) })
    expect(rows()).toMatchObject({ records: 200, seen: 0, missing: 0 })
  })

  async function sharedAccount() {
    const database = new DatabaseSync(file.path)
    handle = database
    const storage = sqliteStorage(database)
    await storage.migrate()
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM connect_integration_${table}`).get()?.n
    const rows = () => Object.fromEntries(['accounts', 'models', 'records', 'seen', 'missing'].map((table) => [table, count(table)]))
    return { storage, rows, page: (number: number) => pageNumber(number, claimed!.fence) }
  }
})

test('of two accounts with one id at Merge, the living is found rather than the tombstone', async () => {
  handle = new DatabaseSync(file.path)
  const storage = sqliteStorage(handle)
  await storage.migrate()
  for (const name of ['a', 'b', 'c']) {
    await storage.reserve(newAccount(name))
    await storage.update(`id-${name}`, 1, { linkedAccountId: 'merge-1' })
    if (name !== 'b') await storage.purge(`id-${name}`)
  }
  expect((await storage.get({ linkedAccountId: 'merge-1' }))?.id).toBe('id-b')
  await storage.purge('id-b')
  expect((await storage.get({ linkedAccountId: 'merge-1' }))?.status).toBe('deleted')
})

describe('work that is not done', () => {
  test('a page that brings nothing new writes nothing', async () => {
    handle = new DatabaseSync(file.path)
    const storage = sqliteStorage(handle)
    await storage.migrate()
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    await storage.commit(pageNumber(1, claimed!.fence))
    const written = () => handle!.prepare('SELECT total_changes() AS rows').get()
    const before = written()
    expect(await storage.commit(pageNumber(1, claimed!.fence))).toEqual({ changed: 0, deleted: 0, seq: 200 })
    expect(written()).toEqual(before)
    await storage.commit({ ...pageNumber(1, claimed!.fence), records: [record('new')] })
    expect(written(), 'the counter does not count').not.toEqual(before)
  })

  test('a page that is held back writes nothing', async () => {
    handle = new DatabaseSync(file.path)
    const storage = sqliteStorage(handle)
    await storage.migrate()
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    const page = { ...pageNumber(1, claimed!.fence), sweep: { number: 1, retire: { olderThan: Number.MAX_SAFE_INTEGER } } }
    await storage.commit(page)
    const written = () => handle!.prepare('SELECT total_changes() AS rows').get()
    const before = written()
    const records = [{ ...page.records[0]!, deleted: true }, record('new')]
    const held = { ...page, records, checkpoint: 'late', sweep: { ...page.sweep, number: 2 }, release: { delayMs: 1, dirtySeen: 0 } }
    expect(await storage.commit({ ...held, deleteAtMost: 0 })).toBe('held')
    expect(written()).toEqual(before)
    expect(await storage.commit({ ...held, deleteAtMost: 1 })).toEqual({ changed: 2, deleted: 1, seq: 202 })
  })

  test('a page takes one statement for each record that is written, and as many others whatever its size', async () => {
    const own = new DatabaseSync(file.path)
    handle = own
    const ran = new Map<string, number>()
    const observed = (sql: string) => {
      const statement = own.prepare(sql)
      const counted = (method: 'all' | 'get' | 'run') => {
        return (...parameters: string[]) => {
          ran.set(sql, (ran.get(sql) ?? 0) + 1)
          return statement[method](...parameters)
        }
      }
      return { all: counted('all'), get: counted('get'), run: counted('run') }
    }
    const database = { exec: (each: string) => own.exec(each), prepare: observed, location: () => file.path }
    const storage = sqliteStorage(database as unknown as DatabaseSync)
    await storage.migrate()
    await storage.reserve(newAccount('shared'))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    const page = pageNumber(1, claimed!.fence)
    const perRecord = async (records: Page['records']) => {
      ran.clear()
      await storage.commit({ ...page, records, sweep: { number: 1 } })
      return [...ran.values()].filter((times) => times > 1)
    }
    expect(await perRecord(page.records), 'new').toEqual([RECORDS_PER_PAGE])
    expect(await perRecord(page.records), 'unchanged').toEqual([])
    expect(await perRecord(page.records.map((each) => ({ ...each, hash: 'other' }))), 'changed').toEqual([RECORDS_PER_PAGE])
  })

  const sql = statements('connect_integration_')
  const PLANS: readonly [string, string, unknown[]][] = [
    ['claim by due', sql.claimable, [1, 1, 1, 1]],
    ['claim after the clock was set back', sql.claimableSetBack, [1, 1, 1]],
    ['claim by id', sql.claimableById, [1, 1, 'a', 1]],
    ['lease', sql.lease, [1, 'a', 1, 'a']],
    ['schedule', sql.schedule, [1, 1, 'a']],
    ['renew', sql.renew, [1, 1, 'a', 1]],
    ['get by id', sql.byId, ['a']],
    ['get by originId', sql.byOriginId, ['a', 'b']],
    ['get by linkedAccountId', sql.byLinkedAccountId, ['a']],
    ['reserve', sql.bySlot, ['a']],
    ['list of an organization', sql.select('organization_id = ? AND id > ? ORDER BY id LIMIT ?'), ['a', 'b', 1]],
    ['changes', sql.changes, ['a', 'b', 1, 1]],
    ['the stored versions of a page', sql.versions, ['["a"]', 1]],
    ['what a page brings is not missing', sql.clearMissing, [1, '["a"]']],
    ['retire', sql.retirable, [1, 1, 1, 1]],
  ]
  test.each(PLANS)('%s goes by an index: it scans no table', async (_, statement, parameters) => {
    handle = new DatabaseSync(file.path)
    await sqliteStorage(handle).migrate()
    const plan = handle.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...(parameters as string[]))
    const steps = plan.map(({ detail }) => String(detail))
    expect(steps.filter((step) => /^SEARCH .* USING .*(INDEX|PRIMARY KEY)/.test(step)).length).toBeGreaterThan(0)
    expect(steps.filter((step) => /^SCAN connect_integration/.test(step))).toEqual([])
  })

  test('claim and changes sort nothing', async () => {
    handle = new DatabaseSync(file.path)
    await sqliteStorage(handle).migrate()
    for (const statement of [sql.claimable, sql.claimableSetBack, sql.changes]) {
      const plan = handle
        .prepare(`EXPLAIN QUERY PLAN ${statement}`)
        .all()
        .map(({ detail }) => detail)
      expect(plan).not.toContain('USE TEMP B-TREE FOR ORDER BY')
    }
  })
})
