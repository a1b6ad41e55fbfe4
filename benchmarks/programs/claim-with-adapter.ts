import { BATCH, dueAccounts } from '../support/due-accounts.ts'
import { report } from '../support/measure.ts'
import { connectTo } from '../support/pg.ts'

// Claims every one of so many due accounts, a hundred at a time. Arguments: the database, how many.
const [url = '', count] = process.argv.slice(2)
const accounts = Number(count)
const client = await connectTo(url)
await client.query('DROP SCHEMA IF EXISTS claims CASCADE')
const due = await dueAccounts(client, 'claims', accounts, accounts)
let wallMs = 0
for (let claimed = 0; claimed < accounts; claimed += BATCH) {
  wallMs += await due.claim()
  await due.release()
}
const { rows } = await client.query<{ once: number }>(
  'SELECT count(*)::int AS once FROM claims.connect_integration_accounts WHERE fence = 1',
)
await client.end()
report({ wallMs, once: rows[0]!.once })
