import { ErrorCode, type IntegrationError, type Storage } from '@connect-integration/server/storage'
import { postgresStorage } from '@connect-integration/storage-sql'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newAccount, pageNumber, RECORDS_PER_PAGE } from '../fixtures/examples.ts'
import { startProxy } from '../support/postgres-proxy.ts'
import { PASSWORD, type PostgresServer, startEmbeddedPostgres } from '../support/postgres-server.ts'

let server: PostgresServer
let admin: pg.Pool
const opened: { close(): Promise<void> }[] = []
beforeAll(async () => {
  server = await startEmbeddedPostgres()
  admin = new pg.Pool({ connectionString: server.url })
  await postgresStorage(admin).migrate()
})
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close()
})
afterAll(async () => {
  await admin.end()
  await server.stop()
})

describe('a server that cannot be used says what happened and what to do, and never the password', () => {
  test.each<[string, Partial<URL>, RegExp, boolean]>([
    ['nothing listens', { port: '1' }, /at 127\.0\.0\.1:1 cannot be reached: nothing listens there\. .* Check host and port/, true],
    ['there is no such host', { host: 'absent.invalid:5432' }, /at absent\.invalid:5432 cannot be reached/, true],
    ['the password is wrong', { password: 'hunter2' }, /refuses the user or the password/, false],
    ['the user is unknown', { username: 'nobody' }, /refuses the user or the password/, false],
    ['the database is missing', { pathname: '/absent' }, /database "absent" at .* does not exist\. Create it/, false],
    ['transactions are read-only', option('default_transaction_read_only=on'), /is read-only.* Connect to the primary/, true],
  ])('%s', async (_, change, message, retryable) => {
    const storage = open(changed(change))
    const error = await failure(storage.reserve(newAccount('never')))
    expect(error.message).toMatch(message)
    expect(error.retryable).toBe(retryable)
    expect(everythingIn(error)).not.toMatch(new RegExp(`hunter2|${PASSWORD}`))
  })

  test('a failure is not remembered', async () => {
    await admin.query('DROP DATABASE IF EXISTS later')
    const storage = open(changed({ pathname: '/later' }))
    await failure(storage.migrate())
    await admin.query('CREATE DATABASE later')
    await storage.migrate()
    expect((await storage.reserve(newAccount('x'))).created).toBe(true)
  })

  test('no connection is free', async () => {
    await admin.query(
      `CREATE ROLE narrow LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 1; GRANT ALL ON ALL TABLES IN SCHEMA public TO narrow`,
    )
    const url = changed({ username: 'narrow' })
    const holder = new pg.Client({ connectionString: url })
    await holder.connect()
    const error = await failure(open(url).list({ limit: 1 }))
    await holder.end()
    expect(error.message).toContain('has no connection free')
    expect(error.retryable).toBe(true)
  })

  test.each([
    ['statement_timeout=100', 'cancelled the statement: statement_timeout'],
    ['lock_timeout=100', 'did not give a lock in time'],
  ])('%s while somebody holds the row', async (setting, message) => {
    const { storage, fence } = await due(open(server.url), setting)
    // What is not meant to be cancelled has no such setting: it may take as long as it likes.
    const impatient = open(changed(option(setting)))
    await locked(`id-${setting}`, async () => {
      const error = await failure(impatient.commit({ ...pageNumber(1, fence), accountId: `id-${setting}` }))
      expect(error.message).toContain(message)
      expect(error.retryable).toBe(true)
    })
    expect(await storage.commit({ ...pageNumber(1, fence), accountId: `id-${setting}` })).toMatchObject({ changed: RECORDS_PER_PAGE })
  })
})

describe('a connection that is lost', () => {
  test('after the page arrived: the error says that its fate is unknown, and sending it again changes nothing', async () => {
    const proxy = await startProxy(server.url)
    const { storage, fence } = await due(open(proxy.url), 'cut')
    const page = { ...pageNumber(1, fence), accountId: 'id-cut' }
    proxy.swallow()
    const error = await failure(storage.commit(page))
    expect(error.message).toMatch(/The connection .* was lost\. .* is unknown: wholly or not at all\. Sending it again is safe\./)
    expect(error.retryable).toBe(true)
    proxy.pass()
    expect(await storage.commit(page)).toEqual({ changed: 0, deleted: 0, seq: RECORDS_PER_PAGE })
    await storage.close()
    await proxy.stop()
  })

  test('while the page waits: nothing of it is there, and the next call has a new connection', async () => {
    const { storage, fence } = await due(open(server.url), 'ended')
    const page = { ...pageNumber(1, fence), accountId: 'id-ended' }
    await locked('id-ended', async () => {
      const lost = failure(storage.commit(page))
      await waitingBackend()
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)
      expect((await lost).message).toContain('is unknown')
    })
    expect((await storage.changes({ accountId: 'id-ended', model: page.model, after: 0, limit: 1 })).changes).toEqual([])
    expect(await storage.commit(page)).toMatchObject({ changed: RECORDS_PER_PAGE })
  })
})

describe('what a database undid because of others', () => {
  test.each(['40001', '40P01'])('%s is sent again, and succeeds', async (code) => {
    let failures = 3
    const client = {
      query: (text: string, values: string[]) => (failures-- > 0 ? Promise.reject(sqlError(code)) : admin.query(text, values)),
    }
    expect(await postgresStorage(client).list({ limit: 1 })).toHaveProperty('accounts')
    expect(failures).toBe(-1)
  })

  test.each([
    ['40001', 50, true],
    ['40P01', 50, true],
    ['53100', 1, true],
    ['53300', 1, true],
    ['XX001', 1, false],
    ['P0001', 1, false],
  ])('%s for ever is given up after %i attempts, retryable: %s', async (code, attempts, retryable) => {
    let calls = 0
    const client = {
      query: () => {
        calls += 1
        return Promise.reject(sqlError(code))
      },
    }
    const error = await failure(postgresStorage(client).list({ limit: 1 }))
    expect([calls, error.retryable]).toEqual([attempts, retryable])
    expect(error.message).toMatch(/Nothing was written\.$/)
    expect(everythingIn(error)).not.toContain('a row of a customer')
  })

  test('inside a transaction of yours nothing is sent again', async () => {
    let calls = 0
    const client = {
      query: () => {
        calls += 1
        return Promise.reject(sqlError('40001'))
      },
    }
    await failure(postgresStorage(admin).within(client).list({ limit: 1 }))
    expect(calls).toBe(1)
  })
})

describe('durability', () => {
  test('every method that writes is on disk before it returns, whatever the session has asked for', async () => {
    await postgresStorage(admin).reserve(newAccount('durable'))
    const writes: [string, (storage: Storage) => Promise<unknown>][] = [
      ['reserve', (storage) => storage.reserve(newAccount('other'))],
      ['update', (storage) => storage.update('id-durable', 1, { details: 'x' })],
      ['schedule', (storage) => storage.schedule('id-durable', 0)],
      ['claim', (storage) => storage.claim({ owner: 'x', leaseMs: 1, limit: 1, accountId: 'id-durable' })],
      ['renew', (storage) => storage.renew('id-durable', 1, 1)],
      ['commit', (storage) => storage.commit({ ...pageNumber(1, 0), accountId: 'id-durable' })],
      ['purge', (storage) => storage.purge('id-durable')],
    ]
    const client = new pg.Client({ connectionString: server.url, options: '-c synchronous_commit=off' })
    await client.connect()
    const setting = async () => (await client.query('SHOW synchronous_commit')).rows[0].synchronous_commit
    const found: string[] = []
    for (const [name, write] of writes) {
      await client.query('BEGIN')
      expect(await setting()).toBe('off')
      await write(postgresStorage(admin).within(client))
      found.push(`${name}: ${await setting()}`)
      await client.query('ROLLBACK')
    }
    await client.end()
    expect(found).toEqual(writes.map(([name]) => `${name}: on`))
  })
})

/** A setting of the session, in place of the server's own. */
function option(setting: string) {
  return { search: `?options=-c%20${setting}` }
}

function changed(parts: Partial<URL>): string {
  return Object.assign(new URL(server.url), parts).href
}

function open(url: string) {
  const storage = postgresStorage(url)
  opened.push(storage)
  return storage
}

async function due<Kind extends Storage>(storage: Kind, name: string) {
  await storage.reserve(newAccount(name))
  const [claimed] = await storage.claim({ owner: 'test', leaseMs: 600_000, limit: 1, accountId: `id-${name}` })
  return { storage, fence: claimed!.fence }
}

/** Somebody else's transaction holds the account's row meanwhile. */
async function locked(id: string, work: () => Promise<void>) {
  const holder = await admin.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM connect_integration_accounts WHERE id = $1 FOR UPDATE', [id])
  await work()
  await holder.query('ROLLBACK')
  holder.release()
}

async function waitingBackend() {
  for (;;) {
    const { rowCount } = await admin.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)
    if (rowCount) return
  }
}

function sqlError(code: string) {
  return Object.assign(new Error('a row of a customer'), { code, detail: 'a row of a customer' })
}

/** Whatever of an error a logger might print. */
function everythingIn(error: Error): string {
  const { cause } = error as { cause?: Error }
  return [error.stack, JSON.stringify(error), cause?.stack, JSON.stringify(cause), cause && Object.values(cause).join()].join('\n')
}

async function failure(promise: Promise<unknown>): Promise<IntegrationError> {
  const error = (await promise.then(
    () => expect.unreachable('it had to fail'),
    (reason: unknown) => reason,
  )) as IntegrationError
  expect(error.code, error.stack).toBe(ErrorCode.STORE_UNAVAILABLE)
  return error
}
