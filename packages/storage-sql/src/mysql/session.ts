import type { Row } from '../rows.ts'
import { unavailable } from './errors.ts'

/** What a session must be like before anything is entrusted to it. */
export interface Session {
  /** Name of the database, for locks. */
  readonly database: string
  /** Bytes that one packet may have, `max_allowed_packet`. */
  readonly packet: number
}

export interface Demands {
  readonly place: string
  readonly durability: 'full' | 'server'
  /** `true`: the connection is within somebody else's transaction, so that it does not matter what begins one. */
  readonly within: boolean
}

/** For connections that were opened here: whatever the server's defaults are, this is how they have to be. */
export const CONFIGURE = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', autocommit = 1`

export const EXAMINE = `
  SELECT VERSION() AS version, DATABASE() AS name, @@SESSION.sql_mode AS mode, @@SESSION.autocommit AS autocommit,
    @@SESSION.character_set_client AS client, @@SESSION.character_set_connection AS connection, @@SESSION.character_set_results AS results,
    @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@SESSION.max_allowed_packet AS packet`

/** Refuses a session that would damage or lose what it is given, in words that say what to set. */
export function examined(row: Row, { place, durability, within }: Demands): Session {
  const { version, name, mode, autocommit, client, connection, results, flush, packet } = row
  const refuse = (what: string, todo: string) => unavailable(`${place} ${what}. ${todo} Nothing was written.`, false)
  if (!isKnown(String(version))) {
    throw refuse(`is version ${version}`, 'Use MariaDB 10.6 or newer, or MySQL 8.0.19 or newer.')
  }
  if (name === null) throw refuse('is not named', 'Select a database in the URL or in the options of the pool.')
  const modes = String(mode).split(',')
  if (!modes.some((one) => one === 'STRICT_TRANS_TABLES' || one === 'STRICT_ALL_TABLES')) {
    throw refuse(
      'has "sql_mode" without a strict mode, so that it would cut off what does not fit',
      'Add STRICT_TRANS_TABLES to the "sql_mode" of these connections, or pass a URL.',
    )
  }
  if (modes.includes('EMPTY_STRING_IS_NULL')) {
    throw refuse(
      'has EMPTY_STRING_IS_NULL in "sql_mode", which changes empty texts',
      'Take it (or ORACLE) from the "sql_mode" of these connections.',
    )
  }
  const foreign = [client, connection, results].find((set) => set !== 'utf8mb4')
  if (foreign !== undefined) {
    throw refuse(`has a connection in ${foreign}, which cannot spell every text`, 'Create the pool or connection with charset "utf8mb4".')
  }
  if (Number(autocommit) !== 1 && !within) {
    throw refuse(
      'has "autocommit" off, so that its reads would go stale',
      'Leave it on for these connections, or pass one to within() to take part in a transaction.',
    )
  }
  if (Number(flush) !== 1 && durability === 'full') {
    throw refuse(
      `has "innodb_flush_log_at_trx_commit" = ${flush}, with which a crash loses what was committed last`,
      `Set it to 1, or accept that loss with durability: 'server'.`,
    )
  }
  return { database: String(name), packet: Number(packet) }
}

/** JSON_TABLE and SKIP LOCKED came with these. */
function isKnown(version: string) {
  const [major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, '')) ?? []).slice(1).map(Number)
  if (/mariadb/i.test(version)) return major > 10 || (major === 10 && minor >= 6)
  return major > 8 || (major === 8 && (minor > 0 || patch >= 19))
}
