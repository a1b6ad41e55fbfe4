import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'

/**
 * The rows of one linked account in the file against what the source would serve right now, model by model: live records by content, deleted
 * ones as tombstones. `omitted` names fields per model that are never to be stored. `missing`, `stale`, `extra` and `resurrected` count records.
 */
export function compareWithSource(file, sandbox, linkedAccountId, models, omitted = {}) {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const total = { rows: 0, tombstones: 0, missing: 0, stale: 0, extra: 0, resurrected: 0 }
    for (const model of models) {
      const rows = new Map(
        database
          .prepare(
            `SELECT r.id, r.deleted, r.data FROM connect_integration_records r JOIN connect_integration_models m USING (model_key)
             JOIN connect_integration_accounts a ON a.id = m.account_id WHERE a.linked_account_id = ? AND m.model = ?`,
          )
          .all(linkedAccountId, model)
          .map((row) => [row.id, row]),
      )
      for (const record of sandbox.truth(linkedAccountId, model)) {
        const row = rows.get(record.id)
        rows.delete(record.id)
        if (record.remote_was_deleted) {
          if (row && !row.deleted) total.resurrected++
          if (row?.deleted) total.tombstones++
        } else if (row === undefined || row.deleted) total.missing++
        else if (isDeepStrictEqual(JSON.parse(row.data), without(record, omitted[model] ?? []))) total.rows++
        else total.stale++
      }
      total.extra += [...rows.values()].filter((row) => !row.deleted).length
    }
    return total
  } finally {
    database.close()
  }
}

function without(record, fields) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)))
}

/** What is left of every account: its place, and whether anything of value still hangs on it. */
export function readAccounts(file) {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database
      .prepare(
        `SELECT a.id, a.status, a.origin_id AS originId, a.linked_account_id AS linkedAccountId, a.token IS NOT NULL AS hasToken, a.details IS NOT NULL AS hasDetails,
           (SELECT count(*) FROM connect_integration_models m JOIN connect_integration_records r USING (model_key) WHERE m.account_id = a.id) AS records
         FROM connect_integration_accounts a ORDER BY a.created_at`,
      )
      .all()
  } finally {
    database.close()
  }
}
