import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'

/**
 * What `postgresStorage` takes: a connection string (a pool of `pg` is opened on first use, and closed by `close()`), or something open that
 * stays yours to close: a `Pool` or a connected `Client` of `pg`, a `sql` of postgres.js, or a PGlite.
 */
export type PostgresDatabase = string | PostgresQueryable | PostgresSql

/** What `within` takes, with a transaction open: a client of `pg` after `BEGIN`, the `sql` that postgres.js gives to `begin`, or PGlite's `tx`. */
export type PostgresTransaction = PostgresQueryable | PostgresSql

/** As much of `pg` and PGlite as is used here. */
export interface PostgresQueryable {
  query(text: string, values: string[]): PromiseLike<{ rows: unknown[] }>
}

/** As much of postgres.js as is used here. */
export interface PostgresSql {
  // biome-ignore lint/suspicious/noExplicitAny: its parameters are typed by what its owner has configured
  unsafe(text: string, values: any[], options: { prepare: boolean }): PromiseLike<readonly unknown[]>
}

/** One statement, its parameters and its answer in text. Rejects with what the driver rejects with. */
export interface Connection {
  /** For messages; without user and password. */
  readonly place: string
  ask(statement: string, values: readonly Value[]): Promise<string[]>
  /** Closes what was opened here. Safe to call twice. */
  close(): Promise<void>
}

export type Value = string | null

/** Opens nothing yet. */
export function connectionTo(database: PostgresDatabase): Connection {
  if (typeof database === 'string') return pooled(checkedUrl(database))
  return openConnection(database, 'postgresStorage')
}

/** A connection that somebody else has opened, and closes. */
export function openConnection(database: PostgresQueryable | PostgresSql, caller: string): Connection {
  const place = 'The PostgreSQL database'
  const close = async () => undefined
  const given: Partial<PostgresQueryable & PostgresSql & { totalCount: unknown; exec: unknown }> | null | undefined = database
  if (typeof given?.unsafe === 'function') {
    const sql = database as PostgresSql
    // "prepare" saves a round trip from the second time on; a client that was made with "prepare: false" stays without.
    return { place, close, ask: async (statement, values) => answers(await sql.unsafe(statement, [...values], { prepare: true })) }
  }
  if (typeof given?.query === 'function') {
    const ask: Connection['ask'] = (statement, values) => query(database as PostgresQueryable, statement, values)
    // A Pool has a count of its clients, and PGlite waits by itself. A Client of pg will refuse a second query while it is at one.
    const isSingle = typeof given.totalCount !== 'number' && typeof given.exec !== 'function'
    return { place, close, ask: isSingle ? oneByOne(ask) : ask }
  }
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `The first argument of ${caller} is ${describe(database)}. Pass ${caller === 'within' ? '' : 'a connection string, '}a Pool or Client of "pg", a sql of "postgres" (postgres.js), or a PGlite.`,
  )
}

/** A failure to load the driver is not remembered; a connection that fails is replaced by the pool itself. */
function pooled(url: URL): Connection {
  let opening: Promise<Pool> | undefined
  let isClosed = false
  const place = `The PostgreSQL database "${decodeURIComponent(url.pathname.slice(1)) || url.username || 'postgres'}" at ${url.host || 'the local socket'}`
  const open = async () => {
    const { default: pg } = await import('pg').catch((error: unknown) => {
      const message = 'postgresStorage was given a connection string and needs the package "pg". Install it, or pass a client of yours.'
      throw new IntegrationError(ErrorCode.CONFIG_PEER_MISSING, message, { cause: error })
    })
    const pool = new pg.Pool({ connectionString: url.href })
    // An idle connection that breaks is replaced; without a listener it would end the process.
    pool.on('error', () => undefined)
    return pool
  }
  return {
    place,
    async ask(statement, values) {
      if (isClosed)
        throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, `${place} was closed by close(). Make a new storage.`, { retryable: false })
      opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return query(await opening, statement, values)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await (await opening?.catch(() => undefined))?.end()
    },
  }
}

type Pool = PostgresQueryable & { end(): Promise<void> }

async function query(database: PostgresQueryable, statement: string, values: readonly Value[]) {
  // The drivers take null as well; their types leave the parameters open, and so must not be asked for more than text here.
  const { rows } = await database.query(statement, values as string[])
  return answers(rows)
}

function oneByOne(ask: Connection['ask']): Connection['ask'] {
  let last: Promise<unknown> = Promise.resolve()
  return (statement, values) => {
    const answer = last.then(() => ask(statement, values))
    last = answer.catch(() => undefined)
    return answer
  }
}

function answers(rows: readonly unknown[]): string[] {
  return rows.flatMap((row) => (row as { answer?: Value }).answer ?? [])
}

/** Says nothing of the string itself: it may hold a password. */
function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && ['postgres:', 'postgresql:'].includes(url.protocol)) return url
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `The first argument of postgresStorage is a text that is no connection string. Pass one like postgresql://user:password@host:5432/database, with special characters of the password percent-encoded.`,
  )
}

function describe(value: unknown) {
  return value === null
    ? 'null'
    : Array.isArray(value)
      ? 'an array'
      : typeof value === 'object'
        ? 'an object without "query"'
        : typeof value
}
