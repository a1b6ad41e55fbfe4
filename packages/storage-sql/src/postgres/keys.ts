import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import { toStored } from '../text.ts'

/** An entry of an index must fit on a third of one of PostgreSQL's pages, beside what else is in it. */
const MOST_BYTES = 2_500

/** As it is stored. Refused when no index could hold it: better than to shorten it and take it for another. */
export function checkedKey(text: string, what: string, mostBytes = MOST_BYTES): string {
  const stored = toStored(text)
  // At most three bytes for a unit of UTF-16: most need not be counted.
  if (stored.length * 3 <= mostBytes || Buffer.byteLength(stored) <= mostBytes) return stored
  throw new IntegrationError(
    ErrorCode.INPUT_INVALID,
    `A ${what} of ${Buffer.byteLength(stored)} bytes does not fit in an index of PostgreSQL. Use one of at most ${mostBytes} bytes; nothing was written.`,
  )
}
