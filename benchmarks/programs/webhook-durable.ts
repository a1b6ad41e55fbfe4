import { createHandler } from '@connect-integration/server/http'
import { toNodeHandler } from '@connect-integration/server/node'
import { postgresStorage } from '@connect-integration/storage-sql'
import { report } from '../support/measure.ts'
import { newAccount } from '../support/new-account.ts'
import { connectTo } from '../support/pg.ts'
import { handWritten, serveWebhooks } from '../support/serve-webhooks.ts'
import { integrationsOver } from '../support/webhook.ts'

// Serves webhooks about eight accounts, each answered when PostgreSQL has it. Arguments: `ours` or `insert`, the database, how many.
const ACCOUNTS = 8
const [whose, url = '', count] = process.argv.slice(2)
const client = await connectTo(url)
report(await serveWebhooks(whose === 'ours' ? await ours() : await insert(), Number(count), ACCOUNTS))
await client.end()

async function ours() {
  const storage = postgresStorage(client)
  await storage.migrate()
  for (let place = 0; place < ACCOUNTS; place++) {
    const { account } = await storage.reserve(newAccount(`account-${place}`))
    if (account.linkedAccountId === null) await storage.update(account.id, account.revision, { linkedAccountId: `merge-${place}` })
  }
  return toNodeHandler(createHandler(integrationsOver(storage), { basePath: '/', authenticate: () => null }))
}

/** The usual inbox: each body a row of its own, committed before the answer. */
async function insert() {
  await client.query(
    'CREATE TABLE IF NOT EXISTS inbox (id bigserial PRIMARY KEY, received_at timestamptz DEFAULT now(), body text NOT NULL)',
  )
  return handWritten((body) => client.query({ name: 'keep', text: 'INSERT INTO inbox (body) VALUES ($1)', values: [body.toString()] }))
}
