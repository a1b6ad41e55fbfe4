import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Migration } from '../sql-storage.ts'
import { tidy } from '../tidy.ts'
import { commitFunction } from './commit-function.ts'
import { accountFunctions } from './functions.ts'
import { type NameOptions, type Names, namesFrom } from './names.ts'
import type { Session } from './session.ts'
import { tables } from './tables.ts'

/**
 * Every step of the schema, from an empty database on, for tables called `<tablePrefix>accounts` and so on.
 * A step that was published is never changed; add another one, which an older process can live with while it is being replaced.
 */
export function migrations(options: NameOptions = {}): readonly Migration[] {
  return migrationsOf(namesFrom(options))
}

function migrationsOf(names: Names): readonly Migration[] {
  return [
    {
      version: 1,
      name: 'tables of accounts, models, records and sweeps',
      statements: [...versionTable(names), ...tables(names), `INSERT INTO ${names.version} (version) VALUES (1)`].map(tidy),
    },
    {
      version: 2,
      name: 'a function for each method that writes, and for the change feed',
      statements: [...accountFunctions(names), commitFunction(names), `UPDATE ${names.version} SET version = 2`].map(tidy),
    },
  ]
}

/** What is not there yet. Changes nothing. */
export async function pending(session: Session, names: Names): Promise<readonly Migration[]> {
  const steps = migrationsOf(names)
  const version = await schemaVersion(session, names)
  if (version > steps.length) throw tooNew(session.place, version, steps.length)
  return steps.slice(version)
}

/**
 * Brings the schema forward, one numbered step after the other, all in one statement and so in one transaction, under a lock of its own:
 * of two processes one applies and the other finds it done. Touches nothing, not even the lock, where it is done.
 */
export async function migrate(session: Session, names: Names): Promise<void> {
  if ((await pending(session, names)).length === 0) return
  await checkEncoding(session)
  try {
    await session.ask(migration(names), [])
  } catch (error) {
    // Where transactions see one moment only, whoever has waited for the lock does not see that it is done.
    if ((await pending(session, names)).length > 0) throw error
  }
}

/** 0 when there is no schema yet. */
async function schemaVersion(session: Session, names: Names): Promise<number> {
  const [found] = await session.ask(`SELECT to_regclass($1::text)::text AS answer`, [names.version])
  if (found === undefined) return 0
  const [version] = await session.ask(`SELECT max(version)::text AS answer FROM ${names.version}`, [])
  return Number(version ?? 0)
}

async function checkEncoding(session: Session) {
  const [encoding] = await session.ask(`SELECT current_setting('server_encoding') AS answer`, [])
  if (encoding === 'UTF8') return
  const message = `${session.place} has the encoding ${encoding}, which cannot hold every name. Create a database with ENCODING 'UTF8'.`
  throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, message, { retryable: false })
}

function migration(names: Names): string {
  const steps = migrationsOf(names).map(
    ({ version, statements }) => `
    IF found < ${version} THEN
      ${statements.map((statement) => `EXECUTE ${literal(statement)};`).join('\n      ')}
    END IF;`,
  )
  return `DO $migration$
  DECLARE
    found integer := 0;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(${literal(`connect-integration ${names.version}`)}, 0));
    IF to_regclass('${names.version}') IS NOT NULL THEN
      SELECT coalesce(max(version), 0) INTO found FROM ${names.version};
    END IF;${steps.join('')}
  END $migration$`
}

/** CREATE SCHEMA IF NOT EXISTS would ask for a right that nobody needs where the schema is there. */
function versionTable({ schema, version }: Names): string[] {
  const table = `CREATE TABLE IF NOT EXISTS ${version} (version integer NOT NULL)`
  if (schema === null) return [table]
  return [`DO $schema$ BEGIN IF to_regnamespace('"${schema}"') IS NULL THEN CREATE SCHEMA "${schema}"; END IF; END $schema$`, table]
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function tooNew(place: string, found: number, known: number) {
  const message = `${place} has schema version ${found}, and this version of @connect-integration/storage-sql knows ${known}. Update the package; the data was not touched.`
  return new IntegrationError(ErrorCode.STORE_CONTRACT, message)
}
