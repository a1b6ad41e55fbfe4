import { postgresStorage } from '@connect-integration/storage-sql'
import { ACCOUNT_ID, MODEL } from '../support/commit-pages.ts'
import { commitToPostgres } from '../support/commit-to-postgres.ts'
import { newAccount } from '../support/new-account.ts'

// Pages into PostgreSQL through the storage adapter. Arguments: the database, how many records, how many turns.
await commitToPostgres(process.argv.slice(2), async (client) => {
  const storage = postgresStorage(client)
  await storage.migrate()
  await storage.reserve(newAccount(ACCOUNT_ID))
  const [claim] = await storage.claim({ owner: 'benchmark', leaseMs: 600_000, limit: 1, accountId: ACCOUNT_ID })
  const { fence } = claim!
  return {
    async commit(page, checkpoint) {
      const committed = await storage.commit({ accountId: ACCOUNT_ID, fence, model: MODEL, records: page.slice(), checkpoint })
      if (committed === 'fenced') throw new Error('The benchmark lost its own lease.')
    },
    async lines() {
      const lines: string[] = []
      for (let after: number | null = 0; after !== null; ) {
        const page = await storage.changes({ accountId: ACCOUNT_ID, model: MODEL, after, limit: 1000 })
        lines.push(...page.changes.map(({ id, modifiedAt, data }) => `${id} ${modifiedAt} ${data}`))
        after = page.next
      }
      return lines
    },
  }
})
