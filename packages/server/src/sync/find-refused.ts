import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import type { Committed, VersionedRecord } from '../storage/port.ts'

export interface Refused {
  id: string
  modifiedAt: number
  code: string
}

/**
 * Halves a page until what the store refuses stands alone; everything else is stored on the way. Throws the store's error where it is no
 * refusal, or where a page of several is refused to the last record: then it is the store that is broken.
 */
export async function findRefused(
  records: readonly VersionedRecord[],
  commit: (records: readonly VersionedRecord[]) => Promise<Committed | 'fenced'>,
): Promise<Refused[] | 'fenced'> {
  let last: unknown
  async function search(some: readonly VersionedRecord[]): Promise<Refused[] | 'fenced'> {
    try {
      return (await commit(some)) === 'fenced' ? 'fenced' : []
    } catch (error) {
      const [first] = some
      if (!mayBeRefusal(error) || first === undefined) throw error
      last = error
      if (some.length === 1) return [{ id: first.id, modifiedAt: first.modifiedAt, code: describeError(error).code }]
      const middle = Math.ceil(some.length / 2)
      const left = await search(some.slice(0, middle))
      if (left === 'fenced') return left
      const right = await search(some.slice(middle))
      return right === 'fenced' ? right : [...left, ...right]
    }
  }
  const refused = await search(records)
  if (refused !== 'fenced' && refused.length === records.length && records.length > 1) throw last
  return refused
}

/** Failures of the network, the disk or a lock pass, and are none; what is left may lie in a record. */
export function mayBeRefusal(error: unknown): boolean {
  return !(IntegrationError.isInstance(error) && (error.retryable || error.code === ErrorCode.SYNC_MASS_DELETION))
}
