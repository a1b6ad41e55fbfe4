import type { Row, Value } from '../rows.ts'
import { identityOf, type MysqlConnection } from './driver.ts'
import { closed, explain, type Fate, isLost, serverCode, unavailable } from './errors.ts'
import { CONFIGURE, EXAMINE, examined, type Session } from './session.ts'
import type { Lease, Source } from './source.ts'

/** A database that is reached on first use, and whose failures name it. */
export interface Connection {
  /** For messages. */
  readonly place: string
  /** Statements that only read, and need not belong together. */
  read<Result>(work: Work<Result>): Promise<Result>
  /** All of `work` or, when it throws, nothing. May run `work` again when the server or the line gave up before the commit. */
  transaction<Result>(work: Work<Result>): Promise<Result>
}

export type Work<Result> = (database: Statements) => Promise<Result>

/** SQL on one connection. Only statements from a fixed set, so that the driver and the server can keep them prepared. */
export interface Statements {
  readonly session: Session
  all(sql: string, ...parameters: Value[]): Promise<Row[]>
  first(sql: string, ...parameters: Value[]): Promise<Row | undefined>
  run(sql: string, ...parameters: Value[]): Promise<void>
  /** What cannot be prepared: the statements about transactions, savepoints and tables. */
  plain(sql: string): Promise<void>
}

export interface Own extends Connection {
  /** One connection for all of `work`, outside of a transaction: for what commits by itself. */
  hold<Result>(work: Work<Result>): Promise<Result>
  /** Closes what was opened here. Safe to call twice. */
  close(): Promise<void>
}

/** Fails inside a transaction (1568), and so never commits what somebody else has begun. */
const READ_COMMITTED = 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED'

/** How often a call is tried in all, by the server's number: 1213 deadlock, 1020 changed since read, 1205 waited too long for a lock. */
const ATTEMPTS: Readonly<Record<number, number>> = { 1213: 10, 1020: 10, 1205: 2 }
/** A connection that had idled to its end tells so when it is used. */
const ATTEMPTS_WHEN_LOST = 3

export function connection(source: Source, durability: 'full' | 'server'): Own {
  const { place } = source
  const sessions = new WeakMap<object, Session>()
  let isClosed = false

  const examine = async ({ connection: handle, own }: Lease) => {
    const identity = identityOf(handle)
    const known = sessions.get(identity)
    if (known) return statements(handle, known)
    if (own) await handle.query(CONFIGURE)
    const session = await sessionOf(handle, { place, durability, within: false })
    sessions.set(identity, session)
    return statements(handle, session)
  }

  /** `fate` says what has become of the writes when `work` throws. */
  const use = async <Result>(work: Work<Result>, fate: () => Fate): Promise<Result> => {
    for (let attempt = 1; ; attempt++) {
      if (isClosed) throw closed(place)
      let lease: Lease | undefined
      try {
        lease = await source.lease()
        const result = await work(await examine(lease))
        lease.release()
        return result
      } catch (error) {
        if (isLost(error)) lease?.destroy()
        else lease?.release()
        if (fate() === 'nothing' && attempt < attemptsFor(error, lease !== undefined)) continue
        throw isClosed ? closed(place) : explain(error, place, fate())
      }
    }
  }

  return {
    place,
    read: (work) => use(work, () => 'nothing'),
    hold: (work) => use(work, () => 'nothing'),
    transaction: (work) => {
      const state = { committing: false, lost: false }
      return use(
        (database) => inTransaction(database, work, state),
        () => (state.committing && state.lost ? 'unknown' : 'nothing'),
      )
    },
    async close() {
      isClosed = true
      await source.close()
    },
  }
}

/** Somebody else's transaction: nothing is committed here, and what fails leaves it as it was before the call. */
export function within(source: Source, durability: 'full' | 'server'): Connection {
  const { place } = source
  let session: Session | undefined
  const use = async <Result>(work: Work<Result>): Promise<Result> => {
    const lease = await source.lease()
    try {
      session ??= await sessionOf(lease.connection, { place, durability, within: true })
      return await work(statements(lease.connection, session))
    } catch (error) {
      throw explain(error, place, 'theirs')
    } finally {
      lease.release()
    }
  }
  return { place, read: use, transaction: (work) => use((database) => inSavepoint(database, work, place)) }
}

async function inTransaction<Result>(database: Statements, work: Work<Result>, state: { committing: boolean; lost: boolean }) {
  state.committing = false
  await database.plain(READ_COMMITTED)
  try {
    await database.plain('START TRANSACTION')
    const result = await work(database)
    state.committing = true
    await database.plain('COMMIT')
    return result
  } catch (error) {
    state.lost = isLost(error)
    if (!state.lost) await database.plain('ROLLBACK')
    throw error
  }
}

async function inSavepoint<Result>(database: Statements, work: Work<Result>, place: string): Promise<Result> {
  const isOpen = await database.plain(READ_COMMITTED).then(
    () => false,
    (error: unknown) => {
      if (serverCode(error) === 1568) return true
      throw error
    },
  )
  if (!isOpen) {
    throw unavailable(`${place}: the connection passed to within() has no open transaction. Begin one first. Nothing was written.`, false)
  }
  await database.plain('SAVEPOINT connect_integration_call')
  try {
    const result = await work(database)
    await database.plain('RELEASE SAVEPOINT connect_integration_call')
    return result
  } catch (error) {
    // After a deadlock the server has rolled back everything, the savepoint too; a lost connection has nothing left.
    await database.plain('ROLLBACK TO SAVEPOINT connect_integration_call').catch(() => undefined)
    throw error
  }
}

async function sessionOf(handle: MysqlConnection, demands: Parameters<typeof examined>[1]): Promise<Session> {
  const [rows] = await handle.execute(query(EXAMINE, []))
  return examined(toRow((rows as Record<string, unknown>[])[0] ?? {}), demands)
}

function statements(handle: MysqlConnection, session: Session): Statements {
  const all = async (sql: string, ...parameters: Value[]) => {
    const [rows] = await handle.execute(query(sql, parameters))
    return (rows as Record<string, unknown>[]).map(toRow)
  }
  return {
    session,
    all,
    first: async (sql, ...parameters) => (await all(sql, ...parameters))[0],
    run: async (sql, ...parameters) => void (await handle.execute(query(sql, parameters))),
    plain: async (sql) => void (await handle.query(sql)),
  }
}

function query(sql: string, values: Value[]) {
  return { sql, values, rowsAsArray: false, nestTables: false, typeCast: true, dateStrings: true } as const
}

/** Ids are kept as bytes, which the driver gives back as such. */
function toRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value).toString() : (value as Value)]),
  )
}

function attemptsFor(error: unknown, hadConnection: boolean) {
  const code = serverCode(error)
  if (code !== undefined && ATTEMPTS[code] !== undefined) return ATTEMPTS[code]
  return hadConnection && isLost(error) ? ATTEMPTS_WHEN_LOST : 1
}
