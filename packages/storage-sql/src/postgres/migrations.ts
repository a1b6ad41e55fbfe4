import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import type { Migration } from '../sql-storage.ts'
import { commitFunction } from './commit-function.ts'
import { accountFunctions } from './functions.ts'
import type { Names } from './names.ts'
import type { Session } from './session.ts'
import { tables } from './tables.ts'

/** Step n of the list makes schema version n. A step that was published is never changed; add another one. */
export function migrationsOf(names: Names): readonly Migration[] {
  return [
    { version: 1, name: 'tables of accounts, models, records and sweeps', statements: tables(names) },
    {
      version: 2,
      name: 'a function for each method that writes, and for the change feed',
      statements: [...accountFunctions(names), commitFunction(names)],
    },
  ]
}

/** What is not there yet. Changes nothing. */
export async function pending(session: Session, names: Names): Promise<readonly Migration[]> {
  const migrations = migrationsOf(names)
  const version = await schemaVersion(session, names)
  if (version > migrations.length) throw tooNew(session.place, version, migrations.length)
  return migrations.slice(version)
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
  const migrations = migrationsOf(names)
  const steps = migrations.map(
    ({ version, statements }) => `
    IF found < ${version} THEN
      ${statements.map((statement) => `EXECUTE ${literal(statement)};`).join('\n      ')}
    END IF;`,
  )
  const schema =
    names.schema === null ? '' : `IF to_regnamespace('"${names.schema}"') IS NULL THEN CREATE SCHEMA "${names.schema}"; END IF;`
  return `DO $migration$
  DECLARE
    found integer := 0;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(${literal(`connect-integration ${names.version}`)}, 0));
    ${schema}
    IF to_regclass('${names.version}') IS NOT NULL THEN
      SELECT coalesce(max(version), 0) INTO found FROM ${names.version};
    ELSE
      CREATE TABLE ${names.version} (version integer NOT NULL);
      INSERT INTO ${names.version} (version) VALUES (0);
    END IF;
    IF found >= ${migrations.length} THEN RETURN; END IF;
    ${steps.join('')}
    UPDATE ${names.version} SET version = ${migrations.length};
  END $migration$`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function tooNew(place: string, found: number, known: number) {
  const message = `${place} has schema version ${found}, and this version of @connect-integration/storage-sql knows ${known}. Update the package; the data was not touched.`
  return new IntegrationError(ErrorCode.STORE_CONTRACT, message)
}
