import { createHash } from 'node:crypto'
import type { ModelRow } from '../merge/model-table.ts'
import { parseStamp } from '../merge/stamp.ts'
import type { VersionedRecord } from '../storage/port.ts'

/** Numbers a page's records for the store. `skipped`: those without anything that tells them apart, and those that are no JSON again. */
export function versionRecords(
  records: readonly unknown[],
  version: { generation: number; page: number },
  row: Pick<ModelRow, 'key'>,
  omit: readonly string[],
): { records: VersionedRecord[]; skipped: number } {
  const versioned: VersionedRecord[] = []
  let skipped = 0
  for (const record of records) {
    const fields = typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {}
    const id = identify(fields, row.key)
    // Read first: what is omitted is not stored, and still counts.
    const modifiedAt = parseStamp(fields.modified_at) ?? 0
    const deleted = fields.remote_was_deleted === true
    for (const field of omit) delete fields[field]
    const data = id === null ? null : serialize(fields)
    if (id === null || data === null) {
      skipped++
      continue
    }
    versioned.push({ id, ...version, modifiedAt, deleted, hash: createHash('sha256').update(data).digest('base64url').slice(0, 27), data })
  }
  return { records: versioned, skipped }
}

/** The first field of the key that holds text. One that is not Merge's id carries its field's name, so that a name cannot meet an id. */
function identify(fields: Record<string, unknown>, key: readonly string[]): string | null {
  for (const name of key) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return name === 'id' ? value : `${name}:${value}`
  }
  return null
}

/** `null`: nested so deeply that the stack does not reach. One such record must not hold back all others. */
function serialize(fields: Record<string, unknown>): string | null {
  try {
    return JSON.stringify(fields)
  } catch {
    return null
  }
}
