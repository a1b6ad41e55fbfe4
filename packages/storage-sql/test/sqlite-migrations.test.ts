import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ErrorCode } from '@connect-integration/server/storage'
import { type Migration, migrationSql, migrations, sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connection } from '../src/sqlite/connection.ts'
import { migrate, pending } from '../src/sqlite/migrate.ts'
import { newAccount, pageNumber } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

const PREFIX = 'connect_integration_'
const NAMES = migrations('sqlite').map(({ name }) => name)

let file: ReturnType<typeof temporaryFile>
const handles: DatabaseSync[] = []
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  for (const handle of handles.splice(0)) if (handle.isOpen) handle.close()
  file.remove()
})

describe('the plan', () => {
  test('is every step for a file that is not there yet, and does not create it', async () => {
    const storage = sqliteStorage(file.path)
    expect((await storage.pending()).map(({ name }) => name)).toEqual(NAMES)
    expect(readdirSync(file.folder)).toEqual([])
    await storage.migrate()
    expect(await storage.pending()).toEqual([])
    await storage.close()
  })

  test('is of the database that is there, which stays as it is to the byte', async () => {
    handle().exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)')
    closeHandles()
    const before = readFileSync(file.path)
    const storage = sqliteStorage(file.path)
    expect((await storage.pending()).map(({ name }) => name)).toEqual(NAMES)
    expect(readdirSync(file.folder)).toEqual(['storage.db'])
    expect(readFileSync(file.path).equals(before)).toBe(true)
    await storage.migrate()
    expect(readFileSync(file.path).equals(before), 'the comparison cannot tell').toBe(false)
    await storage.close()
  })

  test('does not touch the pragmas of a handle', async () => {
    const database = handle()
    await sqliteStorage(database).pending()
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
    expect(database.prepare('PRAGMA secure_delete').get()).toEqual({ secure_delete: 0 })
  })

  test('in memory is of the same memory', async () => {
    const storage = sqliteStorage(':memory:')
    expect(await storage.pending()).toHaveLength(NAMES.length)
    await storage.migrate()
    expect(await storage.pending()).toEqual([])
    await storage.close()
  })

  test('cannot be made where the storage could not be', async () => {
    const nowhere = sqliteStorage(`${file.folder}/missing/storage.db`)
    await expect(nowhere.pending()).rejects.toMatchObject({
      code: ErrorCode.STORE_UNAVAILABLE,
      message: expect.stringContaining('there is no folder'),
    })
    writeFileSync(file.path, 'id,name\n'.repeat(200))
    await expect(sqliteStorage(file.path).pending()).rejects.toMatchObject({ message: expect.stringContaining('is not a SQLite database') })
    const closed = sqliteStorage(file.path)
    await closed.close()
    await expect(closed.pending()).rejects.toMatchObject({ message: expect.stringContaining('was closed') })
  })

  test('of a schema that is newer than the code is refused', async () => {
    await migrateTo([...migrations('sqlite'), step(2)])
    await expect(sqliteStorage(file.path).pending()).rejects.toMatchObject({
      code: ErrorCode.STORE_CONTRACT,
      message: expect.stringContaining('has schema version 2'),
    })
  })

  test('of an older schema is what is missing', async () => {
    const storage = sqliteStorage(file.path)
    await storage.migrate()
    await storage.close()
    expect(await planned([...migrations('sqlite'), step(2), step(3)])).toEqual([2, 3])
  })
})

describe('the SQL for a tool of one’s own', () => {
  test('makes a database that the storage takes for its own', async () => {
    const database = handle()
    database.exec(`BEGIN; ${migrationSql('sqlite', { tablePrefix: 'own_' })} COMMIT`)
    const storage = sqliteStorage(database, { tablePrefix: 'own_' })
    expect(await storage.pending()).toEqual([])
    const before = database.prepare('SELECT total_changes() AS changes').get()
    await storage.migrate()
    expect(database.prepare('SELECT total_changes() AS changes').get()).toEqual(before)
    expect((await storage.reserve(newAccount('a'))).created).toBe(true)
  })

  test('is the same schema as the storage makes', async () => {
    const [byHand, byStorage] = [new DatabaseSync(':memory:'), new DatabaseSync(':memory:')]
    handles.push(byHand, byStorage)
    byHand.exec(migrationSql('sqlite'))
    await sqliteStorage(byStorage).migrate()
    const schemaOf = (database: DatabaseSync) => database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
    expect(schemaOf(byHand)).toEqual(schemaOf(byStorage))
    expect(schemaOf(byHand).length).toBeGreaterThan(6)
  })

  test('begins after the version that is there, and is empty when nothing is newer', () => {
    const newest = migrations('sqlite').at(-1)!.version
    expect(migrationSql('sqlite', { from: newest })).toBe('')
    expect(migrationSql('sqlite', { from: 0 })).toBe(migrationSql('sqlite'))
    expect(migrationSql('sqlite')).toMatch(/^-- 1\. accounts, models and records\nCREATE TABLE IF NOT EXISTS connect_integration_schema /)
  })

  test('numbers the steps from 1 without a gap, and has no prefix that the storage would refuse', () => {
    expect(migrations('sqlite').map(({ version }) => version)).toEqual(NAMES.map((_, index) => index + 1))
    expect(() => migrationSql('sqlite', { tablePrefix: 'a; DROP TABLE b; --' })).toThrow(/"tablePrefix" is/)
  })
})

describe('a step that comes later', () => {
  test('leaves an older worker that is running at its work, and the user’s own column as it was', async () => {
    const database = handle()
    const older = sqliteStorage(database)
    await older.migrate()
    await older.reserve(newAccount('shared'))
    database.exec(`ALTER TABLE ${PREFIX}accounts ADD COLUMN mine TEXT; UPDATE ${PREFIX}accounts SET mine = 'kept'`)
    await migrateTo([...migrations('sqlite'), step(2)])

    const [claimed] = await older.claim({ owner: 'older', leaseMs: 1000, limit: 1, accountId: 'id-shared' })
    expect(await older.commit(pageNumber(1, claimed!.fence))).toMatchObject({ changed: 200 })
    const revision = claimed!.account.revision
    expect(await older.update('id-shared', revision, { details: 'new' })).toMatchObject({ details: 'new' })
    expect((await older.reserve(newAccount('b'))).created).toBe(true)
    expect((await older.list({ limit: 10 })).accounts).toHaveLength(2)
    await older.purge('id-b')

    const row = database.prepare(`SELECT mine, added_2 FROM ${PREFIX}accounts WHERE id = 'id-shared'`).get()
    expect(row).toEqual({ mine: 'kept', added_2: null })
  })

  test('that fails leaves the older schema working, and none of the steps before it', async () => {
    const storage = sqliteStorage(handle())
    await storage.migrate()
    const broken: Migration = { version: 3, name: 'broken', statements: ['CREATE TABLE half (a)', 'UPDATE nowhere SET a = 1'] }
    await expect(migrateTo([...migrations('sqlite'), step(2), broken])).rejects.toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE })
    expect(await storage.pending()).toEqual([])
    expect((await storage.reserve(newAccount('a'))).created).toBe(true)
    const left = handles[0]!.prepare(`SELECT name FROM sqlite_schema WHERE name = 'half' OR sql LIKE '%added_2%'`).all()
    expect(left).toEqual([])
    await migrateTo([...migrations('sqlite'), step(2)])
    expect(await planned([...migrations('sqlite'), step(2), step(3)])).toEqual([3])
  })

  test('that two carry out at the same moment is carried out once', async () => {
    await migrateTo(migrations('sqlite'))
    const steps = [...migrations('sqlite'), step(2)]
    const [one, other] = [connection(file.path), connection(file.path)]
    const schema = { steps, prefix: PREFIX }
    await Promise.all([migrate(one, schema), migrate(other, schema)])
    expect(await pending(one, schema)).toEqual([])
    one.close()
    other.close()
  })
})

describe('what stands in the way of a migration', () => {
  test('a full disk: nothing of it is there, and it is done when there is room', async () => {
    const database = handle()
    const storage = sqliteStorage(database)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA max_page_count = 4')
    await expect(storage.migrate()).rejects.toMatchObject({
      code: ErrorCode.STORE_UNAVAILABLE,
      message: expect.stringContaining(`${file.path} cannot grow`),
      retryable: true,
    })
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
    database.exec('PRAGMA max_page_count = 1000000')
    await storage.migrate()
    expect((await storage.reserve(newAccount('a'))).created).toBe(true)
  })

  test('a database that may only be read', async () => {
    handle().exec('PRAGMA journal_mode = WAL; CREATE TABLE theirs (a)')
    const storage = sqliteStorage(handle({ readOnly: true }))
    expect(await storage.pending()).toHaveLength(NAMES.length)
    await expect(storage.migrate()).rejects.toMatchObject({
      message: expect.stringContaining(`${file.path} is read-only`),
      retryable: false,
    })
  })

  test('a folder that may only be read', async (context) => {
    if (process.getuid?.() === 0) return context.skip('root may write everywhere')
    chmodSync(file.folder, 0o500)
    const failed = await sqliteStorage(file.path)
      .migrate()
      .catch((reason: unknown) => reason)
    chmodSync(file.folder, 0o700)
    expect(failed).toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE, message: expect.stringContaining('Make the folder writable') })
    expect(existsSync(file.path)).toBe(false)
  })
})

/** Adds a column that may be empty: what an older process can live with. */
function step(version: number): Migration {
  const statements = [`ALTER TABLE ${PREFIX}accounts ADD COLUMN added_${version} TEXT`, `UPDATE ${PREFIX}schema SET version = ${version}`]
  return { version, name: `step ${version}`, statements }
}

/** As a version of this package would that has these steps. */
async function migrateTo(steps: readonly Migration[]) {
  const own = connection(file.path)
  try {
    await migrate(own, { steps, prefix: PREFIX })
  } finally {
    own.close()
  }
}

async function planned(steps: readonly Migration[]) {
  const own = connection(file.path)
  const found = await pending(own, { steps, prefix: PREFIX })
  own.close()
  return found.map(({ version }) => version)
}

function handle(options: ConstructorParameters<typeof DatabaseSync>[1] = {}) {
  const database = new DatabaseSync(file.path, options)
  handles.push(database)
  return database
}

function closeHandles() {
  for (const database of handles.splice(0)) database.close()
}
