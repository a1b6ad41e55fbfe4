import { describe, expect, test } from 'vitest'
import { decideAttach, decideConnect, decideDelete } from '../../src/link/decide.ts'
import { type Details, noted, readDetails } from '../../src/link/details.ts'
import type { AccountDetails } from '../../src/merge/gateway.ts'
import type { Account, Status } from '../../src/storage/port.ts'

const NOW = Date.UTC(2026, 0, 5, 9)
const row = (status: Status, details: Partial<Details> = {}): Account => ({
  id: 'int_1',
  organizationId: 'org',
  userId: null,
  category: 'hris',
  originId: 'o',
  slot: '2:org:hris:*:pending',
  linkedAccountId: null,
  status,
  token: null,
  details: JSON.stringify(details),
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
  due: null,
  dirty: 0,
  fence: 0,
  models: {},
})

const attach = (
  status: Status,
  more: {
    atMerge?: string
    hold?: boolean
    freeSlot?: boolean
    details?: Partial<Details>
    accountType?: AccountDetails['accountType']
  } = {},
) => {
  const account = row(status, more.details)
  const details: AccountDetails = {
    linkedAccountId: 'la',
    originId: 'o',
    category: 'hris',
    status: more.atMerge ?? 'COMPLETE',
    accountType: more.accountType ?? 'TEST',
    integrationSlug: null,
    isDuplicate: false,
    userEmail: null,
    instanceId: null,
    instanceName: null,
  }
  return decideAttach(
    account,
    readDetails(account),
    { details, integration: null, token: 'sealed', exchanged: 'digest', known: false },
    { freeSlot: more.freeSlot ?? true, hold: more.hold ?? false, now: NOW },
  )
}

test.each<[Status, string]>([
  ['pending', 'offer'],
  ['relink_needed', 'offer'],
  ['error', 'offer'],
  ['active', 'already_connected'],
  ['held', 'already_connected'],
  ['deleting', 'busy'],
  ['deleted', 'busy'],
])('a click on a row that is %s: %s', (status, expected) => {
  expect(decideConnect(status)).toBe(expected)
})

describe('a confirmed token for a row that is', () => {
  test.each<[Status, { atMerge?: string; hold?: boolean }, Status, string]>([
    ['pending', {}, 'active', 'linked'],
    ['pending', { hold: true }, 'held', 'linked'],
    ['pending', { hold: true, atMerge: 'RELINK_NEEDED' }, 'held', 'linked'],
    ['pending', { atMerge: 'INCOMPLETE' }, 'relink_needed', 'linked'],
    ['active', {}, 'active', 'relinked'],
    ['active', { hold: true }, 'active', 'relinked'],
    ['active', { atMerge: 'RELINK_NEEDED' }, 'relink_needed', 'relinked'],
    ['relink_needed', {}, 'active', 'relinked'],
    ['error', {}, 'active', 'relinked'],
    ['held', {}, 'held', 'relinked'],
    ['held', { atMerge: 'IDLE' }, 'held', 'relinked'],
    ['active', { atMerge: 'IDLE' }, 'active', 'relinked'],
  ])('%s %j becomes %s', (status, more, expected, event) => {
    const decision = attach(status, more)
    expect(decision).toMatchObject({
      do: 'attach',
      event,
      patch: { status: expected, token: 'sealed', linkedAccountId: 'la', slot: null, wake: 0 },
    })
  })

  test('deleting: the token is kept for the deletion, and the status stays', () => {
    const decision = attach('deleting')
    expect(decision).toMatchObject({ do: 'delete_at_merge', patch: { token: 'sealed', wake: 0 } })
    expect(decision).not.toHaveProperty('patch.status')
  })

  test('deleting, and closed for the purge: nothing is stored that the purge would lose', () => {
    expect(attach('deleting', { details: { closed: true } })).toEqual({ do: 'delete_at_merge', patch: null })
  })

  test('deleted: nothing is written', () => {
    expect(attach('deleted')).toEqual({ do: 'delete_at_merge', patch: null })
  })

  test('of the other kind: refused, and unknown kinds fit', () => {
    expect(attach('active', { details: { accountType: 'PRODUCTION' } })).toEqual({ do: 'refuse', reason: 'other_account_type' })
    expect(attach('active', { details: { accountType: 'TEST' } }).do).toBe('attach')
    expect(attach('active', { details: { accountType: null } }).do).toBe('attach')
  })

  test('with one per category: it keeps its slot', () => {
    expect(attach('pending', { freeSlot: false })).not.toHaveProperty('patch.slot')
  })

  test('linked before: counted, so that everything is read anew', () => {
    const relinks = (decision: ReturnType<typeof attach>) =>
      decision.do === 'attach' ? readDetails({ details: decision.patch.details ?? null }).relinks : -1
    expect(relinks(attach('pending'))).toBe(0)
    expect(relinks(attach('active', { details: { relinks: 4 } }))).toBe(5)
  })
})

test('a deletion records its intent once, and wakes the work loop a minute later', () => {
  expect(decideDelete(row('active'), readDetails(row('active')), NOW)).toMatchObject({
    do: 'intend',
    patch: { status: 'deleting', wake: 60_000 },
  })
  expect(decideDelete(row('pending'), readDetails(row('pending')), NOW).do).toBe('intend')
  expect(decideDelete(row('deleting'), readDetails(row('deleting')), NOW)).toEqual({ do: 'continue' })
})

test('of an account’s history the last fifty lines are kept', () => {
  let details = readDetails(row('active'))
  for (let line = 0; line < 60; line++) details = noted(details, NOW, `event ${line}`)
  expect(details.activity).toHaveLength(50)
  expect(details.activity.at(-1)).toEqual({ at: '2026-01-05T09:00:00.000Z', event: 'event 59' })
})
