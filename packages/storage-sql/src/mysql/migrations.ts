import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Migration } from '../sql-storage.ts'
import { tidy } from '../tidy.ts'

/** Bytes that a stored id or name may have: two of them fit into one index key (3072). */
export const KEY_BYTES = 1024

const KEY = `varbinary(${KEY_BYTES})`
const TEXT = 'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
/** Said of each table: a server may have other defaults. */
const TABLE = 'ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'

/**
 * Every step of the schema, from an empty database on, for tables called `<tablePrefix>accounts` and so on.
 * A step that was published is never changed; add another one, which an older process can live with while it is being replaced.
 * MySQL commits after each of these statements, so each can be run again: a step that broke off is simply done once more.
 */
export function migrations({ tablePrefix = 'connect_integration_' }: { tablePrefix?: string } = {}): readonly Migration[] {
  checkPrefix(tablePrefix)
  const prefix = tablePrefix
  return [
    {
      version: 1,
      name: 'accounts, models and records',
      statements: [
        `CREATE TABLE IF NOT EXISTS ${prefix}schema (version int NOT NULL PRIMARY KEY) ${TABLE}`,
        // Ids are bytes: every collation of MySQL that both servers know takes "a" and "a " for the same.
        `CREATE TABLE IF NOT EXISTS ${prefix}accounts (
          id ${KEY} NOT NULL PRIMARY KEY,
          organization_id ${KEY} NOT NULL,
          user_id ${KEY},
          category ${KEY} NOT NULL,
          origin_id ${KEY} NOT NULL,
          slot ${KEY},
          linked_account_id ${KEY},
          status varbinary(16) NOT NULL,
          revision bigint NOT NULL,
          created_at bigint NOT NULL,
          updated_at bigint NOT NULL,
          due bigint,
          dirty bigint NOT NULL,
          fence bigint NOT NULL,
          lease bigint,
          recorded_at bigint,
          lease_owner ${TEXT},
          token ${TEXT},
          details ${TEXT},
          UNIQUE KEY by_origin_id (origin_id),
          UNIQUE KEY by_slot (slot),
          KEY by_organization (organization_id, id),
          KEY by_linked_account_id (linked_account_id),
          KEY by_due (due, id),
          KEY by_recorded_at (recorded_at),
          KEY by_status (status, due, lease, recorded_at)
        ) ${TABLE}`,
        // A short number stands for (account, model) in the millions of rows below.
        `CREATE TABLE IF NOT EXISTS ${prefix}models (
          model_key bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
          account_id ${KEY} NOT NULL,
          model ${KEY} NOT NULL,
          checkpoint ${TEXT},
          seq bigint NOT NULL,
          records bigint NOT NULL,
          UNIQUE KEY by_account (account_id, model)
        ) ${TABLE}`,
        // by_seq is not unique: ON DUPLICATE KEY has to mean the id and nothing else. The account's lock keeps the numbers apart.
        `CREATE TABLE IF NOT EXISTS ${prefix}records (
          model_key bigint NOT NULL,
          id ${KEY} NOT NULL,
          seq bigint NOT NULL,
          generation bigint NOT NULL,
          modified_at bigint NOT NULL,
          fence bigint NOT NULL,
          page bigint NOT NULL,
          deleted tinyint NOT NULL,
          hash varbinary(80) NOT NULL,
          data ${TEXT} NOT NULL,
          PRIMARY KEY (model_key, id),
          KEY by_seq (model_key, seq)
        ) ${TABLE}`,
        // What a sweep saw and what it missed is kept apart, so that an unchanged record is not written.
        `CREATE TABLE IF NOT EXISTS ${prefix}seen (
          model_key bigint NOT NULL,
          sweep bigint NOT NULL,
          id ${KEY} NOT NULL,
          PRIMARY KEY (model_key, sweep, id)
        ) ${TABLE}`,
        `CREATE TABLE IF NOT EXISTS ${prefix}missing (
          model_key bigint NOT NULL,
          id ${KEY} NOT NULL,
          sweep bigint NOT NULL,
          PRIMARY KEY (model_key, id)
        ) ${TABLE}`,
        `INSERT INTO ${prefix}schema (version) VALUES (1) ON DUPLICATE KEY UPDATE version = 1`,
      ].map(tidy),
    },
  ]
}

function checkPrefix(prefix: string) {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(prefix)) return
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `"tablePrefix" is ${JSON.stringify(prefix)}. Use at most 41 lower-case letters, digits and underscores, not starting with a digit.`,
  )
}
