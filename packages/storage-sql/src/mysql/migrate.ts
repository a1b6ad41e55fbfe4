import { createHash } from 'node:crypto'
import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Migration } from '../sql-storage.ts'
import type { Own, Statements } from './connection.ts'
import { serverCode, unavailable } from './errors.ts'

/** The steps of a storage, and the table in which each one that was carried out is written down. */
export interface Schema {
  readonly steps: readonly Migration[]
  /** What the tables' names begin with. */
  readonly prefix: string
}

/** Seconds that a process waits for another one to finish. */
const PATIENCE = 60

/**
 * Brings the schema forward, one numbered step after the other, under a lock of the server: of two processes one applies and the
 * other finds it done. Each statement is committed by itself and can be run again, and a step counts with its last one,
 * so that one that broke off is done once more by the next call. Takes no lock where all is done.
 */
export async function migrate(connection: Own, schema: Schema): Promise<void> {
  if ((await pending(connection, schema)).length > 0) await connection.hold((database) => apply(connection, schema, database))
  await connection.read((database) => checkEngine(connection, schema, database))
}

/** What {@link migrate} would do now. Only looks. */
export function pending(connection: Own, schema: Schema): Promise<readonly Migration[]> {
  return connection.read((database) => missingSteps(connection, schema, database))
}

async function apply(connection: Own, schema: Schema, database: Statements) {
  // What creates a table commits whatever transaction is open. This refuses when there is one.
  await database.plain('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
  const lock = createHash('sha256').update(`${database.session.database}/${schema.prefix}`).digest('hex').slice(0, 40)
  const row = await database.first('SELECT GET_LOCK(?, ?) AS locked', lock, PATIENCE)
  if (Number(row?.locked) !== 1) {
    throw unavailable(
      `${connection.place} is being migrated by another process, for more than ${PATIENCE} seconds. Call again later.`,
      true,
    )
  }
  try {
    for (const step of await missingSteps(connection, schema, database)) {
      for (const statement of step.statements) await database.plain(statement)
    }
  } finally {
    // A connection that is lost has given the lock back; its own error says more.
    await database.run('DO RELEASE_LOCK(?)', lock).catch(() => undefined)
  }
}

async function missingSteps({ place }: Own, { steps, prefix }: Schema, database: Statements): Promise<readonly Migration[]> {
  const newest = steps.at(-1)?.version ?? 0
  const version = await schemaVersion(database, prefix)
  if (version > newest) throw tooNew(place, version, newest)
  return steps.filter((step) => step.version > version)
}

/** 0 when there is no schema yet. */
async function schemaVersion(database: Statements, prefix: string): Promise<number> {
  try {
    return Number((await database.first(`SELECT max(version) AS version FROM ${prefix}schema`))?.version ?? 0)
  } catch (error) {
    if (serverCode(error) === 1146) return 0
    throw error
  }
}

/** Another engine takes the same statements and has neither transactions nor a log to recover from. */
async function checkEngine({ place }: Own, { prefix }: Schema, database: Statements) {
  const names = ['schema', 'accounts', 'models', 'records', 'seen', 'missing'].map((name) => prefix + name)
  const found = await database.first(
    `SELECT table_name AS name, engine AS engine FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name IN (${names.map(() => '?').join(', ')}) AND engine <> 'InnoDB'`,
    ...names,
  )
  if (!found) return
  const what = `${place} keeps the table ${found.name} in ${found.engine}, which has no transactions.`
  throw unavailable(`${what} Convert it: ALTER TABLE ${found.name} ENGINE = InnoDB.`, false)
}

function tooNew(place: string, found: number, known: number) {
  const message = `${place} has schema version ${found}, and this version of @connect-integration/storage-sql knows ${known}. Update the package; the data was not touched.`
  return new IntegrationError(ErrorCode.STORE_CONTRACT, message)
}
