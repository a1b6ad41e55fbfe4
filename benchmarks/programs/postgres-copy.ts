import { pipeline } from 'node:stream/promises'
import { ACCOUNT_ID, MODEL } from '../support/commit-pages.ts'
import { commitToPostgres } from '../support/commit-to-postgres.ts'
import { copyFrom } from '../support/pg.ts'
import { plainTables } from '../support/plain-tables.ts'

// The fastest way into PostgreSQL: COPY, a page at a time, each durable by itself. It cannot update, so that it is given an empty table for each
// turn; no checkpoint, no fence, no guard, no change feed. Arguments: the database, how many records, how many turns.
await commitToPostgres(process.argv.slice(2), async (client) => ({
  ...(await plainTables(client)),
  empty: () => client.query('TRUNCATE records'),
  async commit(page) {
    const lines = page.map(
      ({ id, modifiedAt, data }) => `${ACCOUNT_ID}\t${MODEL}\t${id}\t${modifiedAt}\t${data.replaceAll('\\', '\\\\')}\n`,
    )
    await pipeline([lines.join('')], client.query(copyFrom('COPY records FROM STDIN')))
  },
}))
