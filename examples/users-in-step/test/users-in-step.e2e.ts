import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createSandbox } from '@connect-integration/sandbox'
import type { AccountHandle } from '@connect-integration/server'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { expect, test } from 'vitest'
import { openDatabase } from '../database.ts'
import { followEmployees, followOrganization, keepInStep } from '../follow.ts'
import { connectHr } from '../integrations.ts'

const ACME = 'org_acme'

/** An app with a connected HR system, everybody in it, and one open session for each of them. */
async function app(employees = 6) {
  const sandbox = createSandbox({ employees, initialSyncMs: 0, rateLimitPerMinute: Number.POSITIVE_INFINITY })
  const database = openDatabase(':memory:')
  const integrations = connectHr({
    merge: { apiKey: sandbox.apiKey, baseUrl: 'http://localhost/api', plan: 'enterprise' },
    secrets: [Buffer.alloc(32, 7).toString('base64')],
    storage: sqliteStorage(':memory:'),
    fetch: (input, init) => sandbox.handle(new Request(input, init)),
  })
  const owner = integrations.forOrganization(ACME)
  const { accountId, linkToken } = await owner.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.example' })
  const finished = sandbox.link.complete(linkToken, 'bamboohr')
  if ('error' in finished) throw new Error(finished.error)
  const linked = (await owner.exchangePublicToken(finished.publicToken)).linkedAccountId ?? ''
  const account = (await owner.account(accountId)) as AccountHandle
  const follow = () => followOrganization(database, integrations, ACME)
  /** Lets what was done at the source arrive. */
  const arrive = async () => {
    sandbox.sync(linked)
    await account.syncNow()
    await follow()
  }
  await arrive()
  database.exec(`insert into sessions (token, user_id) select 'session of ' || id, id from users`)

  const people = () => sandbox.truth(linked, 'hris.Employee') as { id: string; work_email: string | null; employment_status: string }[]
  const person = (place: number) => {
    const found = people().filter(({ work_email }) => work_email !== null)[place]
    if (!found?.work_email) throw new Error(`There is no person ${place} with an e-mail.`)
    return { id: found.id, email: found.work_email }
  }
  const edit = (id: string, fields: Record<string, unknown>) => sandbox.change(linked, { id, fields })
  const user = (email: string) => database.prepare('select id, name, access from users where email = ?').get(email)
  const sessions = (email: string) =>
    database.prepare('select token from sessions where user_id = (select id from users where email = ?)').all(email).length
  const tables = () => ['users', 'sessions', 'employees', 'places'].map((name) => database.prepare(`select * from ${name}`).all())
  return { sandbox, database, integrations, account, linked, follow, arrive, people, person, edit, user, sessions, tables }
}

test('everybody who is employed and has an e-mail is a user', async () => {
  const world = await app(90)
  const employed = world.people().filter(({ work_email, employment_status }) => work_email !== null && employment_status === 'ACTIVE')
  expect(employed.length).toBeGreaterThan(20)
  expect(employed.length).toBeLessThan(world.people().length)
  const users = world.database.prepare('select email from users where access = 1').all()
  expect(users.map(({ email }) => email).sort()).toEqual(employed.map(({ work_email }) => work_email).sort())
})

test('who is hired becomes a user on the first day of work', async () => {
  const world = await app()
  const { id } = world.sandbox.hire(world.linked, { fields: { work_email: ' New@Company.example', employment_status: 'PENDING' } })
  await world.arrive()
  expect(world.user('new@company.example')).toBeUndefined()
  world.edit(id, { employment_status: 'ACTIVE' })
  await world.arrive()
  expect(world.user('new@company.example')).toMatchObject({ access: 1 })
})

test('a new name and a new e-mail reach the same user', async () => {
  const world = await app()
  const { id, email } = world.person(0)
  const before = world.user(email)
  world.edit(id, { display_full_name: 'Ada King', work_email: 'ada.king@company.example' })
  await world.arrive()
  expect(world.user(email)).toBeUndefined()
  expect(world.user('ada.king@company.example')).toMatchObject({ id: before?.id, name: 'Ada King', access: 1 })
  expect(world.sessions('ada.king@company.example')).toBe(1)
})

test.each([
  ['is terminated', { employment_status: 'INACTIVE', work_email: null }],
  ['is deleted', null],
])('who %s loses access and every session, and nobody else does', async (_, fields) => {
  const world = await app()
  const [leaving, staying] = [world.person(0), world.person(1)]
  if (fields === null) world.sandbox.remove(world.linked, { id: leaving.id })
  else world.edit(leaving.id, fields)
  await world.arrive()
  expect(world.user(leaving.email)).toMatchObject({ access: 0 })
  expect(world.sessions(leaving.email)).toBe(0)
  expect(world.user(staying.email)).toMatchObject({ access: 1 })
  expect(world.sessions(staying.email)).toBe(1)
})

test('a rehire gets the old user back, without the old sessions, under the old record or a new one', async () => {
  const world = await app()
  const { id, email } = world.person(0)
  const before = world.user(email)
  world.edit(id, { employment_status: 'INACTIVE' })
  await world.arrive()
  world.edit(id, { employment_status: 'ACTIVE' })
  await world.arrive()
  expect(world.user(email)).toMatchObject({ id: before?.id, access: 1 })
  expect(world.sessions(email)).toBe(0)

  world.sandbox.remove(world.linked, { id })
  await world.arrive()
  expect(world.user(email)).toMatchObject({ access: 0 })
  world.sandbox.hire(world.linked, { fields: { work_email: email, employment_status: 'ACTIVE' } })
  await world.arrive()
  expect(world.user(email)).toMatchObject({ id: before?.id, access: 1 })
})

test('two employees with one e-mail are one user, who has access until both have left', async () => {
  const world = await app()
  const { id, email } = world.person(0)
  const second = world.sandbox.hire(world.linked, { fields: { work_email: email.toUpperCase(), employment_status: 'ACTIVE' } })
  await world.arrive()
  const users = world.database.prepare('select count(*) as users from users where email = ?').get(email)
  expect(users).toEqual({ users: 1 })
  world.edit(id, { employment_status: 'INACTIVE' })
  await world.arrive()
  expect(world.user(email)).toMatchObject({ access: 1 })
  expect(world.sessions(email)).toBe(1)
  world.sandbox.remove(world.linked, { id: second.id })
  await world.arrive()
  expect(world.user(email)).toMatchObject({ access: 0 })
})

test('whoever takes over the e-mail of somebody else becomes that user, and leaves the own one', async () => {
  const world = await app()
  const [one, other] = [world.person(0), world.person(1)]
  world.edit(one.id, { work_email: other.email })
  await world.arrive()
  expect(world.user(one.email)).toMatchObject({ access: 0 })
  expect(world.sessions(one.email)).toBe(0)
  expect(world.user(other.email)).toMatchObject({ access: 1 })
})

test('an employee without an e-mail is nobody until it comes', async () => {
  const world = await app()
  const { id } = world.sandbox.hire(world.linked, { fields: { work_email: null, employment_status: 'ACTIVE' } })
  const before = world.database.prepare('select count(*) as users from users').get()
  await world.arrive()
  expect(world.database.prepare('select count(*) as users from users').get()).toEqual(before)
  world.edit(id, { work_email: 'late@company.example' })
  await world.arrive()
  expect(world.user('late@company.example')).toMatchObject({ access: 1 })
  world.edit(id, { work_email: null })
  await world.arrive()
  expect(world.user('late@company.example')).toMatchObject({ access: 1 })
})

test('all changes applied once more change nothing', async () => {
  const world = await app(40)
  world.edit(world.person(0).id, { employment_status: 'INACTIVE' })
  await world.arrive()
  const before = world.tables()
  world.database.exec('update places set seq = 0')
  expect(await followEmployees(world.database, world.account)).toBeGreaterThan(30)
  expect(world.tables()).toEqual(before)
})

test('a page that fails half-way leaves nothing behind, and is applied whole the next time', async () => {
  const world = await app()
  const { id, email } = world.person(0)
  const before = world.tables()
  world.edit(id, { employment_status: 'INACTIVE' })
  world.database.exec(`create trigger full_disk before update on places begin select raise(abort, 'the disk is full'); end`)
  await expect(world.arrive()).rejects.toThrow('the disk is full')
  expect(world.tables()).toEqual(before)
  world.database.exec('drop trigger full_disk')
  await world.follow()
  expect(world.user(email)).toMatchObject({ access: 0 })
})

test('two that follow at once apply each change once', async () => {
  const world = await app(40)
  for (const { id } of world.people().slice(0, 10)) world.edit(id, { employment_status: 'INACTIVE' })
  world.sandbox.sync(world.linked)
  await world.account.syncNow()
  const applied = await Promise.all([1, 2, 3].map(() => followEmployees(world.database, world.account)))
  expect(applied.reduce((sum, each) => sum + each, 0)).toBe(10)
})

test('people of a connection that is deleted stay as they are', async () => {
  const world = await app()
  const { email } = world.person(0)
  await world.account.delete()
  await world.follow()
  expect(world.user(email)).toMatchObject({ access: 1 })
  expect(world.sessions(email)).toBe(1)
  expect(world.database.prepare('select * from employees').all()).toEqual([])
  expect(world.database.prepare('select * from places').all()).toEqual([])
})

test('an app that keeps in step hears of it without being asked', async () => {
  const world = await app()
  const { id, email } = world.person(0)
  const errors: unknown[] = []
  const stop = keepInStep(world.database, world.integrations, (error) => errors.push(error))
  world.edit(id, { employment_status: 'INACTIVE' })
  world.sandbox.sync(world.linked)
  await world.account.syncNow()
  await expect.poll(() => world.user(email)?.access).toBe(0)
  stop()
  expect(errors).toEqual([])
})

test('the example runs as its first line says', () => {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'main.ts'], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  expect(run.stdout).toMatch(/leaves, in the middle of a session\. Open sessions: 0/)
  expect(run.stdout).toMatch(/is hired again\. Open sessions: 0/)
  expect(run.status).toBe(0)
})
