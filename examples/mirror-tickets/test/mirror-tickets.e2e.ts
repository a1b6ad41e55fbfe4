import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createSandbox } from '@connect-integration/sandbox'
import type { AccountHandle, SinkBatch } from '@connect-integration/server'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { expect, test } from 'vitest'
import { forgetConnection, forgetDeleted, rebuildConnection } from '../connections.ts'
import { openDatabase } from '../database.ts'
import { connectTickets } from '../integrations.ts'
import { ticketSink } from '../ticket-sink.ts'

const WEEK = 7 * 86_400_000

/** An app with a connected help desk, everything of it in its tables. Time goes on by itself, and faster where told to. */
async function app() {
  let ahead = 0
  const clock = { now: () => Date.now() + ahead }
  const sandbox = createSandbox({ records: 40, initialSyncMs: 0, rateLimitPerMinute: Number.POSITIVE_INFINITY, clock })
  const log: string[] = []
  const note = (message: string) => void log.push(message)
  const database = openDatabase(':memory:')
  const storage = sqliteStorage(':memory:', { clock })
  const integrations = connectTickets(database, {
    merge: { apiKey: sandbox.apiKey, baseUrl: 'http://localhost/api', plan: 'enterprise' },
    secrets: [Buffer.alloc(32, 7).toString('base64')],
    storage,
    clock,
    // No chance, so no waiting: retries come at once.
    random: () => 0,
    logger: { debug: note, info: note, warn: note, error: note },
    fetch: (input, init) => sandbox.handle(new Request(input, init)),
  })
  const owner = integrations.forOrganization('org_acme')
  const { accountId, linkToken } = await owner.createLinkToken({
    category: 'ticketing',
    organizationName: 'Acme',
    userEmail: 'it@acme.example',
  })
  const finished = sandbox.link.complete(linkToken, 'zendesk')
  if ('error' in finished) throw new Error(finished.error)
  const linked = (await owner.exchangePublicToken(finished.publicToken)).linkedAccountId ?? ''
  const account = (await owner.account(accountId)) as AccountHandle
  /** Lets what was done at the source arrive. */
  const arrive = async (afterMs = 0) => {
    ahead += afterMs
    sandbox.sync(linked)
    return account.syncNow()
  }
  await arrive()
  const live = (table: 'tickets' | 'comments') => database.prepare(`select * from ${table} where deleted = 0 order by id`).all()
  const truth = (model: string) =>
    sandbox
      .truth(linked, model)
      .filter(({ remote_was_deleted }) => !remote_was_deleted)
      .sort((one, other) => (String(one.id) < String(other.id) ? -1 : 1))
  const row = (id: string) => database.prepare('select * from tickets where id = ?').get(id)
  return { sandbox, database, storage, integrations, account, accountId, linked, log, arrive, live, truth, row }
}

/** Whether the tables have exactly what the source has. */
function expectSame({ live, truth }: Awaited<ReturnType<typeof app>>): void {
  const tickets = truth('ticketing.Ticket').map(({ id, name, status, priority }) => ({ id, subject: name, status, priority }))
  expect(live('tickets').map(({ id, subject, status, priority }) => ({ id, subject, status, priority }))).toEqual(tickets)
  const comments = truth('ticketing.Comment').map(({ id, ticket, body }) => ({ id, ticket_id: ticket, body }))
  expect(live('comments').map(({ id, ticket_id, body }) => ({ id, ticket_id, body }))).toEqual(comments)
}

const batch = (accountId: string, changes: SinkBatch['changes']): SinkBatch => ({
  ...{ accountId, organizationId: 'org_acme', userId: null, model: 'ticketing.Ticket', generation: 0, changes },
})
const change = (id: string, modifiedAt: string, name: string | null) => ({
  ...{ id, modifiedAt, op: name === null ? ('delete' as const) : ('upsert' as const), data: name === null ? null : { id, name } },
})

test('tickets and comments are in the tables of the app, and nothing of them is in the store', async () => {
  const world = await app()
  expect(world.live('tickets')).toHaveLength(40)
  expect(world.live('comments').length).toBeGreaterThan(20)
  expectSame(world)
  const { changes } = await world.account.changesPage('ticketing.Ticket')
  expect(changes).toHaveLength(40)
  expect(changes.every(({ data }) => data === null)).toBe(true)
})

test('what is opened, changed and deleted arrives, comments included', async () => {
  const world = await app()
  const [first, second] = world.truth('ticketing.Ticket')
  world.sandbox.change(world.linked, { id: String(first?.id), fields: { status: 'CLOSED', priority: null } })
  world.sandbox.remove(world.linked, { id: String(second?.id) })
  const opened = world.sandbox.add(world.linked)
  await world.arrive()
  expect(world.row(String(first?.id))).toMatchObject({ status: 'CLOSED', priority: null })
  expect(world.row(String(second?.id))).toMatchObject({ deleted: 1, subject: null })
  expect(world.row(opened.id)).toMatchObject({ deleted: 0, organization_id: 'org_acme' })
  expectSame(world)
})

test('what disappears without a word is deleted by the second sweep, of which only the id comes', async () => {
  const world = await app()
  const gone = String(world.truth('ticketing.Ticket')[3]?.id)
  const rewrite = (body: unknown) => {
    const page = body as { results: { id: string }[] }
    return { ...page, results: page.results.filter(({ id }) => id !== gone) }
  }
  world.sandbox.fault({ kind: 'rewrite', model: 'ticketing.Ticket', rewrite, count: Number.POSITIVE_INFINITY })
  await world.arrive(WEEK + 1)
  expect(world.row(gone)).toMatchObject({ deleted: 0 })
  await world.arrive(WEEK + 1)
  expect(world.row(gone)).toMatchObject({ deleted: 1, subject: null })
  world.sandbox.clearFaults()
  await world.arrive(WEEK + 1)
  expect(world.row(gone)).toMatchObject({ deleted: 0 })
  expectSame(world)
})

test('a page that comes twice changes nothing, and an older one neither', async () => {
  const database = openDatabase(':memory:')
  const sink = ticketSink(database)
  const rows = () => database.prepare('select id, modified_at, deleted, subject from tickets order by id').all()
  const old = batch('account', [change('a', '2026-01-01T00:00:00.000Z', 'first'), change('b', '2026-01-01T00:00:00.000Z', 'gone soon')])
  const newer = batch('account', [change('a', '2026-01-02T00:00:00.000Z', 'second'), change('b', '2026-01-02T00:00:00.000Z', null)])
  await sink.write(old)
  await sink.write(newer)
  const before = rows()
  expect(before).toEqual([
    { id: 'a', modified_at: '2026-01-02T00:00:00.000Z', deleted: 0, subject: 'second' },
    { id: 'b', modified_at: '2026-01-02T00:00:00.000Z', deleted: 1, subject: null },
  ])
  await sink.write(newer)
  await sink.write(old)
  expect(rows()).toEqual(before)
})

test('a deletion without a new time wins, and so does a comeback', async () => {
  const database = openDatabase(':memory:')
  const sink = ticketSink(database)
  const at = '2026-01-01T00:00:00.000Z'
  const deleted = () => database.prepare('select deleted from tickets').get()?.deleted
  await sink.write(batch('account', [change('a', at, 'here')]))
  await sink.write(batch('account', [change('a', at, null)]))
  expect(deleted()).toBe(1)
  await sink.write(batch('account', [change('a', at, 'here again')]))
  expect(deleted()).toBe(0)
})

test('a model without a table is refused, not left out', async () => {
  const sink = ticketSink(openDatabase(':memory:'))
  const users = { ...batch('account', [change('a', '2026-01-01T00:00:00.000Z', 'Ann')]), model: 'ticketing.User' }
  await expect(sink.write(users)).rejects.toThrow('There is no table for ticketing.User')
})

test('a page that fails half-way leaves nothing behind, and comes again', async () => {
  const world = await app()
  const before = world.live('tickets')
  world.sandbox.add(world.linked)
  world.sandbox.add(world.linked)
  world.database.exec(`
    create table arrivals (id integer primary key);
    create trigger full_disk before insert on tickets when (select count(*) from arrivals) > 0 begin select raise(abort, 'the disk is full'); end;
    create trigger arrived after insert on tickets begin insert into arrivals values (null); end;
  `)
  const { sync } = await world.arrive()
  expect(sync.models['ticketing.Ticket']).toMatchObject({ problem: 'SYNC_SINK_FAILED' })
  expect(world.log).toContain('The sink failed and is tried again')
  expect(world.live('tickets')).toEqual(before)
  world.database.exec('drop trigger full_disk')
  await world.arrive()
  expect(world.live('tickets')).toHaveLength(before.length + 2)
  expectSame(world)
})

test('a connection that is deleted is forgotten, and a page that comes late is not written', async () => {
  const world = await app()
  const stop = await forgetDeleted(world.database, world.integrations)
  expect(world.live('tickets')).toHaveLength(40)
  await world.account.delete()
  expect(world.live('tickets')).toEqual([])
  expect(world.live('comments')).toEqual([])
  await ticketSink(world.database).write(batch(world.accountId, [change('late', '2026-01-01T00:00:00.000Z', 'too late')]))
  expect(world.live('tickets')).toEqual([])
  stop()
})

test('a connection that was deleted while the app was down is forgotten at its start, and no other', async () => {
  const world = await app()
  await ticketSink(world.database).write(batch('another', [change('a', '2026-01-01T00:00:00.000Z', 'of somebody else')]))
  const stop = await forgetDeleted(world.database, world.integrations)
  stop()
  expect(world.live('tickets')).toHaveLength(40)
  await world.account.delete()
  expect(world.live('tickets')).toHaveLength(40)
  ;(await forgetDeleted(world.database, world.integrations))()
  expect(world.live('tickets')).toEqual([])
  forgetConnection(world.database, world.accountId)
})

test('a help desk that was restored from a backup is believed after a rebuild', async () => {
  const world = await app()
  const restored = String(world.truth('ticketing.Ticket')[0]?.id)
  const rewrite = (body: unknown) => {
    const page = body as { results: { id: string }[] }
    const older = { name: 'As it was in spring', modified_at: '2025-03-01T00:00:00.000000Z' }
    return { ...page, results: page.results.map((row) => (row.id === restored ? { ...row, ...older } : row)) }
  }
  world.sandbox.fault({ kind: 'rewrite', model: 'ticketing.Ticket', rewrite, count: Number.POSITIVE_INFINITY })
  await world.arrive(WEEK + 1)
  expect(world.row(restored)?.subject).not.toBe('As it was in spring')
  await rebuildConnection(world.database, world.account)
  await world.arrive()
  expect(world.row(restored)?.subject).toBe('As it was in spring')
})

test('the example runs as its first line says', () => {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'main.ts'], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  expect(run.stdout).toMatch(/The customer disconnects the help desk\.\n┌─+┐\n│ \(index\) │\n├─+┤\n└─+┘/)
  expect(run.status).toBe(0)
})
