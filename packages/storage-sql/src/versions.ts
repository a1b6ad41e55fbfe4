import type { VersionedRecord } from '@connect-integration/server/storage'

export type Version = Pick<VersionedRecord, 'generation' | 'modifiedAt' | 'page'>

/** What a row that is there is compared by. */
export interface Stored extends Version {
  readonly fence: number
  readonly live: boolean
  readonly hash: string
}

/** By the id as `toKey` spells it. One that occurs twice counts once: the later place wins if its version is at least as new. */
export function newestOfEachId(records: readonly VersionedRecord[], toKey: (id: string) => string): Map<string, VersionedRecord> {
  const newest = new Map<string, VersionedRecord>()
  for (const record of records) {
    const id = toKey(record.id)
    const other = newest.get(id)
    if (!other || compare(record, other) >= 0) newest.set(id, record)
  }
  return newest
}

/**
 * Whether a record whose hash is spelled as the stored one is written over it. A retired row keeps its hash and differs in
 * `deleted` only; compared too, so that the record can come back.
 */
export function overwrites(record: VersionedRecord, hash: string, fence: number, stored: Stored): boolean {
  if (stored.hash === hash && stored.live !== record.deleted) return false
  return compare(record, stored, fence - stored.fence) >= 0
}

/** By generation, then stamp, then fence, then page: positive when `one` is newer. Within a page the fence is the same. */
function compare(one: Version, other: Version, fences = 0): number {
  return one.generation - other.generation || one.modifiedAt - other.modifiedAt || fences || one.page - other.page
}
