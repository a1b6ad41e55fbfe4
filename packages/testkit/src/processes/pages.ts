import type { VersionedRecord } from '@connect-integration/server/storage'
import { record } from '../storage/examples.ts'

/** Enough that a commit takes long enough to be killed in. */
export const RECORDS_PER_PAGE = 100

/** The records of page `page`, 1 and up: ids, content and version follow from the number. */
export function kitPage(page: number): VersionedRecord[] {
  return Array.from({ length: RECORDS_PER_PAGE }, (_, index) => {
    const id = `page-${page}-record-${index}`
    return record(id, { page, data: JSON.stringify({ id, text: `Record ${index} of page ${page}. `.repeat(8) }) })
  })
}

export function bigRecords(count: number): VersionedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `record-${index}`
    return record(id, { data: JSON.stringify({ id, text: `Record ${index}. `.repeat(8) }) })
  })
}
