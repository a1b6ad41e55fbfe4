import { postgresStorage } from '@connect-integration/storage-sql'
import type { Client } from './pg.ts'

export const BATCH = 100

export interface DueAccounts {
  /** Claims the next hundred, and says how many milliseconds that took. Throws when it were fewer. */
  claim(): Promise<number>
  /** What the commits of the claimed accounts' last pages do besides: free again, and due behind all the others. */
  release(): Promise<void>
}

/** So many accounts in a schema of their own, so many of them due. */
export async function dueAccounts(client: Client, schema: string, accounts: number, due: number): Promise<DueAccounts> {
  const storage = postgresStorage(client, { schema })
  await storage.migrate()
  const table = `${schema}.connect_integration_accounts`
  await client.query(`
    INSERT INTO ${table} (id, organization_id, category, origin_id, slot, linked_account_id, status, revision, created_at, updated_at, due, dirty, fence)
    SELECT 'account-' || i, 'organization-' || i / 3, 'hris', 'origin-' || i, 'slot-' || i, 'linked-' || i, 'active', 1, 0, 0,
      CASE WHEN i < ${due} THEN i ELSE 4000000000000 + i END, 1, 0
    FROM generate_series(0, ${accounts - 1}) i`)
  await client.query(`ANALYZE ${table}`)
  let last = due
  let ids: string[] = []
  return {
    async claim() {
      const start = performance.now()
      const claims = await storage.claim({ owner: 'benchmark', leaseMs: 600_000, limit: BATCH })
      const spent = performance.now() - start
      ids = claims.map(({ account }) => account.id)
      if (new Set(ids).size !== BATCH) throw new Error(`A claim gave ${ids.length} accounts instead of ${BATCH}.`)
      return spent
    },
    async release() {
      await client.query(`UPDATE ${table} SET lease = NULL, lease_owner = NULL, due = $1::bigint WHERE id = ANY ($2::text[])`, [last, ids])
      last += 1
    },
  }
}
