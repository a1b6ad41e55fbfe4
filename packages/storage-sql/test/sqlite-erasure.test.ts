import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Storage } from '@connect-integration/server/storage'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newAccount, record } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

const SECRET = 'salary 123456'

let file: ReturnType<typeof temporaryFile>
const handles: DatabaseSync[] = []
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  for (const handle of handles.splice(0)) if (handle.isOpen) handle.close()
  file.remove()
})

describe('what was erased cannot be read from the file', () => {
  test('after a purge, with the file still open: neither in the database nor in its log', async () => {
    const storage = sqliteStorage(file.path)
    await people(storage, 300)
    expect(occurrences(), 'the secret was never there').toBeGreaterThan(300)
    await storage.purge('id-a')
    expect(occurrences()).toBe(0)
    await storage.close()
  })

  test('after a purge, the ids too that sweeps have seen and missed', async () => {
    const storage = sqliteStorage(file.path)
    const page = await people(storage, 3)
    const named = ['stays', 'goes', 'seen'].map((name) => record(`${SECRET} ${name}`))
    await storage.commit({ ...page, records: named, sweep: { number: 1 } })
    await storage.commit({ ...page, records: [], sweep: { number: 2, retire: { olderThan: 0 } } })
    await storage.commit({ ...page, records: named.slice(2), sweep: { number: 3 } })
    const database = handle()
    for (const table of ['seen', 'missing']) {
      expect(database.prepare(`SELECT count(*) > 0 AS some FROM connect_integration_${table}`).get()).toEqual({ some: 1 })
    }
    database.close()
    await storage.purge('id-a')
    expect(occurrences()).toBe(0)
    await storage.close()
  })

  test('after a purge in the caller’s own handle', async () => {
    const database = handle()
    const storage = sqliteStorage(database)
    expect(database.prepare('PRAGMA secure_delete').get()).toEqual({ secure_delete: 0 })
    await people(storage, 300)
    await storage.purge('id-a')
    expect(database.prepare('PRAGMA secure_delete').get()).toEqual({ secure_delete: 1 })
    expect(occurrences()).toBe(0)
  })

  test('after it was replaced, once the log has been started over', async () => {
    const database = handle()
    const storage = sqliteStorage(database)
    const page = await people(storage, 50)
    await storage.commit({ ...page, records: page.records.map(({ id }) => ({ ...record(id), page: 2 })) })
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    expect(occurrences()).toBe(0)
  })
})

test('a purge is done although somebody reads: the log is emptied by the next one', async () => {
  const database = handle({ timeout: 1 })
  const storage = sqliteStorage(database)
  await people(storage, 50)
  const reader = handle()
  reader.exec('BEGIN; SELECT count(*) FROM connect_integration_records')
  await storage.purge('id-a')
  expect((await storage.get({ id: 'id-a', organizationId: 'org-1' }))?.status).toBe('deleted')
  expect(database.prepare('SELECT count(*) AS n FROM connect_integration_records').get()).toEqual({ n: 0 })
  reader.exec('COMMIT')
  await storage.purge('id-a')
  expect(occurrences()).toBe(0)
})

test('a purge is done although the log cannot be emptied', async () => {
  const own = handle()
  const refuse = (sql: string) => {
    if (sql.includes('wal_checkpoint')) throw new Error('the disk failed')
    return own.prepare(sql)
  }
  const observed = { exec: (sql: string) => own.exec(sql), prepare: refuse, location: () => file.path }
  const storage = sqliteStorage(observed as unknown as DatabaseSync)
  await people(storage, 1)
  await storage.purge('id-a')
  expect((await storage.get({ id: 'id-a', organizationId: 'org-1' }))?.status).toBe('deleted')
})

/** An account with records of which each holds the secret, some beyond one database page. */
async function people(storage: Storage, count: number) {
  await storage.migrate()
  await storage.reserve(newAccount('a'))
  const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-a' })
  const records = Array.from({ length: count }, (_, index) => record(`${index}`, `"${SECRET} ${'x'.repeat(index * 40)} ${SECRET}"`))
  const page = { accountId: 'id-a', fence: claimed!.fence, model: 'hris.Employee', records, checkpoint: SECRET }
  await storage.commit(page)
  return { ...page, checkpoint: null }
}

/** How often the secret is in the file and in the log beside it. */
function occurrences(): number {
  return ['', '-wal'].reduce((sum, suffix) => sum + readFileSync(file.path + suffix, 'latin1').split(SECRET).length - 1, 0)
}

function handle(options: ConstructorParameters<typeof DatabaseSync>[1] = {}) {
  const database = new DatabaseSync(file.path, options)
  handles.push(database)
  return database
}
