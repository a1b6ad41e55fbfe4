import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'

interface Meaning {
  readonly what: string
  /** The same call may succeed later by itself. */
  readonly retryable: boolean
}

/** What PostgreSQL's error codes (SQLSTATE) mean to whoever runs the product; a code of two characters stands for its class. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': { what: 'broke the connection', retryable: true },
  '25006': { what: 'is read-only: a standby, or default_transaction_read_only is on. Connect to the primary', retryable: true },
  '28': { what: 'refuses the user or the password. Check both in the connection string, and pg_hba.conf on the server', retryable: false },
  '3D000': { what: 'does not exist. Create it, or correct the name in the connection string', retryable: false },
  '40001': { what: 'kept finding that other transactions change the same rows (serialization failure). Keep them short', retryable: true },
  '40P01': { what: 'kept ending in deadlocks with other transactions on the same rows. Keep them short', retryable: true },
  '42501': { what: 'does not let this user do that. Grant what is missing, on the schema, its tables and its functions', retryable: false },
  '53100': { what: 'cannot grow: its disk is full. Free space on the server', retryable: true },
  '53200': { what: 'is out of memory. Give the server more', retryable: true },
  '53300': { what: 'has no connection free. Raise max_connections, make pools smaller, or put a pooler in front', retryable: true },
  '53': { what: 'lacks a resource', retryable: true },
  '55P03': { what: 'did not give a lock in time (lock_timeout). Keep other transactions on these tables short', retryable: true },
  '57014': {
    what: 'cancelled the statement: statement_timeout, or somebody by hand. Raise the timeout if it is below some seconds',
    retryable: true,
  },
  '57P03': { what: 'is starting up or shutting down. Wait for it', retryable: true },
  '58': { what: 'failed to read or write its files. Check the disk of the server', retryable: true },
  XX001: { what: 'is damaged. Restore it from a backup', retryable: false },
  XX002: { what: 'has a damaged index. REINDEX, or restore it from a backup', retryable: false },
}

/** The name of what went wrong on the way: nothing has reached the database. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up at the moment',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOENT: 'there is no such socket',
  CONNECT_TIMEOUT: 'no connection in time',
}

/** Lost on the way, or ended by the server: what was sent may have been done. */
const LOST = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'CONNECTION_CLOSED', 'CONNECTION_DESTROYED', '57P01', '57P02', '57P05', '25P03']

/** The SQLSTATE, or Node's or the driver's code; empty when there is none. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** Serialization failure and deadlock: the transaction was undone, and the same statement may succeed now. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error))
}

/** A text that json or the server's stack does not take. */
export function isUnfit(error: unknown): boolean {
  return codeOf(error).startsWith('22') || codeOf(error) === '54001'
}

export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === '23505'
}

/**
 * Says what happened to which database and what to do. Of the driver's error only its code is kept: its text, its details and what hangs
 * on it may hold rows, parameters or the connection string.
 */
export function explain(error: unknown, place: string): unknown {
  if (IntegrationError.isInstance(error) || !(error instanceof Error)) return error
  const code = codeOf(error)
  const reason = UNREACHABLE[code] ?? UNREACHABLE[codeOf((error as AggregateError).errors?.[0])]
  if (reason)
    return unavailable(`${place} cannot be reached: ${reason}. Nothing was written. Check host and port, and that it runs.`, true, code)
  if (['42P01', '42883', '3F000', '42703'].includes(code)) {
    return unavailable(
      `The tables of the storage are missing in ${inside(place)}, or in another schema. Call migrate() first.`,
      false,
      code,
    )
  }
  if (['25P01', '25P02'].includes(code)) {
    return unavailable(
      `The transaction in ${inside(place)} has failed before. Nothing was written. Roll it back and begin again.`,
      false,
      code,
    )
  }
  if (LOST.includes(code) || isLost(error)) {
    const message = `The connection to ${inside(place)} was lost. Whether the last call was carried out is unknown: wholly or not at all. Sending it again is safe.`
    return unavailable(message, true, code)
  }
  if (isFull(error)) {
    return unavailable(`${place} gave no connection in time. Nothing was written. Make the pool larger, or the load smaller.`, true, code)
  }
  const meaning = MEANINGS[code] ?? MEANINGS[code.slice(0, 2)]
  if (meaning) return unavailable(`${place} ${meaning.what}. Nothing was written.`, meaning.retryable, code)
  if (!/^[0-9A-Z]{5}$/.test(code) && !isDriver(error)) return error
  return unavailable(`${place} refused a statement (${code || 'no code'}). Nothing was written.`, false, code)
}

export function unavailable(message: string, retryable: boolean, code = ''): IntegrationError {
  const cause = code === '' ? undefined : Object.assign(new Error(`PostgreSQL or its driver: ${code}`), { code })
  return new IntegrationError(ErrorCode.STORE_UNAVAILABLE, message, { retryable, cause })
}

/** In the words of `pg`, which gives these no code. */
function isLost({ message }: Error) {
  return /connection terminated|connection ended|server closed the connection|Client was closed|not queryable/i.test(message)
}

function isFull({ message }: Error) {
  return /timeout exceeded when trying to connect|remaining connection slots/i.test(message)
}

function isDriver({ message }: Error) {
  return /PGlite is clos|Cannot use a pool after|CONNECTION_ENDED|SCRAM|password must be|SSL/i.test(message)
}

function inside(place: string) {
  return place.replace(/^The /, 'the ')
}
