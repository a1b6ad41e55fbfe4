import { describe, expect, test } from 'vitest'
import { ErrorCode } from '../src/errors.ts'
import { type ReasonFacts, type SyncFacts, statusReason } from '../src/status-reason.ts'
import { READINESS } from '../src/sync/progress.ts'

const WELL: SyncFacts = { readiness: 'complete', problem: null, reasons: [] }
const of = (facts: Partial<ReasonFacts>) => statusReason({ status: 'active', reason: null, sync: WELL, ...facts })
const sync = (facts: Partial<SyncFacts>) => of({ sync: { ...WELL, ...facts } })

test('nothing is said while all is well, and where the status says it all', () => {
  expect(of({})).toBeNull()
  expect(of({ sync: null })).toBeNull()
  for (const status of ['pending', 'held', 'deleting', 'deleted'] as const)
    expect(of({ status, sync: { readiness: 'stale', problem: 'OTHER_COMPANY', reasons: ['RATE_LIMITED'] } })).toBeNull()
})

describe('a connection that the customer has to sign in to', () => {
  test('says what the source says', () => {
    const reason = { code: 'SOURCE_REPORTED', message: 'The password has expired.' } as const
    expect(of({ status: 'relink_needed', reason })).toEqual({ ...reason, action: 'relink' })
  })

  test('has words of its own where the source has none, or was not asked', () => {
    for (const reason of [null, { code: 'SIGN_IN_NEEDED', message: null } as const]) {
      const said = of({ status: 'relink_needed', reason, sync: { ...WELL, problem: 'SYNC_SINK_FAILED' } })
      expect(said).toEqual({ code: 'SIGN_IN_NEEDED', action: 'relink', message: expect.stringContaining('Sign in again') })
    }
  })
})

test('one that is gone says so, and a kept reason is of no account then', () => {
  const reason = { code: 'SOURCE_REPORTED', message: 'The password has expired.' } as const
  expect(of({ status: 'error', reason })).toMatchObject({ code: 'CONNECTION_GONE', action: null })
})

test.each<[string, 'relink' | 'wait' | 'contact']>([
  ['SYNC_MASS_DELETION', 'contact'],
  ['OTHER_COMPANY', 'contact'],
  ['UPSTREAM_REJECTED', 'contact'],
  ['ACCOUNT_RELINK_NEEDED', 'relink'],
  ['SYNC_SINK_FAILED', 'wait'],
  ['SYNC_TOO_SLOW', 'wait'],
  ['UPSTREAM_UNAVAILABLE', 'wait'],
  ['UPSTREAM_THROTTLED', 'wait'],
  ['UPSTREAM_A_NEW_ONE', 'wait'],
  ['STORE_UNAVAILABLE', 'wait'],
  ['A_NEW_ONE', 'wait'],
])('%s is told with its code; what helps: %s', (problem, action) => {
  expect(sync({ readiness: 'degraded', problem })).toMatchObject({ code: problem, action })
  // What passes by itself is told only while something is missing because of it.
  expect(sync({ readiness: 'complete', problem }) === null).toBe(action === 'wait')
})

test('why the source’s own sync stands still is told while data is missing, the weightier one of two', () => {
  for (const readiness of ['waiting', 'initial', 'stale', 'degraded', 'partial'] as const) {
    expect(sync({ readiness, reasons: ['WAITING_ON_OTHER_MODELS'] })).toMatchObject({ code: 'WAITING_ON_OTHER_MODELS', action: 'wait' })
    expect(sync({ readiness, reasons: ['WAITING_ON_OTHER_MODELS', 'RATE_LIMITED'] })).toMatchObject({ code: 'RATE_LIMITED' })
  }
  expect(sync({ reasons: ['RATE_LIMITED'] })).toBeNull()
  expect(sync({ readiness: 'none', reasons: ['RATE_LIMITED'] })).toBeNull()
  expect(sync({ readiness: 'waiting', reasons: ['A_NEW_ONE', 'toString'] })).toBeNull()
  expect(sync({ readiness: 'waiting', problem: 'UPSTREAM_TIMEOUT', reasons: ['RATE_LIMITED'] })).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
})

test('where nothing more is known, how good the copy is says enough', () => {
  expect(sync({ readiness: 'stale' })).toMatchObject({ code: 'NOT_UPDATED', action: 'wait' })
  expect(sync({ readiness: 'degraded' })).toMatchObject({ code: 'PARTLY_READ', action: 'wait' })
  expect(sync({ readiness: 'partial' })).toMatchObject({ code: 'PARTLY_AVAILABLE', action: null })
  for (const readiness of ['waiting', 'initial', 'complete', 'none'] as const) expect(sync({ readiness })).toBeNull()
})

test('no message of ours has a word that no customer knows, nor a code', () => {
  const problems = [null, ...Object.values(ErrorCode), 'OTHER_COMPANY', 'SYNC_TOO_SLOW', 'constructor', '__proto__']
  const reasons = [[], ['RATE_LIMITED'], ['WAITING_ON_OTHER_MODELS'], ['A_NEW_ONE']]
  const messages = new Set<string>()
  for (const status of ['pending', 'active', 'held', 'relink_needed', 'error', 'deleting'] as const)
    for (const readiness of [...READINESS, 'none'] as const)
      for (const problem of problems)
        for (const reason of reasons) {
          const said = of({ status, sync: { readiness, problem, reasons: reason } })
          if (said !== null) messages.add(said.message)
        }
  expect(messages.size).toBeGreaterThan(10)
  for (const message of messages) {
    expect(message).toMatch(/^[A-Z][^<>_]+\.$/)
    expect(message).not.toMatch(/\b(?:merge|token|relink|linked account)/i)
    expect(message).not.toMatch(/[A-Z]{2,}/)
  }
})
