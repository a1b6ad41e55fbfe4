import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import { sql } from 'drizzle-orm'
import type { OpenDatabase, Transaction } from './database.ts'

/**
 * One step per version of the schema, as `drizzle-kit generate` writes it. A step that was published is never changed; add another one,
 * which the version before can live with: during a deploy both run.
 */
const STEPS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE connect_accounts (
      id text PRIMARY KEY NOT NULL, organization_id text NOT NULL, user_id text, category text NOT NULL, origin_id text NOT NULL,
      slot text, linked_account_id text, status text NOT NULL, token text, details text, revision integer DEFAULT 1 NOT NULL,
      created_at integer NOT NULL, updated_at integer NOT NULL, due integer, dirty integer DEFAULT 0 NOT NULL,
      fence integer DEFAULT 0 NOT NULL, lease integer DEFAULT 0 NOT NULL, recorded_at integer
    )`,
    'CREATE UNIQUE INDEX connect_accounts_slot ON connect_accounts (slot)',
    'CREATE UNIQUE INDEX connect_accounts_origin ON connect_accounts (origin_id)',
    'CREATE INDEX connect_accounts_organization ON connect_accounts (organization_id, id)',
    'CREATE INDEX connect_accounts_linked ON connect_accounts (linked_account_id)',
    'CREATE INDEX connect_accounts_due ON connect_accounts (due, id) WHERE due is not null',
    'CREATE INDEX connect_accounts_recorded ON connect_accounts (recorded_at) WHERE recorded_at is not null',
    `CREATE TABLE connect_models (
      account_id text NOT NULL, model text NOT NULL, checkpoint text, seq integer NOT NULL, records integer NOT NULL,
      PRIMARY KEY (account_id, model)
    )`,
    `CREATE TABLE connect_records (
      account_id text NOT NULL, model text NOT NULL, id text NOT NULL, seq integer NOT NULL, generation integer NOT NULL,
      modified_at integer NOT NULL, fence integer NOT NULL, page integer NOT NULL, deleted integer NOT NULL, hash text NOT NULL,
      data text NOT NULL, seen_in integer, missing_in integer,
      PRIMARY KEY (account_id, model, id)
    )`,
    'CREATE UNIQUE INDEX connect_records_seq ON connect_records (account_id, model, seq)',
  ],
]

/** Of two processes one applies the steps under the write lock, and the other waits and finds them done. */
export async function migrate(database: OpenDatabase): Promise<void> {
  await database.transaction((tx) => {
    tx.run(sql`CREATE TABLE IF NOT EXISTS connect_schema (version integer NOT NULL)`)
    const version = versionOf(tx)
    if (version > STEPS.length) throw tooNew(version)
    for (const statement of STEPS.slice(version).flat()) tx.run(sql.raw(statement))
    if (version < STEPS.length) tx.run(sql`INSERT INTO connect_schema (version) VALUES (${STEPS.length})`)
  })
}

function versionOf(tx: Transaction): number {
  return tx.get<{ version: number }>(sql`SELECT coalesce(max(version), 0) AS version FROM connect_schema`).version
}

function tooNew(found: number) {
  const message = `The database has schema version ${found}, and this code knows ${STEPS.length}. Deploy the newer code; nothing was touched.`
  return new IntegrationError(ErrorCode.STORE_CONTRACT, message)
}
