import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import {
  identityOf,
  isConnection,
  isPool,
  isPromising,
  type MysqlConnection,
  type MysqlDatabase,
  type MysqlModule,
  type MysqlPool,
} from './driver.ts'

/** Where connections come from: a pool, one connection that calls take turns on, or a URL. */
export interface Source {
  /** For messages: the database's name and address, never who logs in or how. */
  readonly place: string
  lease(): Promise<Lease>
  /** Ends what was opened here. Safe to call twice. */
  close(): Promise<void>
}

export interface Lease {
  readonly connection: MysqlConnection
  /** Opened here, so that its settings are ours to choose. */
  readonly own: boolean
  release(): void
  /** Instead of `release`, for one that is broken. */
  destroy(): void
}

/** Opens nothing. What is no database throws `CONFIG_INVALID`. */
export function sourceOf(database: string | MysqlDatabase): Source {
  if (typeof database === 'string') return urlSource(database)
  const promised = isPromising(database) ? database.promise() : database
  if (isPool(promised)) return poolSource(promised)
  if (isConnection(promised)) return singleSource(promised)
  throw invalid('neither a URL nor a pool or connection of mysql2')
}

/** For `within()`: the connection that has the transaction. */
export function connectionSource(transaction: unknown): Source {
  const promised = isPromising(transaction) ? transaction.promise() : transaction
  if (isConnection(promised) && !isPool(promised)) return singleSource(promised)
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    'The argument of within() is no connection of mysql2. Pass the one that has your transaction open; a pool has none.',
  )
}

function poolSource(pool: MysqlPool): Source {
  return { place: placeOf(pool), lease: () => leaseFrom(pool, false), close: async () => undefined }
}

async function leaseFrom(pool: MysqlPool, own: boolean): Promise<Lease> {
  const connection = await pool.getConnection()
  return { connection, own, release: () => connection.release(), destroy: () => connection.destroy() }
}

/** The last call in line of each connection, whichever storage it came from. */
const turns = new WeakMap<object, Promise<void>>()

/** Calls take turns: their statements must not mix, and a transaction belongs to one of them. */
function singleSource(connection: MysqlConnection): Source {
  const identity = identityOf(connection)
  const lease = async (): Promise<Lease> => {
    const before = turns.get(identity)
    let release = () => {}
    const turn = new Promise<void>((resolve) => {
      release = resolve
    })
    turns.set(identity, turn)
    await before
    return { connection, own: false, release, destroy: release }
  }
  return { place: placeOf(connection), lease, close: async () => undefined }
}

function urlSource(url: string): Source {
  const place = placeOfUrl(url)
  let opening: Promise<MysqlPool & { end(): Promise<void> }> | undefined
  const open = async () => {
    const mysql = await loadMysql()
    return mysql.createPool({ uri: url, charset: 'utf8mb4', multipleStatements: false })
  }
  return {
    place,
    lease: async () => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return leaseFrom(await opening, true)
    },
    async close() {
      const opened = opening
      opening = undefined
      await (await opened?.catch(() => undefined))?.end()
    },
  }
}

async function loadMysql(): Promise<MysqlModule> {
  try {
    return (await import('mysql2/promise')) as unknown as MysqlModule
  } catch (cause) {
    throw new IntegrationError(
      ErrorCode.CONFIG_PEER_MISSING,
      'mysqlStorage with a URL needs the package "mysql2", which could not be loaded. Install it, or pass a pool.',
      { cause },
    )
  }
}

function placeOfUrl(text: string) {
  // Never with the parser's error as its cause: that one quotes the URL, password and all.
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^(mysql|mariadb):$/.test(url.protocol)) throw invalid('no URL of the form mysql://user:password@host:3306/database')
  const name = url.pathname.slice(1)
  if (!url.hostname || !name) throw invalid(`a URL without ${url.hostname ? 'the name of a database' : 'a host'}`)
  return named(name, url.hostname, url.port || 3306)
}

/** The driver's own wrappers nest the options that it was given in several ways. */
function placeOf(handle: object): string {
  const { pool, connection, config } = handle as Record<string, Nested | undefined>
  const outer = (pool?.config ?? connection?.config ?? config) as Nested | undefined
  const { database, host, port } = { ...outer, ...(outer?.connectionConfig as Nested | undefined) }
  return typeof database === 'string' && typeof host === 'string' ? named(database, host, Number(port)) : 'The MySQL database'
}

type Nested = Record<string, unknown>

function named(name: string, host: string, port: number | string) {
  return `The MySQL database "${name}" at ${host}:${port}`
}

function invalid(found: string) {
  return new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `The first argument of mysqlStorage is ${found}. Pass mysql://user:password@host:3306/database, or a pool or connection of mysql2.`,
  )
}
