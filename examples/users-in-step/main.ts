import { randomBytes } from 'node:crypto'
import { createSandbox } from '@connect-integration/sandbox'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { openDatabase } from './database.ts'
import { followOrganization } from './follow.ts'
import { connectHr } from './integrations.ts'

// The whole story in one process and in memory: an offline double of Merge, the SDK, and the app. `node main.ts` plays it.
const sandbox = createSandbox({ employees: 8, initialSyncMs: 0 })
const database = openDatabase(':memory:')
const integrations = connectHr({
  merge: { apiKey: sandbox.apiKey, baseUrl: 'http://localhost/api', plan: 'enterprise' },
  secrets: [randomBytes(32).toString('base64')],
  storage: sqliteStorage(':memory:'),
  fetch: (input, init) => sandbox.handle(new Request(input, init)),
})

// A customer connects. In your product `<connect-integration>` and the HTTP handler do this.
const acme = integrations.forOrganization('org_acme')
const { accountId, linkToken } = await acme.createLinkToken({
  category: 'hris',
  organizationName: 'Acme',
  userEmail: 'it@acme.example',
})
const finished = sandbox.link.complete(linkToken, 'bamboohr')
if ('error' in finished) throw new Error(finished.error)
const { linkedAccountId } = await acme.exchangePublicToken(finished.publicToken)
const source = linkedAccountId ?? ''
await look('The HR system is connected.')

const user = database.prepare('select id, email from users where access = 1').get()
database.prepare('insert into sessions (token, user_id) values (?, ?)').run('a-session', user?.id ?? null)
const leaving = sandbox.truth(source, 'hris.Employee').find(({ work_email }) => work_email === user?.email)
const id = String(leaving?.id)
sandbox.change(source, { id, fields: { employment_status: 'INACTIVE' } })
await look(`${user?.email} leaves, in the middle of a session.`)

sandbox.change(source, { id, fields: { employment_status: 'ACTIVE' } })
await look(`${user?.email} is hired again.`)

/** Merge copies, the SDK looks, the app follows. A server leaves all three to `integrations.run()` and `keepInStep`. */
async function look(what: string): Promise<void> {
  sandbox.sync(source)
  await (await acme.account(accountId))?.syncNow()
  await followOrganization(database, integrations, 'org_acme')
  const sessions = database.prepare('select count(*) as sessions from sessions').get()
  console.log(`\n${what} Open sessions: ${sessions?.sessions}`)
  console.table(database.prepare('select id, email, name, access from users order by id').all())
}
