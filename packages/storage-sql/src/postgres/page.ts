import type { Page, VersionedRecord } from '@connect-integration/server/storage'
import { storedOrNull, toStored } from '../text.ts'
import { newestOfEachId } from '../versions.ts'
import type { Value } from './database.ts'
import { checkedKey } from './keys.ts'
import { contentOf } from './payload.ts'

/** Stands for "nothing" in a list of texts; no stored text is a mark alone. */
const NOTHING = '\uffff'

/**
 * A page as parameters of the commit function. A list of texts travels as one text with a separator between: arrays would have every quote
 * and backslash of the records escaped, which costs more than all the rest here.
 */
export function pageValues(page: Page, now: Value, careful: boolean): Value[] {
  const records = newestOfEachId(page.records, (id) => checkedKey(id, 'record id'))
  const ids = [...records.keys()]
  const given = [...records.values()]
  const hashes = given.map(({ hash }) => toStored(hash))
  const contents = given.map(({ data }) => contentOf(data, careful))
  const data = contents.map((content) => content.data)
  const exact = contents.some((content) => content.exact !== null) ? contents.map((content) => content.exact ?? NOTHING) : []
  const separator = separatorFor([ids, hashes, data, exact])
  const joined = (texts: readonly string[]) => (texts.length === 0 ? null : texts.join(separator))
  const array = (column: (record: VersionedRecord) => number | boolean) => `{${given.map(column).join(',')}}`
  const { sweep, release } = page

  return [
    toStored(page.accountId),
    `${page.fence}`,
    checkedKey(page.model, 'model'),
    storedOrNull(page.checkpoint),
    separator,
    joined(ids),
    array(({ generation }) => generation),
    array(({ modifiedAt }) => modifiedAt),
    array((record) => record.page),
    array(({ deleted }) => deleted),
    joined(hashes),
    joined(data),
    joined(exact),
    integer(sweep?.number),
    integer(sweep?.retire?.olderThan),
    integer(page.deleteAtMost),
    `${release !== undefined}`,
    integer(release?.delayMs),
    integer(release?.dirtySeen),
    now,
  ]
}

/** Whole, for a column of integers; `null` for none, and for a limit that is none. */
export function integer(value: number | null | undefined): Value {
  return value === undefined || value === null || value === Number.POSITIVE_INFINITY ? null : `${Math.floor(value)}`
}

/** Its first character is not in it again, so that no text's end and its own beginning make another one. */
function separatorFor(lists: readonly (readonly string[])[]): string {
  const isFree = (separator: string) => lists.every((texts) => texts.every((text) => !text.includes(separator)))
  let number = 0
  while (!isFree(`\u001e${number}\u001f`)) number += 1
  return `\u001e${number}\u001f`
}
