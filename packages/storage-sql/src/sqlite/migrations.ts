import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Connection, Statements } from './connection.ts'

/**
 * Brings the schema forward, one numbered step after the other, all in one transaction under the write lock:
 * of two processes one applies and the other finds it done. Touches nothing, not even the lock, where it is done.
 */
export async function migrate(connection: Connection, prefix: string): Promise<void> {
  const newest = MIGRATIONS.length
  if ((await connection.use((database) => schemaVersion(database, prefix))) === newest) return
  await connection.transaction((database) => {
    const version = schemaVersion(database, prefix)
    if (version > newest) throw tooNew(connection.place, version, newest)
    if (version === 0) database.run(`CREATE TABLE IF NOT EXISTS ${prefix}schema (version INTEGER NOT NULL) STRICT`)
    for (const statementsOf of MIGRATIONS.slice(version)) for (const sql of statementsOf(prefix)) database.run(sql)
    if (version === 0) database.run(`INSERT INTO ${prefix}schema (version) VALUES (?)`, newest)
    else database.run(`UPDATE ${prefix}schema SET version = ?`, newest)
  })
}

/** Step n of the list makes schema version n. A step that was published is never changed; add another one. */
const MIGRATIONS: readonly ((prefix: string) => readonly string[])[] = [
  (prefix) => [
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
      lease_owner TEXT,
      token TEXT,
      details TEXT
    ) STRICT`,
    `CREATE INDEX ${prefix}accounts_organization ON ${prefix}accounts (organization_id, id)`,
    `CREATE INDEX ${prefix}accounts_linked ON ${prefix}accounts (linked_account_id) WHERE linked_account_id IS NOT NULL`,
    `CREATE INDEX ${prefix}accounts_due ON ${prefix}accounts (due, id) WHERE due IS NOT NULL`,
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
  ],
]

/** 0 when there is no schema yet. */
function schemaVersion(database: Statements, prefix: string): number {
  if (!database.first(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`, `${prefix}schema`)) return 0
  return Number(database.first(`SELECT version FROM ${prefix}schema`)?.version ?? 0)
}

function tooNew(place: string, found: number, known: number) {
  const message = `${place} has schema version ${found}, and this version of @connect-integration/storage-sql knows ${known}. Update the package; the data was not touched.`
  return new IntegrationError(ErrorCode.STORE_CONTRACT, message)
}
