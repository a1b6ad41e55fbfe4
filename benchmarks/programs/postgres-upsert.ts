import { ACCOUNT_ID, MODEL } from '../support/commit-pages.ts'
import { commitToPostgres } from '../support/commit-to-postgres.ts'
import { plainTables } from '../support/plain-tables.ts'

// The second version that one would write by hand: a page as one prepared upsert with the checkpoint in the same statement. No fence, no guard,
// no change feed. Arguments: the database, how many records, how many turns.
const UPSERT = `
  WITH mark AS (
    INSERT INTO checkpoints VALUES ($1, $2, $3) ON CONFLICT (account_id, model) DO UPDATE SET checkpoint = excluded.checkpoint
  )
  INSERT INTO records SELECT $1, $2, r.id, r.modified_at, r.data
  FROM json_to_recordset($4::json) AS r (id text, modified_at bigint, data json)
  ON CONFLICT (account_id, model, id) DO UPDATE SET modified_at = excluded.modified_at, data = excluded.data`

await commitToPostgres(process.argv.slice(2), async (client) => ({
  ...(await plainTables(client)),
  async commit(page, checkpoint) {
    const rows = page.map(({ id, modifiedAt, data }) => `{"id":${JSON.stringify(id)},"modified_at":${modifiedAt},"data":${data}}`)
    await client.query({ name: 'upsert', text: UPSERT, values: [ACCOUNT_ID, MODEL, checkpoint, `[${rows.join(',')}]`] })
  },
}))
