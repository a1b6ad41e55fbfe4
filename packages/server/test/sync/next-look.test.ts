import { describe, expect, test } from 'vitest'
import { ErrorCode, IntegrationError } from '../../src/index.ts'
import { type AccountCheckpoint, EMPTY_ACCOUNT_CHECKPOINT } from '../../src/sync/account-checkpoint.ts'
import type { WalkResult } from '../../src/sync/look.ts'
import { nextLook } from '../../src/sync/next-look.ts'

const NOW = 1_000_000
const before = (more: Partial<AccountCheckpoint> = {}): AccountCheckpoint => ({
  ...EMPTY_ACCOUNT_CHECKPOINT,
  dirtySeen: 3,
  ...more,
})
const failed = (retryAfterMs?: number): WalkResult => ({
  outcome: 'failed',
  error: new IntegrationError(ErrorCode.UPSTREAM_THROTTLED, 'no', retryAfterMs === undefined ? {} : { retryAfterMs }),
})
const look = (results: WalkResult[], state = before(), more: { aborted?: boolean; random?: number; moved?: boolean } = {}) =>
  nextLook(state, results, {
    now: NOW,
    random: () => more.random ?? 0.5,
    lookEveryMs: 900_000,
    statuses: [],
    mergeNow: NOW,
    dirty: 5,
    aborted: more.aborted ?? false,
    moved: more.moved ?? true,
  })

const walked: WalkResult = { outcome: 'walked' }

test.each<[string, WalkResult[], Partial<AccountCheckpoint>, number]>([
  ['all is read', [walked, { outcome: 'rested' }, { outcome: 'off' }], {}, 900_000],
  ['there is nothing to read', [], {}, 900_000],
  ['Merge is at its first sync', [walked, { outcome: 'waiting' }], {}, 3_000],
  ['Merge has been at it for ten looks', [{ outcome: 'waiting' }], { waits: 10 }, 18_575],
  ['Merge has been at it for ever', [{ outcome: 'waiting' }], { waits: 100 }, 60_000],
  ['the slice was too short', [walked, { outcome: 'unfinished' }], {}, 0],
  ['the slice was too short and something waits', [{ outcome: 'waiting' }, { outcome: 'unfinished' }], {}, 0],
  ['everything failed once', [failed()], {}, 22_500],
  ['everything failed for the third time', [failed(), { outcome: 'off' }], { failures: 2 }, 90_000],
  ['everything fails for ever', [failed()], { failures: 40 }, 16_200_000],
  ['one of several fails for ever', [failed(), walked], { failures: 40 }, 675_000],
  ['Merge asks for an hour', [failed(3_600_000), walked], {}, 3_600_000],
  ['something failed and the slice was too short', [failed(), { outcome: 'unfinished' }], {}, 22_500],
])('when %s', (_, results, state, expected) => {
  expect(look(results, before(state)).waitMs).toBe(expected)
})

test('what was asked for counts as seen only when everything was reached', () => {
  expect(look([walked]).after.dirtySeen).toBe(5)
  expect(look([{ outcome: 'unfinished' }]).after.dirtySeen).toBe(3)
  expect(look([walked, failed()]).after.dirtySeen).toBe(3)
  expect(look([walked], before(), { aborted: true }).after.dirtySeen).toBe(3)
})

test('failures and waits are counted in a row', () => {
  expect(look([failed()], before({ failures: 4 })).after).toMatchObject({ failures: 5, problem: 'UPSTREAM_THROTTLED' })
  expect(look([walked], before({ failures: 4, problem: 'X' })).after).toMatchObject({ failures: 0, problem: null })
  expect(look([{ outcome: 'waiting' }], before({ waits: 4 })).after.waits).toBe(5)
  expect(look([walked], before({ waits: 4 })).after.waits).toBe(0)
})

test('half of a back-off is certain and half is chance', () => {
  expect(look([failed()], before(), { random: 0 }).waitMs).toBe(15_000)
  expect(look([failed()], before(), { random: 0.999 }).waitMs).toBe(29_985)
})

describe('when Merge is down and was not asked', () => {
  const postponed = (retryAfterMs: number): WalkResult => ({ outcome: 'postponed', retryAfterMs })

  test('the next look comes after the wait, spread over half a minute by chance', () => {
    expect(look([postponed(20_000)], before(), { random: 0 }).waitMs).toBe(20_000)
    expect(look([walked, postponed(20_000), postponed(1_000)], before(), { random: 0.999 }).waitMs).toBe(49_970)
    expect(look([failed(3_600_000), postponed(20_000)], before(), { random: 0 }).waitMs).toBe(3_600_000)
    expect(look([postponed(20_000), { outcome: 'unfinished' }, { outcome: 'waiting' }], before(), { random: 0 }).waitMs).toBe(20_000)
  })

  test('that says nothing about the account', () => {
    const state = before({ failures: 4, waits: 6, problem: 'UPSTREAM_REJECTED' })
    for (const results of [[postponed(1)], [postponed(1), failed()], [postponed(1), walked]])
      expect(look(results, state)).toMatchObject({ turn: null, after: { failures: 4, waits: 6, dirtySeen: 3 } })
    expect(look([postponed(1)], state).after.problem).toBe('UPSTREAM_REJECTED')
  })
})

test('a look that was cut off neither heals an account nor counts against it', () => {
  const state = before({ failures: 7, waits: 2, problem: 'UPSTREAM_REJECTED' })
  const { turn, after } = look([{ outcome: 'unfinished' }], state, { aborted: true })
  expect(turn).toBe(null)
  expect(after).toMatchObject({ failures: 7, waits: 2, problem: 'UPSTREAM_REJECTED' })
})

test.each<[number, WalkResult[], string | null]>([
  [3, [failed()], null],
  [4, [failed()], 'degraded'],
  [4, [failed(), walked], 'degraded'],
  [5, [failed()], null],
  [5, [walked], 'recovered'],
  [4, [walked], null],
  [5, [{ outcome: 'waiting' }], 'recovered'],
])('after %i failed looks in a row and then %j, the turn is %s', (failures, results, turn) => {
  expect(look(results, before({ failures })).turn).toBe(turn)
})

test('three looks in a row that end at their deadline with nothing are too slow, and are repeated ever more seldom', () => {
  const nothing = (fruitless: number) => look([{ outcome: 'unfinished' }], before({ fruitless }), { moved: false })
  expect([0, 1, 2, 3, 9].map((fruitless) => nothing(fruitless).waitMs)).toEqual([30_000, 60_000, 120_000, 240_000, 900_000])
  expect([0, 1, 2, 3].map((fruitless) => nothing(fruitless).after.problem)).toEqual([null, null, 'SYNC_TOO_SLOW', 'SYNC_TOO_SLOW'])
  const moved = look([{ outcome: 'unfinished' }], before({ fruitless: 7, problem: 'SYNC_TOO_SLOW' }))
  expect(moved).toMatchObject({ waitMs: 0, after: { fruitless: 0, problem: null } })
  const stopped = look([{ outcome: 'unfinished' }], before({ fruitless: 1 }), { moved: false, aborted: true })
  expect(stopped.after.fruitless).toBe(1)
})

test('another company is looked at again at the usual pace, and is its problem', () => {
  const strange = look([{ outcome: 'strange' }, { outcome: 'strange' }])
  expect(strange).toMatchObject({ waitMs: 900_000, turn: null, after: { problem: 'OTHER_COMPANY', failures: 0, dirtySeen: 5 } })
})
