import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Migration } from '../sql-storage.ts'
import type { Connection, OwnConnection, Statements } from './connection.ts'

/** The steps of a storage, and the table in which the last one that was carried out is written down. */
export interface Schema {
  readonly steps: readonly Migration[]
  /** What the tables' names begin with. */
  readonly prefix: string
}

/**
 * Brings the schema forward, one numbered step after the other, all in one transaction under the write lock:
 * of two processes one applies and the other finds it done. Touches nothing, not even the lock, where it is done.
 */
export async function migrate(connection: Connection, schema: Schema): Promise<void> {
  const find = (database: Statements) => missingSteps(connection, schema, schemaVersion(database, schema.prefix))
  if ((await connection.use(find)).length === 0) return
  await connection.transaction((database) => {
    for (const { statements } of find(database)) for (const sql of statements) database.run(sql)
  })
}

/** What {@link migrate} would do now. Only looks: a file that is not there is not created. */
export async function pending(connection: OwnConnection, schema: Schema): Promise<readonly Migration[]> {
  const version = (await connection.look((database) => schemaVersion(database, schema.prefix))) ?? 0
  return missingSteps(connection, schema, version)
}

function missingSteps({ place }: Connection, { steps }: Schema, version: number): readonly Migration[] {
  const newest = steps.at(-1)?.version ?? 0
  if (version > newest) throw tooNew(place, version, newest)
  return steps.filter((step) => step.version > version)
}

/** 0 when there is no schema yet. */
function schemaVersion(database: Statements, prefix: string): number {
  if (!database.first(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`, `${prefix}schema`)) return 0
  return Number(database.first(`SELECT max(version) AS version FROM ${prefix}schema`)?.version ?? 0)
}

function tooNew(place: string, found: number, known: number) {
  const message = `${place} has schema version ${found}, and this version of @connect-integration/storage-sql knows ${known}. Update the package; the data was not touched.`
  return new IntegrationError(ErrorCode.STORE_CONTRACT, message)
}
