import { ErrorCode } from '@connect-integration/server/storage'
import { migrationSql, migrations, mysqlStorage } from '@connect-integration/storage-sql'
import { createConnection, createPool } from 'mysql2/promise'
import { afterAll, describe, expect, test } from 'vitest'
import { newAccount, pageNumber, record } from '../fixtures/examples.ts'
import { intercepted, serverError } from '../support/mysql-handles.ts'
import { onMysql } from '../support/mysql-server.ts'

await onMysql('the schema of mysqlStorage', (server) => {
  const pool = createPool({ uri: server.url, connectionLimit: 3 })
  afterAll(() => pool.end())

  describe('migrations', () => {
    test('pending() tells the plan and changes nothing; migrate() carries it out once', async () => {
      const storage = mysqlStorage(pool, { tablePrefix: 'plan_' })
      expect(await storage.pending()).toEqual(migrations('mysql', { tablePrefix: 'plan_' }))
      expect(await tables('plan_')).toEqual([])
      await storage.migrate()
      expect(await tables('plan_')).toHaveLength(6)
      expect(await storage.pending()).toEqual([])
      const said: string[] = []
      await mysqlStorage(
        intercepted(pool, (sql) => void said.push(sql)),
        { tablePrefix: 'plan_' },
      ).migrate()
      expect(said.filter((sql) => /CREATE|INSERT|GET_LOCK/.test(sql))).toEqual([])
    })

    test('one that breaks off after any of its statements is finished by the next call', async () => {
      const all = migrations('mysql').flatMap(({ statements }) => statements).length
      for (let after = 0; after < all; after++) {
        const tablePrefix = `broken_${after}_`
        let carried = 0
        const failing = intercepted(pool, (sql) => {
          if (/^(CREATE|INSERT)/.test(sql) && carried++ === after) throw serverError(1114)
        })
        await expect(mysqlStorage(failing, { tablePrefix }).migrate()).rejects.toThrow('cannot grow')
        const storage = mysqlStorage(pool, { tablePrefix })
        expect(await storage.pending(), 'it does not count as done').toHaveLength(1)
        await storage.migrate()
        expect(await storage.pending()).toEqual([])
        expect((await storage.reserve(newAccount('a'))).created).toBe(true)
      }
    })

    test('the SQL for a tool of one’s own makes a database that the storage takes for its own', async () => {
      await runScript(migrationSql('mysql', { tablePrefix: 'hand_' }))
      const storage = mysqlStorage(pool, { tablePrefix: 'hand_' })
      expect(await storage.pending()).toEqual([])
      await storage.migrate()
      expect((await storage.reserve(newAccount('a'))).created).toBe(true)
    })

    test('that SQL makes the same tables as the storage, and can be run again', async () => {
      const sql = migrationSql('mysql', { tablePrefix: 'twice_' })
      await runScript(sql.slice(0, sql.indexOf('CREATE TABLE IF NOT EXISTS twice_records')))
      expect(await mysqlStorage(pool, { tablePrefix: 'twice_' }).pending(), 'it does not count as done').toHaveLength(1)
      await runScript(sql)
      await runScript(sql)
      await mysqlStorage(pool, { tablePrefix: 'once_' }).migrate()
      for (const name of ['schema', 'accounts', 'models', 'records', 'seen', 'missing']) {
        expect(await definition(`twice_${name}`)).toBe(await definition(`once_${name}`))
      }
      expect((await pool.query('SELECT version FROM twice_schema'))[0]).toEqual([{ version: 1 }])
    })

    test('that SQL begins after the version that is there, and is empty when nothing is newer', () => {
      expect(migrationSql('mysql', { from: 1 })).toBe('')
      expect(migrationSql('mysql', { from: 0 })).toBe(migrationSql('mysql'))
      expect(() => migrationSql('mysql', { tablePrefix: 'a; DROP TABLE b; --' })).toThrow(/"tablePrefix" is/)
    })

    test('a schema that is newer than this code is refused and left alone', async () => {
      const storage = mysqlStorage(pool, { tablePrefix: 'newer_' })
      await storage.migrate()
      await pool.query('INSERT INTO newer_schema (version) VALUES (1000)')
      for (const call of [() => storage.migrate(), () => storage.pending()]) {
        await expect(call()).rejects.toMatchObject({
          code: ErrorCode.STORE_CONTRACT,
          message: expect.stringMatching(/has schema version 1000, and this version .* knows 1\. Update the package/),
        })
      }
    })

    test('a table without transactions is refused, with the statement that converts it', async () => {
      const storage = mysqlStorage(pool, { tablePrefix: 'engine_' })
      await storage.migrate()
      await pool.query('ALTER TABLE engine_models ENGINE = MyISAM')
      await expect(storage.migrate()).rejects.toThrow('ALTER TABLE engine_models ENGINE = InnoDB.')
      await pool.query('ALTER TABLE engine_models ENGINE = InnoDB')
      await storage.migrate()
    })

    test('a process that waits too long for another one is told so', async () => {
      const failing = intercepted(pool, (sql, { values }) => void (sql.includes('GET_LOCK') && values.splice(1, 1, 0)))
      const holder = await pool.getConnection()
      const names: unknown[] = []
      const watching = intercepted(pool, (sql, { values }) => void (sql.includes('GET_LOCK') && names.push(values[0])))
      await mysqlStorage(watching, { tablePrefix: 'locked_' }).migrate()
      await pool.query('DROP TABLE locked_schema')
      await holder.query('SELECT GET_LOCK(?, 0)', [names[0]])
      const error = {
        code: ErrorCode.STORE_UNAVAILABLE,
        retryable: true,
        message: expect.stringContaining('is being migrated by another process'),
      }
      await expect(mysqlStorage(failing, { tablePrefix: 'locked_' }).migrate()).rejects.toMatchObject(error)
      await holder.query('DO RELEASE_LOCK(?)', [names[0]])
      holder.release()
      await mysqlStorage(failing, { tablePrefix: 'locked_' }).migrate()
    })
  })

  test('no statement reads a whole table, with 50,000 accounts and 50,000 records', async () => {
    const plans: { sql: string; select_type: string; table: string; type: string; key: string | null; rows: number }[] = []
    const explaining = intercepted(pool, async (sql, { values, connection }) => {
      if (!/large_(accounts|models|records|seen|missing)/.test(sql) || /CREATE/.test(sql)) return
      const [rows] = await connection.execute({ ...QUERY, sql: `EXPLAIN ${sql}`, values })
      plans.push(...(rows as typeof plans).map((row) => ({ ...row, sql })))
    })
    const storage = mysqlStorage(explaining, { tablePrefix: 'large_', clock: { now: () => 3_000 } })
    await storage.migrate()
    await fill()

    const big = (await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-1' }))[0]!
    const claimed = (await storage.claim({ owner: 'test', leaseMs: 1000, limit: 5 }))[0]!
    // Nothing is due by this clock; a hundred accounts were written by one that was ahead of it.
    const setBack = mysqlStorage(explaining, { tablePrefix: 'large_', clock: { now: () => 0 } })
    expect(await setBack.claim({ owner: 'test', leaseMs: 1000, limit: 50 })).toHaveLength(50)
    const [byId] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: 'id-7' })
    await storage.renew('id-7', byId!.fence, 1000)
    await storage.schedule('id-7', 0)
    await storage.update('id-8', 1, { slot: 'other', wake: 0 })
    await storage.get({ id: 'id-9', organizationId: 'org-9' })
    await storage.get({ originId: 'origin-9', category: 'hris' })
    await storage.get({ linkedAccountId: 'linked-9' })
    await storage.list({ limit: 10 })
    await storage.list({ limit: 10, after: 'id-3' })
    await storage.list({ limit: 10, organizationId: 'org-9', userId: null, category: 'hris', status: ['active', 'held'] })
    await storage.reserve(newAccount('new'))
    await storage.reserve(newAccount('again', { slot: 'slot-new' }))
    await expect(storage.reserve(newAccount('new', { slot: 'fresh' }))).rejects.toThrow('was used before')
    await storage.stats()
    const page = { ...pageNumber(1, big.fence), accountId: 'id-1' }
    await storage.commit({ ...page, records: [record('r-5', '"changed"'), record('r-new')] })
    await storage.commit({ ...page, sweep: { number: 2 }, release: { delayMs: 2_000, dirtySeen: big.dirty } })
    await storage.changes({ accountId: 'id-1', model: 'hris.Employee', after: 49_000, limit: 10 })
    await storage.changes({ accountId: 'id-1', model: 'hris.Employee', after: 0, limit: 1000 })
    await storage.purge(claimed.account.id)

    expect(new Set(plans.map(({ sql }) => sql)).size, 'statements that were explained').toBeGreaterThan(25)
    const isOurs = ({ table, select_type }: { table: string | null; select_type: string }) =>
      table !== null && table !== 'j' && !table.startsWith('<') && select_type !== 'INSERT'
    const whole = plans.filter((plan) => isOurs(plan) && plan.type === 'ALL')
    expect(whole).toEqual([])
    const ordered = (by: string) => plans.filter((plan) => isOurs(plan) && plan.sql.includes(`ORDER BY ${by} LIMIT`))
    const keys = (by: string) => new Set(ordered(by).map(({ key, sql }) => `${sql.includes('UNION') ? 'both' : 'one'}: ${key}`))
    expect(keys('due, id')).toEqual(new Set(['both: by_due', 'both: by_recorded_at', 'one: by_due']))
    expect(keys('recorded_at')).toEqual(new Set(['both: by_due', 'both: by_recorded_at', 'one: by_recorded_at']))
    expect(ordered('recorded_at').filter(({ key, rows }) => key === 'by_recorded_at' && Number(rows) > 200)).toEqual([])
    // A whole index only to count, which is what the index is for; or in its order until the page is full.
    const wholeIndex = plans.filter((plan) => isOurs(plan) && plan.type === 'index' && Number(plan.rows) > 1000)
    expect(wholeIndex.filter(({ sql }) => !/GROUP BY status|ORDER BY id LIMIT/.test(sql))).toEqual([])
  })

  async function fill() {
    const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ')
    const numbers = `(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM (${digits}) a, (${digits}) b, (${digits}) c, (${digits}) e,
      (SELECT d FROM (${digits}) x WHERE d < 5) f) numbers`
    await pool.query(`
      INSERT INTO large_accounts (id, organization_id, category, origin_id, slot, linked_account_id, status, revision, created_at, updated_at, due, recorded_at, dirty, fence)
      SELECT CONCAT('id-', n), CONCAT('org-', n DIV 5), 'hris', CONCAT('origin-', n), CONCAT('slot-', n), CONCAT('linked-', n), 'active', 1, 0, 0, 1000 + n, IF(n < 49900, 900, 90000), 0, 0
      FROM ${numbers}`)
    await pool.query(
      `INSERT INTO large_models (account_id, model, seq, records) SELECT CONCAT('id-', n), 'hris.Employee', 0, 0 FROM ${numbers}`,
    )
    await pool.query(`UPDATE large_models SET seq = 50000, records = 50000 WHERE account_id = 'id-1'`)
    await pool.query(`
      INSERT INTO large_records (model_key, id, seq, generation, modified_at, fence, page, deleted, hash, data)
      SELECT (SELECT model_key FROM large_models WHERE account_id = 'id-1'), CONCAT('r-', n), n + 1, 0, 0, 0, 0, 0, 'hash', '{}' FROM ${numbers}`)
    await pool.query('ANALYZE TABLE large_accounts, large_models, large_records')
  }

  async function runScript(sql: string) {
    const connection = await createConnection({ uri: server.url, multipleStatements: true })
    await connection.query(sql)
    await connection.end()
  }

  /** The statement that makes a table, but for the prefix. */
  async function definition(table: string) {
    const [rows] = await pool.query(`SHOW CREATE TABLE ${table}`)
    return (rows as Record<string, string>[])[0]!['Create Table']!.replace(/^(CREATE TABLE `)[a-z]+_/, '$1')
  }

  async function tables(prefix: string) {
    const [rows] = await pool.query(
      'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND LEFT(table_name, ?) = ?',
      [prefix.length, prefix],
    )
    return rows as unknown[]
  }
})

const QUERY = { rowsAsArray: false, nestTables: false, typeCast: true, dateStrings: true } as const
