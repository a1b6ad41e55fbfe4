import { test } from 'vitest'
import type { Invariant } from './invariants.ts'
import {
  BLIND_UPDATE,
  CONNECT_CLEARS_TOKEN,
  LOCAL_FIRST,
  MERGE_FIRST,
  ORIGIN_ID_REUSED,
  PLAIN_404,
  PURGES_OPEN_ROWS,
  READ_THEN_INSERT,
  ROW_NOT_READ_FIRST,
} from './rules.ts'
import { breaks, linked, type RowOf } from './table.ts'

// Which rule carries what: one is taken out at a time, and what breaks first is told, on the shortest way there.

test.each<[name: string, invariant: Invariant, row: RowOf]>([
  ['a place is looked for and then taken (read-then-insert)', 'I1', () => ({ rules: READ_THEN_INSERT, roles: ['tab', 'tab'] })],
  [
    'the row is not read before Merge is asked',
    'I7',
    (strategy) => ({ rules: ROW_NOT_READ_FIRST, roles: ['relink', 'deletion', 'announcement'], prepare: linked(strategy) }),
  ],
  [
    'an update does not compare (blind update)',
    'I8',
    (strategy) => ({ rules: BLIND_UPDATE, roles: ['deletion', 'announcement'], prepare: linked(strategy, 'relink_needed') }),
  ],
  ['Merge first, then the local deletion', 'I8', (strategy) => ({ rules: MERGE_FIRST, roles: ['deletion'], prepare: linked(strategy) })],
  [
    'the local deletion first',
    'I7',
    (strategy) => ({ rules: LOCAL_FIRST, roles: ['deletion', 'announcement'], prepare: linked(strategy) }),
  ],
  ['a late exchange is answered with a plain 404', 'I7', () => ({ rules: PLAIN_404, roles: ['tab', 'deletion'] })],
  ['a row is purged while it still takes tokens', 'I7', () => ({ rules: PURGES_OPEN_ROWS, roles: ['tab', 'deletion'] })],
  [
    'an origin id is used again after a deletion',
    'I3',
    () => ({ rules: ORIGIN_ID_REUSED, roles: ['tab', 'tab', 'deletion'], crashes: false }),
  ],
])('%s: breaks %s', (...row) => breaks(...row))

// Only with one per category does a click meet a row that has a token.
test.each<[name: string, invariant: Invariant, row: RowOf]>([
  [
    'a click on Connect clears the token',
    'I5',
    (strategy) => ({ rules: CONNECT_CLEARS_TOKEN, roles: ['tab'], prepare: linked(strategy, 'relink_needed') }),
  ],
])('%s: breaks %s', (...row) => breaks(...row, ['one-per-category']))
