import { test } from 'vitest'
import { holds, linked, PROVE, type RowOf } from './table.ts'

// The real use cases of the link flow, on the real memory adapter: every order of their steps, and a death between any two of them.

test.each<[name: string, states: number, row: RowOf]>([
  ['two tabs and a deletion', 500_000, () => ({ roles: ['tab', 'tab', 'deletion'] })],
  ['three tabs', 100_000, () => ({ roles: ['tab', 'tab', 'tab'] })],
  ['a tab, and a webhook that comes twice and is kept for the worker', 3_500, () => ({ roles: ['tab', 'webhook', 'webhook', 'worker'] })],
  [
    'a linked account: a relink, a deletion and an announcement',
    50_000,
    (strategy) => ({ roles: ['relink', 'deletion', 'announcement'], prepare: linked(strategy) }),
  ],
  [
    'a linked account: a relink, a webhook that tells of it, and a deletion',
    50_000,
    (strategy) => ({ roles: ['relink', 'webhook', 'deletion'], prepare: linked(strategy) }),
  ],
  [
    'a linked account: a relink, two deletions and nobody dies',
    1_000,
    (strategy) => ({ roles: ['relink', 'deletion', 'deletion'], prepare: linked(strategy), crashes: false }),
  ],
  [
    'a linked account that goes in Merge’s dashboard: a relink and an announcement',
    500,
    (strategy) => ({ roles: ['dashboard', 'relink', 'announcement'], prepare: linked(strategy) }),
  ],
])('%s: holds in %i states at least', (...row) => holds(...row))

if (PROVE)
  test.each<[name: string, states: number, row: RowOf]>([
    [
      'a tab, a deletion and an announcement that comes twice',
      2_000_000,
      () => ({ roles: ['tab', 'deletion', 'announcement', 'announcement'] }),
    ],
    [
      'two tabs, a deletion and an announcement, nobody dies',
      1_000_000,
      () => ({ roles: ['tab', 'tab', 'deletion', 'announcement'], crashes: false }),
    ],
    ['three tabs and a deletion, nobody dies', 5_000_000, () => ({ roles: ['tab', 'tab', 'tab', 'deletion'], crashes: false })],
    [
      'a tab, a deletion, a webhook and the worker, nobody dies',
      4_000_000,
      () => ({ roles: ['tab', 'deletion', 'webhook', 'worker'], crashes: false }),
    ],
  ])('%s: holds in %i states at least', (...row) => holds(...row))
