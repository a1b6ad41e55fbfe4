import type { ModelRow } from '../merge/model-table.ts'
import { parseStamp } from '../merge/stamp.ts'
import type { VersionedRecord } from '../storage/port.ts'
import { hashOf } from './shape.ts'

export interface Versioned {
  records: VersionedRecord[]
  /** Told apart, and nested so deeply that they cannot be written as JSON again. */
  unreadable: { id: string; modifiedAt: number }[]
  /** How many have nothing that tells them apart. */
  skipped: number
  /** How many came without a readable `modified_at`. */
  unstamped: number
}

/**
 * Numbers a page's records for the store. `unstamped` (microseconds) is the version of a record without a readable `modified_at`: the
 * lower bound of its walk, which its true stamp is surely beyond. So it replaces what is older than this walk, and never outranks
 * the same record when it comes with its stamp.
 */
export function versionRecords(
  records: readonly unknown[],
  version: { generation: number; page: number; unstamped?: number },
  row: Pick<ModelRow, 'key'>,
  omit: readonly string[],
): Versioned {
  const { generation, page, unstamped = 0 } = version
  const versioned: Versioned = { records: [], unreadable: [], skipped: 0, unstamped: 0 }
  for (const record of records) {
    const fields = typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {}
    const id = identify(fields, row.key)
    if (id === null) {
      versioned.skipped++
      continue
    }
    // Read first: what is omitted is not stored, and still counts.
    const stamp = parseStamp(fields.modified_at)
    if (stamp === null) versioned.unstamped++
    const modifiedAt = stamp ?? unstamped
    const deleted = fields.remote_was_deleted === true
    for (const field of omit) delete fields[field]
    const data = serialize(fields)
    if (data === null) versioned.unreadable.push({ id, modifiedAt })
    else {
      versioned.records.push({ id, generation, page, modifiedAt, deleted, hash: hashOf(data), data })
    }
  }
  return versioned
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
