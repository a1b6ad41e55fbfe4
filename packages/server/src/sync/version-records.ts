import { createHash } from 'node:crypto'
import { parseStamp } from '../merge/stamp.ts'
import type { VersionedRecord } from '../storage/port.ts'

/** Numbers a page's records for the store. `skipped`: those without an id, which cannot be kept apart, and those that are no JSON again. */
export function versionRecords(
  records: readonly unknown[],
  version: { generation: number; page: number },
  omit: readonly string[],
): { records: VersionedRecord[]; skipped: number } {
  const versioned: VersionedRecord[] = []
  let skipped = 0
  for (const record of records) {
    const fields = record as Record<string, unknown> | null
    const id = typeof fields === 'object' ? fields?.id : undefined
    if (typeof id !== 'string' || id === '' || fields === null) {
      skipped++
      continue
    }
    // Read first: what is omitted is not stored, and still counts.
    const modifiedAt = parseStamp(fields.modified_at) ?? 0
    const deleted = fields.remote_was_deleted === true
    for (const field of omit) delete fields[field]
    const data = serialize(fields)
    if (data === null) {
      skipped++
      continue
    }
    versioned.push({
      id,
      ...version,
      modifiedAt,
      deleted,
      hash: createHash('sha256').update(data).digest('base64url').slice(0, 27),
      data,
    })
  }
  return { records: versioned, skipped }
}

/** `null`: nested so deeply that the stack does not reach. One such record must not hold back all others. */
function serialize(fields: Record<string, unknown>): string | null {
  try {
    return JSON.stringify(fields)
  } catch {
    return null
  }
}
