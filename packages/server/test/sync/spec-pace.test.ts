import { expect, test } from 'vitest'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { createRetryQuota } from '../../src/merge/retry-quota.ts'
import { EMPTY_ACCOUNT_CHECKPOINT } from '../../src/sync/account-checkpoint.ts'
import { createGovernor } from '../../src/sync/governor.ts'
import { nextLook } from '../../src/sync/next-look.ts'
import { virtualTime } from '../support/virtual-time.ts'

const MINUTE = 60_000

test.each([
  ['launch', 100],
  ['professional', 400],
  ['enterprise', 600],
] as const)('on the plan %s an account is asked at most %i times in any minute', async (plan, most) => {
  const time = virtualTime()
  const governor = createGovernor(plan, time.clock, time.sleep)
  const turns: number[] = []
  for (let call = 0; call < most * 3; call++) {
    await time.run(governor.turn())
    turns.push(time.clock.now())
  }
  for (let first = 0; first + most < turns.length; first++)
    expect((turns[first + most] ?? 0) - (turns[first] ?? 0)).toBeGreaterThanOrEqual(MINUTE)
  expect((turns.at(-1) ?? 0) - (turns[0] ?? 0)).toBeLessThan(3.2 * MINUTE)
})

test('at most 12 failed answers in ten seconds are risked, 8 of them by syncing', async () => {
  const time = virtualTime()
  const budget = createErrorBudget(time.clock, time.sleep, 1)
  const start = time.clock.now()
  const fail = async (lane: 'link' | 'sync') => {
    await time.run(budget.pass(lane))
    budget.failed(lane)
    return time.clock.now() - start
  }
  for (let call = 0; call < 8; call++) expect(await fail('sync')).toBe(0)
  for (let call = 0; call < 4; call++) expect(await fail('link')).toBe(0)
  expect(await fail('sync')).toBeGreaterThanOrEqual(10_000)
})

test('in an outage retries run out, and calls that need none earn them back', () => {
  const quota = createRetryQuota()
  let spent = 0
  while (quota.spend('transient')) spent++
  expect(spent).toBe(35)
  for (let call = 0; call < 14; call++) quota.earn()
  expect(quota.spend('transient')).toBe(true)
  expect(quota.spend('transient')).toBe(false)
})

test.each([
  [15 * MINUTE, 5 * MINUTE],
  [6 * 60 * MINUTE, 15 * MINUTE],
  [24 * 60 * MINUTE, 60 * MINUTE],
])('an account that Merge syncs every %i ms is looked at every %i ms', (cadence, expected) => {
  const now = Date.UTC(2026, 0, 5, 12)
  const iso = (ms: number) => new Date(ms).toISOString()
  const status = {
    ...{ model: 'hris.Employee', status: 'DONE', isInitialSync: false, lastSyncResult: 'DONE', lastSyncFinished: iso(now) },
    ...{ lastSyncStart: iso(now - MINUTE), nextSyncStart: iso(now - MINUTE + cadence), dataFreshAsOf: null, reason: null },
  }
  const context = { now, random: () => 0.5, lookEveryMs: null, statuses: [status], mergeNow: now, dirty: 0, aborted: false, moved: true }
  expect(nextLook(EMPTY_ACCOUNT_CHECKPOINT, [{ outcome: 'walked' }], context).waitMs).toBe(expected)
})
