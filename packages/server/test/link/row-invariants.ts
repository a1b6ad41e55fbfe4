import type { Account } from '../../src/storage/port.ts'

/** What no step may do to the rows of the store, by the names of docs/spec/link.md; of the others see who calls. */
export type RowInvariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I9' | 'I12'

type Rows = readonly Account[]

export const ROW_INVARIANTS: readonly [RowInvariant, (before: Rows, after: Rows) => string | undefined][] = [
  [
    'I1',
    (_, rows) =>
      two(
        rows.filter(({ status }) => status === 'pending').map((row) => [placeOf(row), row]),
        'are pending',
      ),
  ],
  [
    'I2',
    (_, rows) =>
      two(
        rows.filter(({ slot }) => slot?.startsWith('1:')).map((row) => [placeOf(row), row]),
        'live in one category',
      ),
  ],
  [
    'I3',
    (before, rows) => {
      const made = rows.find(({ id }) => !before.some((row) => row.id === id))
      if (made === undefined) return
      const continued = before.some(({ slot }) => slot !== null && slot === made.slot)
      const used = rows.some(({ id, originId }) => id !== made.id && originId === made.originId)
      return continued || used ? `${made.id} was made beside another attempt or under a used origin id` : undefined
    },
  ],
  [
    'I4',
    (_, rows) => {
      const wrong = rows.find(({ status, token }) => (token === null ? WITH : WITHOUT).includes(status))
      return wrong && `${wrong.id} is ${wrong.status} ${wrong.token === null ? 'without' : 'with'} a token`
    },
  ],
  ['I5', changed((was, is) => was.token !== null && is.token === null && is.status !== 'deleted', 'lost its token')],
  ['I6', changed((was, is) => was.status === 'deleted' && JSON.stringify(was) !== JSON.stringify(is), 'was a tombstone, and is changed')],
  ['I9', changed((was, is) => FIXED.some((field) => was[field] !== is[field]), 'has another owner, category or origin id')],
  [
    'I12',
    (_, rows) => {
      const left = rows.find(
        (row) => row.status === 'deleted' && (row.token ?? row.details ?? row.slot ?? Object.keys(row.models)[0]) != null,
      )
      return left && `the tombstone ${left.id} still has something`
    },
  ],
]

const WITH = ['active', 'held', 'relink_needed', 'error']
const WITHOUT = ['pending', 'deleted']
const FIXED = ['organizationId', 'userId', 'category', 'originId'] as const

function placeOf({ organizationId, userId, category }: Account): string {
  return JSON.stringify([organizationId, userId, category])
}

function two(named: readonly [place: string, row: Account][], what: string): string | undefined {
  const places = new Map<string, Account>()
  for (const [place, row] of named) {
    const other = places.get(place)
    if (other) return `${other.id} and ${row.id} ${what}`
    places.set(place, row)
  }
  return
}

function changed(wrong: (was: Account, is: Account) => boolean, what: string) {
  return (before: Rows, after: Rows): string | undefined => {
    const row = before.find((was) => after.some((is) => is.id === was.id && wrong(was, is)))
    return row && `${row.id} ${what}`
  }
}
