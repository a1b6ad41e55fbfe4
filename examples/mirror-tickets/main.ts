import { randomBytes } from 'node:crypto'
import { createSandbox } from '@connect-integration/sandbox'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { forgetDeleted } from './connections.ts'
import { openDatabase } from './database.ts'
import { connectTickets } from './integrations.ts'

// The whole story in one process and in memory: an offline double of Merge, the SDK, and the app. `node main.ts` plays it.
const sandbox = createSandbox({ records: 6, initialSyncMs: 0 })
const database = openDatabase(':memory:')
const integrations = connectTickets(database, {
  merge: { apiKey: sandbox.apiKey, baseUrl: 'http://localhost/api', plan: 'enterprise' },
  secrets: [randomBytes(32).toString('base64')],
  storage: sqliteStorage(':memory:'),
  fetch: (input, init) => sandbox.handle(new Request(input, init)),
})
await forgetDeleted(database, integrations)

// A customer connects. In your product `<connect-integration>` and the HTTP handler do this.
const acme = integrations.forOrganization('org_acme')
const { accountId, linkToken } = await acme.createLinkToken({
  category: 'ticketing',
  organizationName: 'Acme',
  userEmail: 'it@acme.example',
})
const finished = sandbox.link.complete(linkToken, 'zendesk')
if ('error' in finished) throw new Error(finished.error)
const { linkedAccountId } = await acme.exchangePublicToken(finished.publicToken)
const source = linkedAccountId ?? ''
await look('The help desk is connected.')

const [ticket] = sandbox.truth(source, 'ticketing.Ticket')
sandbox.change(source, { id: String(ticket?.id), fields: { status: 'CLOSED' } })
sandbox.add(source)
await look(`"${ticket?.name}" is closed, and somebody opens a new ticket.`)

sandbox.remove(source, { id: String(ticket?.id) })
await look(`"${ticket?.name}" is deleted, with its comments.`)

await (await acme.account(accountId))?.delete()
show('The customer disconnects the help desk.')

/** Merge copies, and the SDK looks. A server leaves both to `integrations.run()`. */
async function look(what: string): Promise<void> {
  sandbox.sync(source)
  await (await acme.account(accountId))?.syncNow()
  show(what)
}

function show(what: string): void {
  console.log(`\n${what}`)
  const comments = 'select count(*) from comments where comments.connection_id = tickets.connection_id and ticket_id = tickets.id'
  console.table(database.prepare(`select subject, status, (${comments}) as comments from tickets where deleted = 0 order by id`).all())
}
