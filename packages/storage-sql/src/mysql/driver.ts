/**
 * What is used of `mysql2`, by shape: nothing is imported from it, so any version that fits is fine.
 * Its pools and connections fit as they are, from `mysql2/promise` and, through their `promise()`, from `mysql2`.
 */
export type MysqlDatabase = MysqlPool | MysqlConnection | Promising<MysqlPool> | Promising<MysqlConnection>

/** A pool of `mysql2/promise`. */
export interface MysqlPool {
  getConnection(): Promise<MysqlPoolConnection>
}

/** A connection of `mysql2/promise`. */
export interface MysqlConnection {
  query(sql: string): Promise<[unknown, ...unknown[]]>
  execute(options: MysqlQuery): Promise<[unknown, ...unknown[]]>
}

export interface MysqlPoolConnection extends MysqlConnection {
  release(): void
  destroy(): void
}

/** A pool or connection of `mysql2` itself, whose methods take callbacks. */
export interface Promising<Promised> {
  promise(): Promised
}

/** Every option that changes what rows look like is set with each statement: the owner of a pool may prefer another. */
export interface MysqlQuery {
  sql: string
  values: (string | number | null)[]
  rowsAsArray: false
  nestTables: false
  typeCast: true
  dateStrings: true
}

export interface MysqlModule {
  createPool(options: MysqlPoolOptions): MysqlPool & { end(): Promise<void> }
}

export interface MysqlPoolOptions {
  uri: string
  charset: string
  multipleStatements: false
}

export function isPool(value: unknown): value is MysqlPool {
  return has(value, 'getConnection')
}

export function isConnection(value: unknown): value is MysqlConnection {
  return has(value, 'execute') && has(value, 'query')
}

/** The callback kind has `execute` and `getConnection` too, so this is asked first. */
export function isPromising(value: unknown): value is Promising<unknown> {
  return has(value, 'promise')
}

/** The same for every wrapper of one connection: `getConnection` makes a new one each time. */
export function identityOf(connection: MysqlConnection): object {
  const { connection: inner } = connection as { connection?: unknown }
  return typeof inner === 'object' && inner !== null ? inner : connection
}

function has(value: unknown, method: string) {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function'
}
