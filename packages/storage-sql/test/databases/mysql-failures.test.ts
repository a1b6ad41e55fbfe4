import { ErrorCode, type IntegrationError } from '@connect-integration/server/storage'
import { mysqlStorage } from '@connect-integration/storage-sql'
import { createConnection, createPool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newAccount, pageNumber, record } from '../fixtures/examples.ts'
import { intercepted, serverError, startProxy } from '../support/mysql-handles.ts'
import { onMysql } from '../support/mysql-server.ts'

await onMysql('mysqlStorage when something fails', (server) => {
  const pool = createPool({ uri: server.url, connectionLimit: 4 })
  const storage = mysqlStorage(pool)
  beforeAll(() => storage.migrate())
  afterAll(() => pool.end())

  describe('a server that cannot be used says why and what to do, and nothing of the password', () => {
    test.each([
      ['a wrong password', { password: 'canary' }, 'denied access', false],
      ['a database that does not exist', { pathname: '/connect_integration_nowhere' }, 'does not exist', false],
      ['a host that does not exist', { hostname: 'nowhere.invalid' }, 'cannot be reached', true],
    ])('%s', async (_, change, what, retryable) => {
      const url = Object.assign(new URL(server.url), change)
      const other = mysqlStorage(url.href)
      const error = await failure(other.migrate())
      expect(error.message).toContain(what)
      expect(error.retryable).toBe(retryable)
      expect(everythingOf(error)).not.toContain('canary')
      await other.close()
    })

    test('no connection left for this user', async () => {
      const user = `${server.database}`.slice(-20)
      await pool.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'canary' WITH MAX_USER_CONNECTIONS 1`)
      await pool.query(`GRANT ALL ON ${server.database}.* TO '${user}'@'%'`)
      try {
        const url = new URL(server.url)
        url.username = user
        url.password = 'canary'
        const first = await createConnection(url.href)
        const other = mysqlStorage(url.href)
        const error = await failure(other.stats())
        expect(error.message).toContain('takes no more connections')
        expect(error.retryable).toBe(true)
        expect(everythingOf(error)).not.toContain('canary')
        await first.end()
        // The server hears of the end a moment later.
        await expect.poll(async () => (await other.stats()).due).toBe(0)
        await other.close()
      } finally {
        await pool.query(`DROP USER '${user}'@'%'`)
      }
    })

    test('tables that are missing, because migrate() was not called', async () => {
      const other = mysqlStorage(pool, { tablePrefix: 'never_' })
      for (const call of [() => other.stats(), () => other.reserve(newAccount('a')), () => other.commit(pageNumber(1, 1))]) {
        const error = await failure(call())
        expect(error.message).toContain('Call migrate() first.')
        expect(error.retryable).toBe(false)
      }
    })
  })

  describe('a connection whose settings would damage data is refused before anything is written', () => {
    test.each([
      ['no strict mode', `SET SESSION sql_mode = ''`, 'STRICT_TRANS_TABLES'],
      ['another character set', 'SET NAMES latin1', 'utf8mb4'],
      ['no autocommit', 'SET SESSION autocommit = 0', 'autocommit'],
    ])('%s', async (_, setting, word) => {
      const connection = await createConnection(server.url)
      await connection.query(setting)
      const error = await failure(mysqlStorage(connection).reserve(newAccount('refused')))
      expect(error.message).toContain(word)
      expect(error.retryable).toBe(false)
      await connection.end()
      expect(await storage.get({ id: 'id-refused', organizationId: 'org-1' })).toBeNull()
    })

    test('and one with a transaction of its owner is left alone: nothing is committed for them', async () => {
      const connection = await createConnection(server.url)
      const other = mysqlStorage(connection)
      await connection.beginTransaction()
      await connection.query(`INSERT INTO connect_integration_schema (version) VALUES (-1)`)
      for (const call of [() => other.purge('id-a'), () => mysqlStorage(connection, { tablePrefix: 'late_' }).migrate()]) {
        const error = await failure(call())
        expect(error.message).toContain('within()')
      }
      await connection.rollback()
      const [rows] = await connection.query('SELECT * FROM connect_integration_schema WHERE version = -1')
      expect(rows).toEqual([])
      await other.purge('id-a')
      await connection.end()
    })

    test('a URL sets what it needs itself', async () => {
      const other = mysqlStorage(`${server.url}?charset=latin1_swedish_ci`)
      const name = 'é 漢字 😀'
      await other.reserve(newAccount('url', { details: name }))
      expect((await storage.get({ id: 'id-url', organizationId: 'org-1' }))?.details).toBe(name)
      await other.close()
    })
  })

  describe('what the server refuses is told in words, and leaves nothing behind', () => {
    test('a read-only session', async () => {
      const connection = await createConnection(server.url)
      await connection.query('SET SESSION TRANSACTION READ ONLY')
      const error = await failure(mysqlStorage(connection).reserve(newAccount('read-only')))
      expect(error.message).toContain('is read-only')
      expect(error.message).toContain('Nothing was written.')
      await connection.end()
    })

    test.each([
      [1290, 'is read-only', true],
      [1114, 'cannot grow', true],
      [1021, 'cannot grow', true],
      [1040, 'takes no more connections', true],
      [1461, 'max_prepared_stmt_count', true],
      [1665, 'binlog_format', false],
      [1142, 'denied access', false],
      [1317, 'interrupted', true],
      [4711, 'refused a statement', false],
    ])('error %i in the middle of a page', async (errno, what, retryable) => {
      const claimed = await claimShared(`error-${errno}`)
      const failing = intercepted(pool, (sql) => {
        if (sql.includes('UPDATE connect_integration_models')) throw serverError(errno, 'canary')
      })
      const error = await failure(mysqlStorage(failing).commit({ ...pageNumber(1, claimed.fence), accountId: claimed.account.id }))
      expect(error.message).toContain(what)
      expect(error.message).toContain('Nothing was written.')
      expect(error.retryable).toBe(retryable)
      // What is not known may quote a record.
      if (errno === 4711) expect(everythingOf(error)).not.toContain('canary')
      expect(await rowsOf(claimed.account.id)).toBe(0)
    })

    test('a record that does not fit into a packet; the rest of the page is not written either', async () => {
      const claimed = await claimShared('packet')
      const [rows] = await pool.query('SELECT @@max_allowed_packet AS packet')
      const { packet } = (rows as { packet: number }[])[0]!
      const page = { ...pageNumber(1, claimed.fence), accountId: claimed.account.id }
      const large = { ...record('large'), data: `"${'canary'.repeat(packet / 6)}"` }
      const error = await failure(storage.commit({ ...page, records: [...page.records, large] }))
      expect(error.message).toContain('"max_allowed_packet"')
      expect(error.retryable).toBe(false)
      expect(everythingOf(error)).not.toContain('canary')
      expect(await rowsOf(claimed.account.id)).toBe(0)
    })

    test('a page of 40 megabytes is no trouble', async () => {
      const claimed = await claimShared('forty')
      const text = 'x"é'.repeat(100_000)
      const records = Array.from({ length: 100 }, (_, index) => record(`${index}`, JSON.stringify({ index, text })))
      const page = { accountId: claimed.account.id, fence: claimed.fence, model: 'hris.Employee', records, checkpoint: 'end' }
      expect(await storage.commit(page)).toEqual({ changed: 100, deleted: 0, seq: 100 })
      const { changes } = await storage.changes({ accountId: claimed.account.id, model: 'hris.Employee', after: 0, limit: 100 })
      expect(changes.map(({ data }) => data)).toEqual(records.map(({ data }) => data))
      await storage.purge(claimed.account.id)
    })
  })

  describe('a transaction that the server gives up', () => {
    test.each([
      [1213, 9, 10],
      [1020, 9, 10],
      [1205, 1, 2],
    ])('with error %i is tried again after %i failures, and no more after %i', async (errno, survives, ends) => {
      const claimed = await claimShared(`again-${errno}`)
      let left = survives
      let tried = 0
      const failing = intercepted(pool, (sql) => {
        if (sql.includes('INSERT INTO connect_integration_records')) tried++
        if (sql.includes('UPDATE connect_integration_models') && left-- > 0) throw serverError(errno)
      })
      const page = { ...pageNumber(1, claimed.fence), accountId: claimed.account.id }
      left = Number.POSITIVE_INFINITY
      const error = await failure(mysqlStorage(failing).commit(page))
      expect([tried, error.retryable]).toEqual([ends, true])
      expect(error.message).toContain('contended')
      expect(await rowsOf(claimed.account.id)).toBe(0)
      left = survives
      expect(await mysqlStorage(failing).commit(page)).toMatchObject({ changed: 200, seq: 200 })
    })

    test('a real deadlock with somebody else is survived', async () => {
      const claimed = await claimShared('deadlock')
      const page = { ...pageNumber(1, claimed.fence), accountId: claimed.account.id }
      await storage.commit(page)
      const other = await createConnection(server.url)
      await other.beginTransaction()
      await other.query('UPDATE connect_integration_models SET seq = seq + 1000 WHERE account_id = ?', [claimed.account.id])
      // Weighs more than ours, so that ours is the one to be given up.
      await other.query('UPDATE connect_integration_records SET page = page + 1000')
      let begun = 0
      const watched = intercepted(pool, (sql) => {
        if (sql === 'START TRANSACTION') begun++
      })
      const committed = mysqlStorage(watched).commit({ ...pageNumber(2, claimed.fence), accountId: claimed.account.id })
      // It locks the account, then waits for the model's row. Not by innodb_trx: whoever asks that often is shown the same again and again.
      for (let isLocked = false; !isLocked; ) {
        const [free] = await pool.query('SELECT id FROM connect_integration_accounts WHERE id = ? FOR UPDATE SKIP LOCKED', [
          claimed.account.id,
        ])
        isLocked = (free as unknown[]).length === 0
      }
      await other.query('UPDATE connect_integration_accounts SET dirty = dirty + 1000 WHERE id = ?', [claimed.account.id])
      await other.rollback()
      expect(await committed).toEqual({ changed: 200, deleted: 0, seq: 400 })
      expect(begun, 'there was no deadlock').toBe(2)
      await other.end()
    })
  })

  describe('a connection that is lost', () => {
    test('while it idles is replaced without anybody noticing', async () => {
      const small = createPool({ uri: server.url, connectionLimit: 1 })
      const other = mysqlStorage(small)
      await other.stats()
      const connection = await small.getConnection()
      const { threadId } = connection
      connection.release()
      await pool.query(`KILL ${threadId}`)
      expect((await other.reserve(newAccount('killed'))).created).toBe(true)
      await small.end()
    })

    test('in the middle of a page again and again is told, and nothing was written', async () => {
      const claimed = await claimShared('lost')
      let killed = 0
      const failing = intercepted(pool, (sql) => {
        if (!sql.includes('UPDATE connect_integration_models')) return
        killed++
        throw Object.assign(new Error('Connection lost: The server closed the connection.'), {
          code: 'PROTOCOL_CONNECTION_LOST',
          fatal: true,
        })
      })
      const error = await failure(mysqlStorage(failing).commit({ ...pageNumber(1, claimed.fence), accountId: claimed.account.id }))
      expect(error.message).toContain('connection was lost. Nothing was written.')
      expect([error.retryable, killed]).toEqual([true, 3])
      expect(await rowsOf(claimed.account.id)).toBe(0)
    })

    test('after COMMIT was sent: the outcome is said to be unknown, and the page can be sent again', async () => {
      const url = new URL(server.url)
      const proxy = await startProxy({ host: url.hostname, port: Number(url.port || 3306) })
      url.port = `${proxy.port}`
      const other = mysqlStorage(url.href)
      const claimed = await claimShared('swallowed')
      const page = { ...pageNumber(1, claimed.fence), accountId: claimed.account.id }
      await other.stats()
      proxy.swallowAnswerTo('\u0003COMMIT')
      const error = await failure(other.commit(page))
      expect(error.message).toContain('It is not known whether the transaction was committed; the same call can be sent again')
      expect(error.retryable).toBe(true)
      expect(await rowsOf(claimed.account.id), 'it was committed').toBe(200)
      expect(await other.commit(page)).toEqual({ changed: 0, deleted: 0, seq: 200 })
      await other.close()
      await proxy.close()
    })
  })

  async function claimShared(name: string) {
    const { account } = await storage.reserve(newAccount(name))
    const [claimed] = await storage.claim({ owner: 'test', leaseMs: 600_000, limit: 1, accountId: account.id })
    return claimed!
  }

  async function rowsOf(accountId: string) {
    return (await storage.changes({ accountId, model: 'hris.Employee', after: 0, limit: 1000 })).changes.length
  }
})

async function failure(promise: Promise<unknown>): Promise<IntegrationError> {
  const error = await promise.then(
    () => expect.fail('resolved, but had to throw'),
    (reason: IntegrationError) => reason,
  )
  expect(error.code, error.stack).toBe(ErrorCode.STORE_UNAVAILABLE)
  return error
}

function everythingOf(error: Error) {
  const { cause } = error as { cause?: Error }
  return JSON.stringify([error.message, error.stack, cause, cause?.message, cause?.stack])
}
