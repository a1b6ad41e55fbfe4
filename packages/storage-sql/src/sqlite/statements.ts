import { CLOCK_SLACK_MS } from '@connect-integration/server/storage'

export type Sql = ReturnType<typeof statements>

/** Every statement but those that depend on a query's filters, for tables called `<prefix>accounts` and so on. */
export function statements(prefix: string) {
  const accounts = `${prefix}accounts`
  const models = `${prefix}models`
  const records = `${prefix}records`
  const seen = `${prefix}seen`
  const missing = `${prefix}missing`
  const ofAccount = `model_key IN (SELECT model_key FROM ${models} WHERE account_id = ?)`
  const unseen = `NOT EXISTS (SELECT 1 FROM ${seen} s WHERE s.model_key = r.model_key AND s.sweep = ? AND s.id = r.id)`

  // Where the clock was set back since, a lease has ended, and what is due at any time is due now: see the port's claim.
  const isSetBack = `recorded_at > now + ${CLOCK_SLACK_MS}`
  const isFree = `(lease IS NULL OR lease <= now OR ${isSetBack})`
  const settledDue = `CASE WHEN due > now AND ${isSetBack} THEN now ELSE due END`

  /** Whole accounts, from one statement, so that account and models are of one moment. */
  const select = (which: string) => `
    SELECT a.*, m.model, m.checkpoint, m.seq, m.records
    FROM (SELECT * FROM ${accounts} WHERE ${which}) a
    LEFT JOIN ${models} m ON m.account_id = a.id
    ORDER BY a.id`

  return {
    select,
    byId: select('id = ?'),
    byIdAndOrganization: select('id = ? AND organization_id = ?'),
    byOriginId: select('origin_id = ? AND category = ?'),
    // A tombstone keeps its id at Merge; whoever lives under that id comes first.
    byLinkedAccountId: select(`linked_account_id = ? ORDER BY status = 'deleted', id LIMIT 1`),
    bySlot: select('slot = ?'),

    insert: `
      INSERT INTO ${accounts}
        (id, organization_id, user_id, category, origin_id, slot, status, details, created_at, updated_at, revision, dirty, fence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0)`,
    update: `
      UPDATE ${accounts} SET slot = ?, linked_account_id = ?, status = ?, token = ?, details = ?, updated_at = ?,
        revision = revision + 1
      WHERE id = ?`,
    schedule: `
      UPDATE ${accounts} SET due = min(coalesce(${settledDue}, now + delay), now + delay), dirty = dirty + 1,
        lease = CASE WHEN ${isSetBack} THEN NULL ELSE lease END, recorded_at = now
      FROM (SELECT ? AS now, ? AS delay) WHERE id = ? AND status <> 'deleted'`,

    claimable: `
      SELECT id FROM ${accounts}
      WHERE due <= ? AND (lease IS NULL OR lease <= ? OR recorded_at > ? + ${CLOCK_SLACK_MS}) AND status <> 'deleted'
      ORDER BY due, id LIMIT ?`,
    // What claimable does not see: it only counts as due. "+" keeps the planner from the index on due, in which the others are.
    claimableSetBack: `
      SELECT id FROM ${accounts}
      WHERE recorded_at > ? + ${CLOCK_SLACK_MS} AND +due > ? AND status <> 'deleted'
      ORDER BY recorded_at LIMIT ?`,
    claimableById: `
      SELECT id FROM ${accounts}
      WHERE (lease IS NULL OR lease <= ? OR recorded_at > ? + ${CLOCK_SLACK_MS}) AND status <> 'deleted' AND id = ? LIMIT ?`,
    lease: `
      UPDATE ${accounts} SET fence = fence + 1, due = ${settledDue}, lease = now + ?, lease_owner = ?, recorded_at = now
      FROM (SELECT ? AS now) WHERE id = ?`,
    renew: `
      UPDATE ${accounts} SET due = ${settledDue}, lease = now + ?, recorded_at = now
      FROM (SELECT ? AS now) WHERE id = ? AND fence = ? AND status <> 'deleted'`,
    // Without a due and a lease there is nothing to compare with a clock.
    release: `UPDATE ${accounts} SET lease = NULL, lease_owner = NULL, due = ?, recorded_at = ? WHERE id = ?`,

    fence: `SELECT status, fence, dirty FROM ${accounts} WHERE id = ?`,
    model: `SELECT model_key, checkpoint, seq, records FROM ${models} WHERE account_id = ? AND model = ?`,
    insertModel: `INSERT INTO ${models} (account_id, model, seq, records) VALUES (?, ?, 0, 0) RETURNING model_key, checkpoint, seq, records`,
    updateModel: `UPDATE ${models} SET checkpoint = ?, seq = ?, records = ? WHERE model_key = ?`,
    // CROSS JOIN: each id is looked up in the index, whatever the planner thinks of the table's size.
    versions: `
      SELECT json_group_array(json_array(i.key, r.record_key, r.generation, r.modified_at, r.fence, r.page, r.deleted, r.hash)) AS versions
      FROM json_each(?) i CROSS JOIN ${records} r ON r.model_key = ? AND r.id = i.value`,
    insertRecord: `
      INSERT INTO ${records} (model_key, id, seq, generation, modified_at, fence, page, deleted, hash, data)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    updateRecord: `
      UPDATE ${records} SET seq = ?, generation = ?, modified_at = ?, fence = ?, page = ?, deleted = ?, hash = ?, data = ?
      WHERE record_key = ?`,

    forgetSeen: `DELETE FROM ${seen} WHERE model_key = ? AND sweep < ?`,
    // "WHERE true" keeps SQLite from taking ON for a join's.
    markSeen: `INSERT INTO ${seen} (model_key, sweep, id) SELECT ?, ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    anyMissing: `SELECT 1 FROM ${missing} WHERE model_key = ? LIMIT 1`,
    clearMissing: `DELETE FROM ${missing} WHERE model_key = ? AND id IN (SELECT value FROM json_each(?))`,
    retirable: `
      SELECT r.record_key, r.id FROM ${missing} m JOIN ${records} r ON r.model_key = m.model_key AND r.id = m.id
      WHERE m.model_key = ? AND m.sweep = ? - 1 AND r.deleted = 0 AND r.modified_at <= ? AND ${unseen}
      ORDER BY r.seq`,
    retire: `UPDATE ${records} SET seq = ?, deleted = 1 WHERE record_key = ?`,
    markMissing: `
      INSERT INTO ${missing} (model_key, id, sweep)
      SELECT r.model_key, r.id, ? FROM ${records} r WHERE r.model_key = ? AND r.deleted = 0 AND ${unseen}
      ON CONFLICT DO UPDATE SET sweep = excluded.sweep`,
    forgetMissing: `DELETE FROM ${missing} WHERE model_key = ? AND sweep < ?`,

    entomb: `
      UPDATE ${accounts} SET status = 'deleted', slot = NULL, token = NULL, details = NULL, due = NULL,
        lease = NULL, lease_owner = NULL, recorded_at = NULL, fence = fence + 1, revision = revision + 1
      WHERE id = ? AND status <> 'deleted'`,
    deleteContent: [
      ...[records, seen, missing].map((table) => `DELETE FROM ${table} WHERE ${ofAccount}`),
      `DELETE FROM ${models} WHERE account_id = ?`,
    ],

    changes: `
      SELECT seq, id, deleted, modified_at, data FROM ${records}
      WHERE model_key = (SELECT model_key FROM ${models} WHERE account_id = ? AND model = ?) AND seq > ?
      ORDER BY seq LIMIT ?`,
    stats: `
      WITH clock(now) AS (VALUES (?))
      SELECT status, count(*) AS accounts,
        count(*) FILTER (WHERE ${isFree} IS NOT TRUE) AS leased,
        count(*) FILTER (WHERE (due <= now OR (due > now AND ${isSetBack})) AND ${isFree}) AS due,
        max(now - due) FILTER (WHERE ${isFree}) AS late
      FROM clock CROSS JOIN ${accounts} GROUP BY status`,
  }
}
