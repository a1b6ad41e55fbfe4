import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Migration } from '../sql-storage.ts'
import { tidy } from '../tidy.ts'

/**
 * Every step of the schema, from an empty database on, for tables called `<tablePrefix>accounts` and so on.
 * A step that was published is never changed; add another one, which an older process can live with while it is being replaced.
 */
export function migrations({ tablePrefix = 'connect_integration_' }: { tablePrefix?: string } = {}): readonly Migration[] {
  checkPrefix(tablePrefix)
  const prefix = tablePrefix
  return [
    {
      version: 1,
      name: 'accounts, models and records',
      statements: [
        `CREATE TABLE IF NOT EXISTS ${prefix}schema (version INTEGER NOT NULL) STRICT`,
        // Small columns first: a count of all accounts need not read the long ones.
        `CREATE TABLE ${prefix}accounts (
          id TEXT NOT NULL PRIMARY KEY,
          organization_id TEXT NOT NULL,
          user_id TEXT,
          category TEXT NOT NULL,
          origin_id TEXT NOT NULL UNIQUE,
          slot TEXT UNIQUE,
          linked_account_id TEXT,
          status TEXT NOT NULL,
          revision INTEGER NOT NULL,
          created_at INTEGER NOT NULL,
          updated_at INTEGER NOT NULL,
          due INTEGER,
          dirty INTEGER NOT NULL,
          fence INTEGER NOT NULL,
          lease INTEGER,
          recorded_at INTEGER,
          lease_owner TEXT,
          token TEXT,
          details TEXT
        ) STRICT`,
        `CREATE INDEX ${prefix}accounts_organization ON ${prefix}accounts (organization_id, id)`,
        `CREATE INDEX ${prefix}accounts_linked ON ${prefix}accounts (linked_account_id) WHERE linked_account_id IS NOT NULL`,
        `CREATE INDEX ${prefix}accounts_due ON ${prefix}accounts (due, id) WHERE due IS NOT NULL`,
        // Empty beyond the clock's now, unless the clock was set back.
        `CREATE INDEX ${prefix}accounts_recorded ON ${prefix}accounts (recorded_at) WHERE recorded_at IS NOT NULL`,
        // A short number stands for (account, model) in the millions of rows below.
        `CREATE TABLE ${prefix}models (
          model_key INTEGER PRIMARY KEY,
          account_id TEXT NOT NULL,
          model TEXT NOT NULL,
          checkpoint TEXT,
          seq INTEGER NOT NULL,
          records INTEGER NOT NULL,
          UNIQUE (account_id, model)
        ) STRICT`,
        `CREATE TABLE ${prefix}records (
          record_key INTEGER PRIMARY KEY,
          model_key INTEGER NOT NULL,
          id TEXT NOT NULL,
          seq INTEGER NOT NULL,
          generation INTEGER NOT NULL,
          modified_at INTEGER NOT NULL,
          fence INTEGER NOT NULL,
          page INTEGER NOT NULL,
          deleted INTEGER NOT NULL,
          hash TEXT NOT NULL,
          data TEXT NOT NULL,
          UNIQUE (model_key, id),
          UNIQUE (model_key, seq)
        ) STRICT`,
        // What a sweep saw and what it missed is kept apart, so that an unchanged record is not written.
        `CREATE TABLE ${prefix}seen (
          model_key INTEGER NOT NULL,
          sweep INTEGER NOT NULL,
          id TEXT NOT NULL,
          PRIMARY KEY (model_key, sweep, id)
        ) STRICT, WITHOUT ROWID`,
        `CREATE TABLE ${prefix}missing (
          model_key INTEGER NOT NULL,
          id TEXT NOT NULL,
          sweep INTEGER NOT NULL,
          PRIMARY KEY (model_key, id)
        ) STRICT, WITHOUT ROWID`,
        `INSERT INTO ${prefix}schema (version) VALUES (1)`,
      ].map(tidy),
    },
  ]
}

function checkPrefix(prefix: string) {
  if (/^(?!sqlite_)[a-z_][a-z0-9_]{0,40}$/.test(prefix)) return
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `"tablePrefix" is ${JSON.stringify(prefix)}. Use at most 41 lower-case letters, digits and underscores, not starting with a digit or "sqlite_".`,
  )
}
