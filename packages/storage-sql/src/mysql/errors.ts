import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'

interface Meaning {
  readonly what: string
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
}

const CONTENDED = { what: 'is contended: a lock could not be had. Keep other transactions on these tables short', retryable: true }
const CROWDED = { what: 'takes no more connections. Raise its limit, or use fewer or smaller pools', retryable: true }
const DENIED = { what: 'denied access. Check user, password and grants', retryable: false }
const FULL = { what: 'cannot grow: its disk or tablespace is full. Free space', retryable: true }
const INTERRUPTED = { what: 'interrupted the statement, as it does when it is shut down or somebody kills it', retryable: true }
const READ_ONLY = { what: 'is read-only, as a replica is. Point the storage at the primary', retryable: true }
const OPEN =
  'got a connection with an open transaction, which is somebody else’s. Commit it before, or pass the connection to within() to take part in it'

/** What the server's error numbers mean to whoever runs the product. Their messages hold names and numbers, no content. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  1020: CONTENDED,
  1021: FULL,
  1040: CROWDED,
  1044: DENIED,
  1045: DENIED,
  1046: { what: 'is not named: the connection has none selected. Name it in the URL or in the options of the pool', retryable: false },
  1049: { what: 'does not exist. Create it, or correct its name', retryable: false },
  1053: INTERRUPTED,
  1114: FULL,
  1129: { what: 'blocks this host after many failed connections. "FLUSH HOSTS" there ends it', retryable: false },
  1130: DENIED,
  1142: DENIED,
  1153: { what: 'refused a packet as too large. Raise "max_allowed_packet" there', retryable: false },
  1203: CROWDED,
  1205: CONTENDED,
  1213: CONTENDED,
  1226: CROWDED,
  1227: DENIED,
  1290: READ_ONLY,
  1317: INTERRUPTED,
  1461: { what: 'keeps no more prepared statements. Raise "max_prepared_stmt_count" there, or use fewer connections', retryable: true },
  1568: { what: OPEN, retryable: false },
  1665: { what: 'logs statements, which needs "binlog_format" ROW or MIXED here', retryable: false },
  1792: READ_ONLY,
  1836: READ_ONLY,
  1927: INTERRUPTED,
  1969: INTERRUPTED,
  3024: INTERRUPTED,
}

/** Where the driver found nobody, or lost who was there. */
const LOST = /^(E[A-Z]+|PROTOCOL_[A-Z_]+|HANDSHAKE_[A-Z_]+)$/
const CLOSED_STATE = /closed state|Pool is closed|No connections available|Queue limit reached/

/** What has become of the writes of the call that failed. */
export type Fate = 'nothing' | 'unknown' | 'theirs'

const FATES: Readonly<Record<Fate, string>> = {
  nothing: 'Nothing was written.',
  unknown: 'It is not known whether the transaction was committed; the same call can be sent again, which never writes twice.',
  theirs: 'Roll back your transaction and begin it anew.',
}

/** The server's number, always positive; `undefined` when `error` is not the server's. */
export function serverCode(error: unknown): number | undefined {
  const { errno, sqlState } = (error ?? {}) as { errno?: unknown; sqlState?: unknown }
  return typeof errno === 'number' && errno > 0 && typeof sqlState === 'string' ? errno : undefined
}

export function isDuplicate(error: unknown): boolean {
  return serverCode(error) === 1062
}

/** The connection is gone, and with it whatever the server had to say. A server that ends or kills a connection says so at times. */
export function isLost(error: unknown): boolean {
  const code = serverCode(error)
  if (code !== undefined) return code === 1053 || code === 1927
  const { code: name, fatal, message } = (error ?? {}) as { code?: unknown; fatal?: unknown; message?: unknown }
  return fatal === true || (typeof name === 'string' && LOST.test(name)) || CLOSED_STATE.test(String(message))
}

/** Says what happened to which database and what to do. What is not the database's failure stays as it is. */
export function explain(error: unknown, place: string, fate: Fate): unknown {
  if (IntegrationError.isInstance(error)) return error
  const code = serverCode(error)
  if (code === 1146 || code === 1054) {
    return unavailable(
      `The tables of the storage are missing or old in ${place} (${messageOf(error)}). Call migrate() first.`,
      false,
      error,
    )
  }
  if (code !== undefined) {
    const meaning = MEANINGS[code]
    if (meaning) {
      const ended = fate === 'unknown' ? FATES.nothing : FATES[fate]
      return unavailable(`${place} ${meaning.what}. ${ended} (MySQL: ${messageOf(error)})`, meaning.retryable, error)
    }
    // An unknown one may quote what it refused, so neither its message nor the error itself goes on.
    return unavailable(`${place} refused a statement. ${FATES[fate]} (MySQL: ${(error as { code?: unknown }).code}, ${code})`, false)
  }
  if (!isLost(error)) return error
  return unavailable(`${place} cannot be reached, or the connection was lost. ${FATES[fate]} (${messageOf(error)})`, true, error)
}

export function closed(place: string) {
  return unavailable(`The storage on ${place} was closed. Create a new one with mysqlStorage().`, false)
}

export function unavailable(message: string, retryable: boolean, cause?: unknown) {
  return new IntegrationError(ErrorCode.STORE_UNAVAILABLE, message, { retryable, cause })
}

/** Of several addresses that were tried in vain Node says nothing but their common code. */
function messageOf(error: unknown) {
  const { message, code } = error as { message?: string; code?: string }
  return message || code
}
