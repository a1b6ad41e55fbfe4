import { sqliteStorage } from '@connect-integration/storage-sql'
import { ACCOUNT_ID, commitPages, MODEL } from '../support/commit-pages.ts'

// Pages into a new SQLite file through the storage adapter. Arguments: how many records, the file.
const [records, file = ''] = process.argv.slice(2)
const storage = sqliteStorage(file)
await storage.migrate()
await storage.reserve({
  id: ACCOUNT_ID,
  organizationId: 'acme',
  userId: null,
  category: 'hris',
  originId: 'acme_hris',
  slot: 'acme_hris',
  status: 'active',
  details: null,
  createdAt: 0,
})
const [claim] = await storage.claim({ owner: 'benchmark', leaseMs: 600_000, limit: 1, accountId: ACCOUNT_ID })
const { fence } = claim!

await commitPages(Number(records), {
  async commit(page, checkpoint) {
    const committed = await storage.commit({ accountId: ACCOUNT_ID, fence, model: MODEL, records: page, checkpoint })
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
  close: () => storage.close(),
})
