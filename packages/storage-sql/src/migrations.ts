import { migrations as mysql } from './mysql/migrations.ts'
import { migrations as postgres } from './postgres/migrations.ts'
import type { Migration } from './sql-storage.ts'
import { migrations as sqlite } from './sqlite/migrations.ts'

const DIALECTS = { sqlite, postgres, mysql }

type Dialects = typeof DIALECTS

/** The databases that there is a storage for; `mysql` is MariaDB too. */
export type Dialect = keyof Dialects

/** What the names of the tables depend on: as the storage of that database takes it. */
export type MigrationOptions<Name extends Dialect> = NonNullable<Parameters<Dialects[Name]>[0]>

/**
 * Every step of the schema, in order, from an empty database on: for a migration tool of your own, or to look at.
 * Connects to nothing. Options that the storage would refuse throw `CONFIG_INVALID` here too.
 */
export function migrations<Name extends Dialect>(dialect: Name, options?: MigrationOptions<Name>): readonly Migration[] {
  return DIALECTS[dialect](options)
}

/**
 * The same as plain SQL: a database on which it was run is one that `migrate()` finds done. `from` is the version that the database
 * has already (default 0, an empty one); the text is empty when nothing is newer.
 *
 * It begins and commits nothing, and takes no lock: run it in one transaction, once. On PostgreSQL bodies of functions have semicolons of
 * their own; a tool that would cut there takes the statements of `migrations()` instead. MySQL and MariaDB commit each statement by itself, whatever
 * transaction is open; one that broke off is run again from its beginning, which does no harm.
 */
export function migrationSql<Name extends Dialect>(dialect: Name, options?: MigrationOptions<Name> & { from?: number }): string {
  const steps = migrations(dialect, options).filter(({ version }) => version > (options?.from ?? 0))
  return steps.map(({ version, name, statements }) => `-- ${version}. ${name}\n${statements.map((sql) => `${sql};\n`).join('')}`).join('\n')
}
