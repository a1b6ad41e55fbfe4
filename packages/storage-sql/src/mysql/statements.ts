import { CLOCK_SLACK_MS } from '@connect-integration/server/storage'
import { KEY_BYTES } from './migrations.ts'

export type Sql = ReturnType<typeof statements>

/** Epoch milliseconds by the database's clock, whatever its time zone is. */
const DATABASE_NOW = `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000`
/** The store's now: the parameter, or the database's own when that is null. */
const NOW = `COALESCE(?, ${DATABASE_NOW})`
/** Later than any time. */
const NEVER = '9223372036854775807'

/**
 * Every statement but those that depend on a query's filters, for tables called `<prefix>accounts` and so on. Only what both
 * MariaDB and MySQL know. Whatever is read in order to write is read with a lock, so that it is the newest even in
 * somebody else's transaction that has begun long ago; the account's row always comes first.
 */
export function statements(prefix: string) {
  const accounts = `${prefix}accounts`
  const models = `${prefix}models`
  const records = `${prefix}records`
  const seen = `${prefix}seen`
  const missing = `${prefix}missing`
  const unseen = `NOT EXISTS (SELECT 1 FROM ${seen} s WHERE s.model_key = r.model_key AND s.sweep = ? AND s.id = r.id)`
  const ids = table(['id', ID])

  /** Whole accounts, from one statement, so that account and models are of one moment. */
  const columns = 'a.*, m.model, m.checkpoint, m.seq, m.records'
  const select = (which: string) => `
    SELECT ${columns} FROM (SELECT * FROM ${accounts} WHERE ${which}) a
    LEFT JOIN ${models} m ON m.account_id = a.id ORDER BY a.id`
  const selectNewest = (which: string) => `
    SELECT ${columns} FROM ${accounts} a LEFT JOIN ${models} m ON m.account_id = a.id WHERE ${which} LOCK IN SHARE MODE`
  // Where the clock was set back since, a lease has ended, and what is due at any time is due now: see the port's claim.
  const isSetBackAt = (now: string) => `recorded_at > ${now} + ${CLOCK_SLACK_MS}`
  const isFreeAt = (now: string) => `(lease IS NULL OR lease <= ${now} OR ${isSetBackAt(now)})`
  const isSetBack = isSetBackAt(NOW)
  const isFree = isFreeAt(NOW)
  const claimable = (lock: string) => `
    SELECT id, ${NOW} AS now, 0 AS is_set_back FROM ${accounts}
    WHERE due <= ${NOW} AND ${isFree} AND status <> 'deleted'
    ORDER BY due, id LIMIT ? ${lock}`
  // What claimable does not see: it only counts as due.
  const claimableSetBack = (lock: string) => `
    SELECT id, ${NOW} AS now, 1 AS is_set_back FROM ${accounts} FORCE INDEX (by_recorded_at)
    WHERE ${isSetBack} AND due > ${NOW} AND status <> 'deleted'
    ORDER BY recorded_at LIMIT ? ${lock}`
  const claimableById = (lock: string) => `
    SELECT id, ${NOW} AS now, COALESCE(${isSetBack}, 0) AS is_set_back FROM ${accounts}
    WHERE id = ? AND ${isFree} AND status <> 'deleted' LIMIT ? ${lock}`

  return {
    select,
    byIdAndOrganization: select('id = ? AND organization_id = ?'),
    byOriginId: select('origin_id = ? AND category = ?'),
    // A tombstone keeps its id at Merge; whoever lives under that id comes first.
    byLinkedAccountId: select(`linked_account_id = ? ORDER BY status = 'deleted', id LIMIT 1`),
    bySlot: select('slot = ?'),
    newestById: selectNewest('a.id = ?'),
    newestBySlot: selectNewest('a.slot = ?'),

    insert: `
      INSERT INTO ${accounts}
        (id, organization_id, user_id, category, origin_id, slot, status, details, created_at, updated_at, revision, dirty, fence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0)`,
    idUsed: `SELECT 1 AS used FROM ${accounts} WHERE id = ? LOCK IN SHARE MODE`,
    originIdUsed: `SELECT 1 AS used FROM ${accounts} WHERE origin_id = ? LOCK IN SHARE MODE`,
    lock: `SELECT a.*, ${NOW} AS now FROM ${accounts} a WHERE id = ? FOR UPDATE`,
    update: `
      UPDATE ${accounts} SET slot = ?, linked_account_id = ?, status = ?, token = ?, details = ?, updated_at = ?,
        due = ?, dirty = ?, lease = ?, recorded_at = ?, revision = revision + 1
      WHERE id = ?`,
    // recorded_at last: what comes before it goes by the old one.
    schedule: `
      UPDATE ${accounts} SET
        due = LEAST(COALESCE(due, ${NEVER}), CASE WHEN due IS NOT NULL AND ${isSetBack} THEN ${NOW} ELSE ${NEVER} END, ${NOW} + ?),
        lease = CASE WHEN ${isSetBack} THEN NULL ELSE lease END, dirty = dirty + 1, recorded_at = ${NOW}
      WHERE id = ? AND status <> 'deleted'`,

    /** What there is to claim, in one round trip. */
    claimable: `(${claimable('')}) UNION ALL (${claimableSetBack('')})`,
    claimableById: claimableById(''),
    // A row that somebody works on is passed over, not waited for; one that is asked for by its id is worth the wait.
    claimableLocked: claimable('FOR UPDATE SKIP LOCKED'),
    claimableSetBackLocked: claimableSetBack('FOR UPDATE SKIP LOCKED'),
    claimableByIdLocked: claimableById('FOR UPDATE'),
    lease: `
      UPDATE ${ids} STRAIGHT_JOIN ${accounts} a ON a.id = j.id
      SET a.fence = a.fence + 1, a.due = LEAST(a.due, ?), a.lease = ? + ?, a.lease_owner = ?, a.recorded_at = ?`,
    leased: `
      SELECT ${columns} FROM ${ids} STRAIGHT_JOIN ${accounts} a ON a.id = j.id LEFT JOIN ${models} m ON m.account_id = a.id
      ORDER BY j.place LOCK IN SHARE MODE`,
    renew: `UPDATE ${accounts} SET due = ?, lease = ? + ?, recorded_at = ? WHERE id = ?`,
    // Without a due and a lease there is nothing to compare with a clock.
    release: `UPDATE ${accounts} SET lease = NULL, lease_owner = NULL, due = ?, recorded_at = ? WHERE id = ?`,

    accountAndModel: `
      SELECT a.status, a.fence, a.dirty, ${NOW} AS now, m.model_key, m.checkpoint, m.seq, m.records
      FROM ${accounts} a LEFT JOIN ${models} m ON m.account_id = a.id AND m.model = ? WHERE a.id = ? FOR UPDATE`,
    insertModel: `INSERT INTO ${models} (account_id, model, seq, records) VALUES (?, ?, 0, 0)`,
    modelKey: `SELECT model_key FROM ${models} WHERE account_id = ? AND model = ? FOR UPDATE`,
    updateModel: `UPDATE ${models} SET checkpoint = ?, seq = ?, records = ? WHERE model_key = ?`,
    versions: `
      SELECT j.place, r.generation, r.modified_at, r.fence, r.page, r.deleted, r.hash
      FROM ${ids} STRAIGHT_JOIN ${records} r ON r.model_key = ? AND r.id = j.id FOR UPDATE`,
    storeRecords: `
      INSERT INTO ${records} (model_key, fence, id, seq, generation, modified_at, page, deleted, hash, data)
      SELECT ?, ?, j.id, j.new_seq, j.new_generation, j.new_modified_at, j.new_page, j.new_deleted, j.new_hash, j.new_data FROM ${RECORDS}
      ON DUPLICATE KEY UPDATE fence = VALUES(fence), seq = j.new_seq, generation = j.new_generation, modified_at = j.new_modified_at,
        page = j.new_page, deleted = j.new_deleted, hash = j.new_hash, data = j.new_data`,

    forgetSeen: `DELETE FROM ${seen} WHERE model_key = ? AND sweep < ?`,
    markSeen: `INSERT INTO ${seen} (model_key, sweep, id) SELECT ?, ?, j.id FROM ${ids} ON DUPLICATE KEY UPDATE sweep = VALUES(sweep)`,
    clearMissing: `DELETE m FROM ${ids} STRAIGHT_JOIN ${missing} m ON m.model_key = ? AND m.id = j.id`,
    retirable: `
      SELECT r.id FROM ${missing} m STRAIGHT_JOIN ${records} r ON r.model_key = m.model_key AND r.id = m.id
      WHERE m.model_key = ? AND m.sweep = ? - 1 AND r.deleted = 0 AND r.modified_at <= ? AND ${unseen}
      ORDER BY r.seq FOR UPDATE`,
    retire: `
      UPDATE ${table(['id', ID], ['new_seq', 'bigint'])} STRAIGHT_JOIN ${records} r ON r.model_key = ? AND r.id = j.id
      SET r.seq = j.new_seq, r.deleted = 1`,
    markMissing: `
      INSERT INTO ${missing} (model_key, id, sweep)
      SELECT r.model_key, r.id, ? FROM ${records} r WHERE r.model_key = ? AND r.deleted = 0 AND ${unseen}
      ON DUPLICATE KEY UPDATE sweep = VALUES(sweep)`,
    forgetMissing: `DELETE FROM ${missing} WHERE model_key = ? AND sweep < ?`,

    entomb: `
      UPDATE ${accounts} SET status = 'deleted', slot = NULL, token = NULL, details = NULL, due = NULL,
        lease = NULL, lease_owner = NULL, recorded_at = NULL, fence = fence + 1, revision = revision + 1
      WHERE id = ?`,
    deleteContent: [
      ...[records, seen, missing].map(
        (content) => `DELETE c FROM ${models} m STRAIGHT_JOIN ${content} c ON c.model_key = m.model_key WHERE m.account_id = ?`,
      ),
      `DELETE FROM ${models} WHERE account_id = ?`,
    ],

    changes: `
      SELECT seq, id, deleted, modified_at, data FROM ${records} FORCE INDEX (by_seq)
      WHERE model_key = (SELECT model_key FROM ${models} WHERE account_id = ? AND model = ?) AND seq > ?
      ORDER BY seq LIMIT ?`,
    stats: `
      SELECT status, count(*) AS accounts,
        count(CASE WHEN ${isFreeAt('now')} THEN NULL ELSE 1 END) AS leased,
        count(CASE WHEN (due <= now OR (due > now AND ${isSetBackAt('now')})) AND ${isFreeAt('now')} THEN 1 END) AS due,
        max(CASE WHEN ${isFreeAt('now')} THEN now - due END) AS late
      FROM (SELECT status, due, lease, recorded_at, ${NOW} AS now FROM ${accounts} FORCE INDEX (by_status)) a GROUP BY status`,
  }
}

const ID = `varchar(${KEY_BYTES}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`

const RECORDS = table(
  ['id', ID],
  ['new_seq', 'bigint'],
  ['new_generation', 'bigint'],
  ['new_modified_at', 'bigint'],
  ['new_page', 'bigint'],
  ['new_deleted', 'tinyint'],
  ['new_hash', 'varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'],
  ['new_data', 'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'],
)

/**
 * One parameter for any number of rows: a JSON array of arrays, as a table called j. So there is one statement to prepare, however many
 * rows there are. What does not fit a column is an error; by default it would be NULL.
 */
function table(...fields: readonly (readonly [name: string, type: string])[]) {
  const columns = fields.map(([name, type], place) => `${name} ${type} PATH '$[${place}]' ERROR ON EMPTY ERROR ON ERROR`)
  return `JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY, ${columns.join(', ')})) j`
}
