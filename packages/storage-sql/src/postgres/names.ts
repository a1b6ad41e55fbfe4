import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'

/** Quoted names of everything in the database. The functions carry the schema's version: an older worker goes on with its own while a newer one is deployed. */
export interface Names {
  readonly schema: string | null
  readonly prefix: string
  readonly accounts: string
  readonly models: string
  readonly records: string
  readonly seen: string
  readonly missing: string
  readonly version: string
  readonly reserve: string
  readonly update: string
  readonly schedule: string
  readonly claim: string
  readonly renew: string
  readonly commit: string
  readonly purge: string
  readonly changes: string
  /** Of an index, which is in its table's schema by itself. */
  index(name: string): string
}

export interface NameOptions {
  /** What the names of tables and functions begin with: lower-case letters, digits and underscores. Default `connect_integration_`. */
  tablePrefix?: string
  /** The schema of the tables, created by the first step when it is missing. Absent: the first one in the connection's `search_path`. */
  schema?: string
}

/** Throws `CONFIG_INVALID` for a name that would have to be escaped. */
export function namesFrom({ tablePrefix = 'connect_integration_', schema }: NameOptions): Names {
  checkName('tablePrefix', tablePrefix)
  if (schema !== undefined) checkName('schema', schema)
  return namesOf(tablePrefix, schema ?? null)
}

function namesOf(prefix: string, schema: string | null): Names {
  const named = (name: string) => (schema === null ? `"${prefix}${name}"` : `"${schema}"."${prefix}${name}"`)
  return {
    schema,
    prefix,
    accounts: named('accounts'),
    models: named('models'),
    records: named('records'),
    seen: named('seen'),
    missing: named('missing'),
    version: named('schema'),
    reserve: named('reserve_1'),
    update: named('update_1'),
    schedule: named('schedule_1'),
    claim: named('claim_1'),
    renew: named('renew_1'),
    commit: named('commit_1'),
    purge: named('purge_1'),
    changes: named('changes_1'),
    index: (name) => `"${prefix}${name}"`,
  }
}

function checkName(option: string, name: string) {
  if (/^(?!pg_)[a-z_][a-z0-9_]{0,40}$/.test(name)) return
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `"${option}" is ${JSON.stringify(name)}. Use at most 41 lower-case letters, digits and underscores, not starting with a digit or "pg_".`,
  )
}
