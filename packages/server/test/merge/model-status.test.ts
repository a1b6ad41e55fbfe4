import { describe, expect, test } from 'vitest'
import type { ModelStatus } from '../../src/merge/gateway.ts'
import { isFirstSyncOpen, statusOf } from '../../src/merge/model-status.ts'
import { findModel } from '../../src/merge/model-table.ts'

const EMPLOYEE = findModel('hris.Employee')!
const EARLY = '2026-01-01T00:00:00Z'
const LATE = '2026-01-02T00:00:00+00:00'

function status(more: Partial<ModelStatus> = {}): ModelStatus {
  return {
    ...{ model: 'hris.Employee', status: 'DONE', isInitialSync: false, lastSyncResult: null, lastSyncStart: null },
    ...{ lastSyncFinished: null, nextSyncStart: null, dataFreshAsOf: null, reason: null, ...more },
  }
}

describe('statusOf', () => {
  test('finds a model by any spelling, and none of another model or category', () => {
    const named = (...models: string[]) =>
      statusOf(
        models.map((model) => status({ model })),
        EMPLOYEE,
      )?.model ?? null
    expect(named('hris.Company', 'hris.Employee')).toBe('hris.Employee')
    expect(named('employees')).toBe('employees')
    expect(named('HRIS.employee')).toBe('HRIS.employee')
    expect(named('accounting.Employee', 'hris.Company', '')).toBeNull()
    expect(named()).toBeNull()
  })

  test.each<[string, Partial<ModelStatus>, Partial<ModelStatus>]>([
    ['one that is on before one that is DISABLED', { status: 'FAILED' }, { status: 'DISABLED', lastSyncFinished: LATE }],
    ['the one that ended last', { lastSyncFinished: LATE }, { lastSyncFinished: EARLY, lastSyncStart: LATE }],
    ['one that ended before one that did not', { lastSyncFinished: EARLY }, { status: 'SYNCING', lastSyncStart: LATE }],
    ['the one that began last', { lastSyncFinished: EARLY, lastSyncStart: LATE }, { lastSyncFinished: EARLY, lastSyncStart: EARLY }],
    ['a moment, whatever its zone', { lastSyncFinished: '2026-01-01T22:00:00-05:00' }, { lastSyncFinished: LATE }],
    ['one with times before one whose times are no times', { lastSyncFinished: EARLY }, { lastSyncFinished: 'yesterday' }],
  ])('of two rows of one model it takes %s', (_, better, worse) => {
    const [best, other] = [status(better), status({ model: 'employees', ...worse })]
    expect(statusOf([best, other], EMPLOYEE)).toBe(best)
    expect(statusOf([other, best], EMPLOYEE)).toBe(best)
  })

  test('of two that are equal it takes the first', () => {
    const [first, second] = [status(), status()]
    expect(statusOf([first, second], EMPLOYEE)).toBe(first)
  })
})

describe('isFirstSyncOpen', () => {
  test.each<[boolean, Partial<ModelStatus>]>([
    [true, { status: 'SYNCING', isInitialSync: true }],
    [true, { status: 'SYNCING', isInitialSync: false }],
    [true, { status: 'SYNCING', lastSyncStart: EARLY }],
    [true, { status: 'FAILED', lastSyncResult: 'FAILED' }],
    [true, { status: 'PAUSED' }],
    [true, { status: 'A_NEW_ONE', isInitialSync: true }],
    [false, { status: 'DONE' }],
    [false, { status: 'DONE', isInitialSync: true }],
    [false, { status: 'PARTIALLY_SYNCED', isInitialSync: true }],
    [false, { status: 'SYNCING', lastSyncResult: 'DONE' }],
    [false, { status: 'SYNCING', lastSyncResult: 'PARTIALLY_SYNCED' }],
    [false, { status: 'SYNCING', isInitialSync: true, lastSyncFinished: EARLY }],
    [false, { status: 'FAILED', lastSyncFinished: EARLY }],
  ])('is %s for %j', (open, fields) => {
    expect(isFirstSyncOpen(status(fields))).toBe(open)
  })
})
