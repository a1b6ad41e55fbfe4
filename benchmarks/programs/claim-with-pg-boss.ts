import { PgBoss } from 'pg-boss'
import { BATCH } from '../support/due-accounts.ts'
import { report } from '../support/measure.ts'
import { connectTo } from '../support/pg.ts'

// Fetches and completes so many jobs of pg-boss, a hundred at a time, without its maintenance. Arguments: the database, how many.
const [url = '', count] = process.argv.slice(2)
const jobs = Number(count)
const client = await connectTo(url)
await client.query('DROP SCHEMA IF EXISTS pgboss CASCADE')
const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false, max: 1 })
await boss.start()
await boss.createQueue('accounts')
for (let first = 0; first < jobs; first += 1000) {
  await boss.insert(
    'accounts',
    Array.from({ length: Math.min(1000, jobs - first) }, (_, place) => ({ data: { accountId: `account-${first + place}` } })),
  )
}
await client.query('ANALYZE')
const seen = new Set<string>()
let wallMs = 0
while (seen.size < jobs) {
  const start = performance.now()
  const fetched = await boss.fetch<{ accountId: string }>('accounts', { batchSize: BATCH })
  await boss.complete(
    'accounts',
    fetched.map(({ id }) => id),
  )
  wallMs += performance.now() - start
  if (fetched.length === 0) break
  for (const { data } of fetched) seen.add(data.accountId)
}
const { rows } = await client.query<{ once: number }>(
  `SELECT count(*)::int AS once FROM pgboss.job WHERE name = 'accounts' AND state = 'completed'`,
)
await boss.stop({ graceful: false })
await client.end()
report({ wallMs, once: Math.min(rows[0]!.once, seen.size) })
