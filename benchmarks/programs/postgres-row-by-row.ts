import { ACCOUNT_ID, MODEL } from '../support/commit-pages.ts'
import { commitToPostgres } from '../support/commit-to-postgres.ts'
import { plainTables } from '../support/plain-tables.ts'

// The usual first version: a prepared upsert for each record, each durable by itself, then the checkpoint. Arguments: the database, how many records, how many turns.
const UPSERT = `INSERT INTO records VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (account_id, model, id) DO UPDATE SET modified_at = excluded.modified_at, data = excluded.data`
const MARK = `INSERT INTO checkpoints VALUES ($1, $2, $3) ON CONFLICT (account_id, model) DO UPDATE SET checkpoint = excluded.checkpoint`

await commitToPostgres(process.argv.slice(2), async (client) => ({
  ...(await plainTables(client)),
  async commit(page, checkpoint) {
    for (const { id, modifiedAt, data } of page) {
      await client.query({ name: 'upsert', text: UPSERT, values: [ACCOUNT_ID, MODEL, id, modifiedAt, data] })
    }
    await client.query({ name: 'mark', text: MARK, values: [ACCOUNT_ID, MODEL, checkpoint] })
  },
}))
