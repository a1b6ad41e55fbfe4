import { DatabaseSync } from 'node:sqlite'
import { migrationSql, mysqlStorage, postgresStorage, sqliteStorage } from '@connect-integration/storage-sql'
import { expect, test } from 'vitest'
import type { NewAccount, Storage, VersionedRecord } from '../../src/storage/port.ts'

/** What would end a name, a text or a statement. */
const INJECTIONS = ['"', "'", '`', ';', '--', '/*', '*/', '\\', '\0', '\n', ' ', '(', ')', ',', '=', '.', '$1', '?', '%', 'é', 'A', '0']

function* hostileNames(count: number): Generator<string> {
  let state = 1
  const chance = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const harmless = ['a', 'z_', '_', 'b1', 'accounts', 'x'.repeat(20)]
  for (let made = 0; made < count; made++) {
    const part = () => (chance(4) === 0 ? INJECTIONS[chance(INJECTIONS.length)] : harmless[chance(harmless.length)])
    yield Array.from({ length: 1 + chance(5) }, part).join('')
  }
}

const NAME = /^[a-z_][a-z0-9_]{0,40}$/

test('D1 SQL injection: of 20,000 names for tables and schemas only harmless ones get into a statement', () => {
  let refused = 0
  let taken = 0
  const uses: [string, (name: string) => string][] = [
    ['sqlite', (tablePrefix) => migrationSql('sqlite', { tablePrefix })],
    ['mysql', (tablePrefix) => migrationSql('mysql', { tablePrefix })],
    ['postgres', (tablePrefix) => migrationSql('postgres', { tablePrefix })],
    ['postgres', (schema) => migrationSql('postgres', { schema })],
  ]
  for (const name of hostileNames(5_000))
    for (const [dialect, use] of uses) {
      if (NAME.test(name)) {
        taken++
        expect(use(name), dialect).toContain(name)
      } else {
        refused++
        expect(() => use(name), `${dialect} ${name}`).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
      }
    }
  expect(refused + taken).toBe(20_000)
  expect(Math.min(refused, taken)).toBeGreaterThan(3_000)
})

const evil = (name: string) => `${name}'"\`; DROP TABLE connect_integration_accounts; -- \\' $1 ? %`

const account = (name: string, more: Partial<NewAccount> = {}): NewAccount => ({
  ...{ id: evil(`id-${name}`), organizationId: evil('org'), userId: evil('user'), category: evil('category') },
  ...{ originId: evil(`origin-${name}`), slot: evil(`slot-${name}`), status: 'active', details: evil('details'), createdAt: 1 },
  ...more,
})

const record = (id: string): VersionedRecord => ({
  id,
  generation: 0,
  modifiedAt: 1,
  page: 1,
  deleted: false,
  hash: evil('hash'),
  data: JSON.stringify(evil('data')),
})

/** Every method once, each text in it one that means harm. */
async function use(storage: Storage): Promise<unknown[]> {
  const { id, organizationId, userId, category, originId } = account('a')
  const model = evil('model')
  const steps: (() => Promise<unknown>)[] = [
    () => storage.reserve(account('a')),
    () => storage.reserve(account('b', { details: null, userId: null })),
    () => storage.get({ id, organizationId }),
    () => storage.get({ originId, category }),
    () =>
      storage.update(id, 1, {
        token: evil('token'),
        linkedAccountId: evil('linked'),
        details: evil('more'),
        slot: evil('other'),
        wake: 0,
      }),
    () => storage.get({ linkedAccountId: evil('linked') }),
    () => storage.list({ organizationId, userId: userId ?? null, category, status: ['active'], after: evil(''), limit: 10 }),
    () => storage.schedule(id, 0),
    () => storage.claim({ owner: evil('owner'), leaseMs: 1_000, limit: 1, accountId: id }),
    () => storage.renew(id, 1, 1_000),
    () =>
      storage.commit({
        accountId: id,
        fence: 1,
        model,
        records: [record(evil('r')), record('plain')],
        checkpoint: evil('checkpoint'),
        sweep: { number: 1 },
      }),
    () => storage.changes({ accountId: id, model, after: 0, limit: 10 }),
    () => storage.purge(account('b').id),
    () => storage.stats(),
  ]
  const answers: unknown[] = []
  for (const step of steps) answers.push(await step().catch((error: unknown) => error))
  return answers
}

/** What a MariaDB as it should be says of itself. */
const SESSION = {
  ...{ version: '10.11.6-MariaDB', name: 'app', mode: 'STRICT_ALL_TABLES', autocommit: 1, flush: 1, packet: 16_777_216 },
  ...{ client: 'utf8mb4', connection: 'utf8mb4', results: 'utf8mb4' },
}

const harmful = (texts: readonly string[]) => texts.filter((text) => text.includes('DROP TABLE connect_integration_accounts'))

test('D1 SQL injection: on SQLite every text is a parameter, and comes back letter for letter', async () => {
  const database = new DatabaseSync(':memory:')
  const texts: string[] = []
  const watched = {
    exec: (sql: string) => {
      texts.push(sql)
      database.exec(sql)
    },
    prepare: (sql: string) => {
      texts.push(sql)
      return database.prepare(sql)
    },
    location: () => null,
  }
  const storage = sqliteStorage(watched as unknown as DatabaseSync)
  await storage.migrate()
  const neighbour = account('c', { id: 'neighbour', slot: 'neighbour', originId: 'neighbour' })
  await storage.reserve(neighbour)
  const answers = await use(storage)
  expect(answers.filter((answer) => answer instanceof Error)).toEqual([])
  expect(texts.length).toBeGreaterThan(14)
  expect(harmful(texts)).toEqual([])
  expect(answers[2]).toMatchObject({ ...account('a'), slot: evil('slot-a') })
  expect(answers[5]).toMatchObject({ token: evil('token'), details: evil('more'), linkedAccountId: evil('linked') })
  expect(answers[11]).toMatchObject({ changes: [{ id: evil('r'), data: JSON.stringify(evil('data')) }, { id: 'plain' }] })
  expect(await storage.get({ id: 'neighbour', organizationId: evil('org') })).toMatchObject(neighbour)
  database.close()
})

test('D1 SQL injection: on PostgreSQL and MySQL no statement holds a text of anybody', async () => {
  const sent: { text: string; values: string }[] = []
  const keep = (text: string, values: unknown) => sent.push({ text, values: JSON.stringify(values ?? []) })
  const postgres = {
    async query(text: string, values?: unknown) {
      keep(text, values)
      return { rows: [] }
    },
  }
  await use(postgresStorage(postgres as unknown as Parameters<typeof postgresStorage>[0]))
  const ofPostgres = sent.length
  const connection = {
    async query(sql: string) {
      keep(sql, [])
      return [[], []] as [unknown[], unknown[]]
    },
    async execute({ sql, values }: { sql: string; values: unknown }) {
      keep(sql, values)
      return [sql.includes('@@SESSION') ? [SESSION] : [], []] as [unknown[], unknown[]]
    },
    release() {},
    destroy() {},
  }
  const pool = { getConnection: async () => connection }
  await use(mysqlStorage(pool as unknown as Parameters<typeof mysqlStorage>[0]))
  expect(ofPostgres).toBeGreaterThanOrEqual(14)
  expect(sent.length - ofPostgres).toBeGreaterThanOrEqual(8)
  expect(harmful(sent.map(({ text }) => text))).toEqual([])
  // They were on their way all the same.
  expect(harmful(sent.slice(0, ofPostgres).map(({ values }) => values)).length).toBeGreaterThan(10)
  expect(harmful(sent.slice(ofPostgres).map(({ values }) => values)).length).toBeGreaterThan(3)
})
