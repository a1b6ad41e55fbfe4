import { createHash } from 'node:crypto'
import { parseStamp } from '../merge/stamp.ts'
import type { VersionedRecord } from '../storage/port.ts'

/** Numbers a page's records for the store. `skipped`: those without an id, which cannot be kept apart. */
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
    for (const field of omit) delete fields[field]
    const data = JSON.stringify(fields)
    versioned.push({
      id,
      ...version,
      modifiedAt: parseStamp(fields.modified_at) ?? 0,
      deleted: fields.remote_was_deleted === true,
      hash: createHash('sha256').update(data).digest('base64url').slice(0, 27),
      data,
    })
  }
  return { records: versioned, skipped }
}
