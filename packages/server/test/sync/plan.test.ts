import { describe, expect, test } from 'vitest'
import type { ModelStatus } from '../../src/merge/gateway.ts'
import { advance } from '../../src/sync/advance.ts'
import { type Checkpoint, EMPTY_CHECKPOINT, readCheckpoint, type Walk } from '../../src/sync/checkpoint.ts'
import { type Plan, type PlanContext, plan } from '../../src/sync/plan.ts'

const NOW = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
const DAY = 86_400_000
const iso = (ms: number) => new Date(ms).toISOString()

const status = (more: Partial<ModelStatus> = {}): ModelStatus => ({
  model: 'hris.Employee',
  status: 'DONE',
  isInitialSync: false,
  lastSyncResult: 'DONE',
  lastSyncStart: iso(NOW - 20 * MINUTE),
  lastSyncFinished: iso(NOW - 15 * MINUTE),
  nextSyncStart: null,
  dataFreshAsOf: null,
  reason: null,
  ...more,
})

const context = (more: Partial<PlanContext> = {}): PlanContext => ({
  now: NOW,
  ours: NOW,
  date: NOW,
  others: 'settled',
  fingerprint: 'f',
  generation: 0,
  companies: 0,
  live: 100,
  asked: false,
  modifiedAfter: true,
  earlyRead: false,
  sweepEveryMs: 7 * DAY,
  idleMs: 60 * MINUTE,
  ...more,
})

/** A model that was read whole an hour and a half ago, and nothing has happened since. */
const read = (more: Partial<Checkpoint> = {}): Checkpoint => ({
  ...EMPTY_CHECKPOINT,
  low: NOW - 100 * MINUTE,
  sweptAt: NOW - DAY,
  walkedAt: NOW - 30 * MINUTE,
  fingerprint: 'f',
  seen: ['DONE', 'DONE', iso(NOW - 20 * MINUTE), iso(NOW - 15 * MINUTE)].join('|'),
  ready: true,
  completeness: 'complete',
  ...more,
})

const walk = (more: Partial<Walk> = {}): Walk => ({
  kind: 'incremental',
  after: NOW - 100 * MINUTE,
  nextLow: NOW - 20 * MINUTE,
  goneBefore: NOW - 20 * MINUTE,
  cursor: 'c',
  startedAt: NOW - 5 * MINUTE,
  progressedAt: NOW - 4 * MINUTE,
  firstCommit: 0,
  leftOut: 0,
  withoutId: 0,
  raises: false,
  loops: 0,
  endless: false,
  seen: null,
  unstamped: false,
  completeness: 'complete',
  records: 7,
  live: 100,
  deleted: 0,
  look: { live: 100, deleted: 0 },
  ...more,
})

const walked = (decision: Plan): Walk => {
  if (decision.do !== 'walk') throw new Error(`It is to ${decision.do}.`)
  return decision.walk
}

const endless = (more: Partial<Checkpoint> = {}) => read({ walk: walk({ kind: 'sweep', endless: true }), endlessAt: NOW, ...more })

describe('what to do about a model', () => {
  const never = status({ status: 'SYNCING', lastSyncResult: null, lastSyncFinished: null })
  test.each<[string, Checkpoint, ModelStatus | null, Partial<PlanContext>, string]>([
    ['Merge has it switched off', read(), status({ status: 'DISABLED' }), { asked: true }, 'off'],
    ['it is switched off in the middle of a walk', read({ walk: walk() }), status({ status: 'DISABLED' }), {}, 'off'],
    ['Merge has never finished', EMPTY_CHECKPOINT, never, {}, 'wait'],
    ['Merge has never finished, and somebody asks', EMPTY_CHECKPOINT, never, { asked: true }, 'wait'],
    ['Merge has never finished, and reading early is on', EMPTY_CHECKPOINT, never, { earlyRead: true }, 'initial'],
    ['it was never read', EMPTY_CHECKPOINT, status(), {}, 'initial'],
    ['it was never read and Merge does not list it', EMPTY_CHECKPOINT, null, {}, 'initial'],
    ['nothing has happened', read(), status(), {}, 'rest'],
    ['somebody asks', read(), status(), { asked: true }, 'incremental'],
    ['Merge has finished another sync', read(), status({ lastSyncFinished: iso(NOW - MINUTE) }), {}, 'incremental'],
    ['Merge has begun another sync', read(), status({ status: 'SYNCING', lastSyncStart: iso(NOW - MINUTE) }), {}, 'incremental'],
    ['it was not read for an hour', read({ walkedAt: NOW - 60 * MINUTE }), status(), {}, 'incremental'],
    ['its list takes no modified_after', read({ walkedAt: NOW - 60 * MINUTE }), status(), { modifiedAfter: false }, 'sweep'],
    ['its last sweep was a week ago', read({ sweptAt: NOW - 7 * DAY }), status(), {}, 'sweep'],
    ['what a record depends on has changed', read(), status(), { fingerprint: 'g' }, 'sweep'],
    [
      'what a record depends on has changed before the first read was through',
      { ...EMPTY_CHECKPOINT, walk: walk({ kind: 'initial' }), fingerprint: 'f' },
      status(),
      { fingerprint: 'g' },
      'initial',
    ],
    ['a walk is under way', read({ walk: walk({ kind: 'sweep' }) }), status(), {}, 'sweep'],
    ['a walk is under way and Merge syncs', read({ walk: walk() }), status({ status: 'SYNCING' }), {}, 'incremental'],
    [
      'a first walk is a month old',
      { ...EMPTY_CHECKPOINT, walk: walk({ kind: 'initial', startedAt: NOW - 30 * DAY }), fingerprint: 'f' },
      status(),
      {},
      'initial',
    ],
    ['it was read in a future from which the clock was set back', read({ walkedAt: NOW + DAY }), status(), {}, 'incremental'],
    ['its last sweep lies in that future', read({ sweptAt: NOW + 365 * DAY }), status(), {}, 'sweep'],
    ['a list without an end was met in that future', read({ endlessAt: NOW + DAY }), status(), {}, 'sweep'],
    ['another company was confirmed', read(), status(), { companies: 1 }, 'sweep'],
    ['it was, and one full sync is still owed', read({ companies: 1, owed: 1 }), status(), { companies: 1 }, 'sweep'],
    ['it was, and both are done', read({ companies: 1 }), status(), { companies: 1 }, 'rest'],
    ['Merge lists no model yet', EMPTY_CHECKPOINT, null, { others: 'silent' }, 'wait'],
    [
      'Merge has listed none for a quarter of an hour',
      { ...EMPTY_CHECKPOINT, waitingSince: NOW - 15 * MINUTE },
      null,
      { others: 'silent' },
      'initial',
    ],
    ['Merge is at the first sync of others', { ...EMPTY_CHECKPOINT, waitingSince: NOW - 60 * MINUTE }, null, { others: 'busy' }, 'wait'],
    ['Merge has been at that for a day', { ...EMPTY_CHECKPOINT, waitingSince: NOW - DAY }, null, { others: 'busy' }, 'initial'],
    [
      'it was waited for in a future from which the clock was set back',
      { ...EMPTY_CHECKPOINT, waitingSince: NOW + DAY },
      null,
      { others: 'busy' },
      'initial',
    ],
    ['Merge lists no model any more, and it was read', read(), null, { others: 'silent', asked: true }, 'incremental'],
    [
      'Merge says that it is done, and not since when',
      EMPTY_CHECKPOINT,
      status({ lastSyncResult: null, lastSyncStart: null, lastSyncFinished: null }),
      {},
      'initial',
    ],
    ['a sweep has met a list without an end', endless(), status(), { asked: true }, 'incremental'],
    ['the same, and nothing has happened', endless(), status(), {}, 'rest'],
    ['the same, a day ago', read({ endlessAt: NOW - DAY }), status(), {}, 'sweep'],
    ['the same, and not a day ago', read({ sweptAt: 0, endlessAt: NOW - 86_399_999 }), status(), { asked: true }, 'incremental'],
    ['the same, and its list takes no modified_after', endless(), status(), { modifiedAfter: false }, 'sweep'],
    ['the same, and there is no watermark', endless({ low: null }), status(), {}, 'sweep'],
    ['the same, and what a record depends on has changed', endless(), status(), { fingerprint: 'g' }, 'sweep'],
  ])('%s', (_, state, known, more, expected) => {
    const decision = plan(state, known, context(more))
    expect(decision.do === 'walk' ? decision.walk.kind : decision.do).toBe(expected)
  })

  test('a walk under way keeps its bounds and its cursor, whatever the clocks say now', () => {
    const under = walk({ kind: 'sweep', after: null })
    expect(plan(read({ walk: under, sweep: 3 }), status(), context({ now: NOW + MINUTE }))).toEqual({
      do: 'walk',
      walk: under,
      sweep: 3,
      fingerprint: 'f',
      generation: 0,
      companies: 0,
      owed: 0,
    })
  })

  test.each<[string, Partial<Walk>, string | null, string | null]>([
    ['goes on, however long ago its last page was', { progressedAt: NOW - 300 * DAY }, null, 'c'],
    ['goes on, although a sink failed for days', { progressedAt: NOW - 3 * DAY }, 'SYNC_SINK_FAILED', 'c'],
    ['goes on, although Merge failed, for a day', { progressedAt: NOW - DAY + 1 }, 'UPSTREAM_PAGINATION_LOOP', 'c'],
    [
      'begins at its first page again after a day in which Merge kept it from the next',
      { progressedAt: NOW - DAY },
      'UPSTREAM_PAGINATION_LOOP',
      null,
    ],
    ['does so at once where that day cannot be told', { progressedAt: NOW + DAY }, 'UPSTREAM_UNAVAILABLE', null],
  ])('a walk under way %s', (_, more, problem, cursor) => {
    const under = walk(more)
    const next = walked(plan(read({ walk: under, problem }), status(), context()))
    expect(next).toEqual({ ...under, cursor, progressedAt: cursor === null ? NOW : under.progressedAt })
  })

  test('a sweep that begins after one met a list without an end goes on from its page', () => {
    const under = walk({ kind: 'sweep', after: null })
    const again = read({ walk: under, endlessAt: under.startedAt - DAY })
    expect(walked(plan(again, status(), context()))).toEqual(under)
  })

  test('an incremental walk begins where the last complete one said', () => {
    expect(walked(plan(read(), status(), context({ asked: true }))).after).toBe(NOW - 100 * MINUTE)
  })

  test('a sweep and a first walk have no lower bound, and every sweep has a number of its own', () => {
    expect(walked(plan(EMPTY_CHECKPOINT, status(), context())).after).toBeNull()
    expect(plan(read({ sweep: 4 }), status(), context({ fingerprint: 'g' }))).toMatchObject({
      sweep: 5,
      walk: { after: null, cursor: null },
    })
    expect(plan(read({ sweep: 4 }), status(), context({ asked: true }))).toMatchObject({ sweep: 4 })
  })
})

describe('where the next walk will begin', () => {
  const OVERLAP = 10 * MINUTE
  test.each<[string, Partial<PlanContext>, Partial<ModelStatus>, number]>([
    ['clocks agree', {}, {}, NOW - 1_000],
    ['ours is fast', { ours: NOW + 90_000 }, {}, NOW - 1_000],
    ['ours is slow', { ours: NOW - 90_000 }, {}, NOW - 90_000],
    ['the store’s is slow', { now: NOW - 90_000 }, {}, NOW - 90_000],
    ['ours is a year fast', { ours: NOW + 365 * DAY }, {}, NOW - 1_000],
    ['Merge’s is fast', { date: NOW + 90_000 }, {}, NOW],
    ['Merge’s is slow', { date: NOW - 90_000 }, {}, NOW - 91_000],
    ['a sync is under way', {}, { status: 'SYNCING', lastSyncStart: iso(NOW - 3 * MINUTE) }, NOW - 3 * MINUTE - 5_000],
    ['a sync is under way and Merge does not say since when', {}, { status: 'SYNCING', lastSyncStart: null }, NOW - 1_000],
    ['Merge does not say what time it is', { date: null }, {}, NOW - 20 * MINUTE],
    ['Merge says neither', { date: null }, { lastSyncStart: null }, NOW],
    ['a stamp is garbage', {}, { status: 'SYNCING', lastSyncStart: 'soon' }, NOW - 1_000],
    ['a fraction of a second is rounded down', { ours: NOW - 1_500 }, {}, NOW - 2_000],
  ])('%s', (_, more, known, expected) => {
    expect(walked(plan(EMPTY_CHECKPOINT, status(known), context(more))).nextLow).toBe(expected - OVERLAP)
  })
})

describe('how complete it is', () => {
  test.each<[string, ModelStatus | null, Walk['completeness']]>([
    ['done', status(), 'complete'],
    ['partial', status({ status: 'PARTIALLY_SYNCED', lastSyncResult: 'PARTIALLY_SYNCED' }), 'partial'],
    ['failed', status({ status: 'FAILED', lastSyncResult: 'FAILED' }), 'none'],
    ['syncing again after it was done', status({ status: 'SYNCING' }), 'complete'],
    ['not listed', null, 'complete'],
    ['a word we do not know', status({ lastSyncResult: 'SPLENDID' }), 'none'],
    ['done, and nothing else is said', status({ lastSyncResult: null, lastSyncStart: null, lastSyncFinished: null }), 'complete'],
    ['partial, and nothing else is said', status({ status: 'PARTIALLY_SYNCED', lastSyncResult: null }), 'partial'],
    ['syncing again, and how the last one ended is not said', status({ status: 'SYNCING', lastSyncResult: null }), 'partial'],
  ])('%s', (_, known, expected) => {
    expect(walked(plan(EMPTY_CHECKPOINT, known, context())).completeness).toBe(expected)
  })
})

test.each([
  ['every page of the look before was counted', { deleted: 30, look: { live: 100, deleted: 0 } }, 70, 30],
  ['its last page was not', { deleted: 30, look: { live: 100, deleted: 0 } }, 50, 50],
  ['nor was the only page of the second look', { deleted: 30, look: { live: 70, deleted: 30 } }, 20, 80],
  ['others came', { deleted: 30, look: { live: 100, deleted: 0 } }, 400, 30],
])('a walk that goes on counts what it has deleted: %s', (_, before, live, deleted) => {
  expect(walked(plan(read({ walk: walk({ live: 100, ...before }) }), status(), context({ live })))).toMatchObject({
    live: 100,
    deleted,
    look: { live, deleted },
  })
})

describe('what the checkpoint becomes', () => {
  const planned = (state: Checkpoint, decision: Plan) =>
    advance(state, { kind: 'planned', plan: decision, status: status(), shape: 's', now: NOW })
  const page = (next: string | null) => ({ kind: 'page', next, records: 100, unstamped: 0, withoutId: 0, leftOut: 0, now: NOW }) as const

  test('the watermark moves with the last page and at no other moment', () => {
    const state = read({ walk: walk({ nextLow: 42 }) })
    const middle = advance(state, page('d'))
    expect(middle).toMatchObject({ low: state.low, walk: { cursor: 'd', records: 107 }, commits: 1, walkedAt: state.walkedAt })
    const end = advance(middle, page(null))
    expect(end).toMatchObject({ low: 42, walk: null, commits: 2, walkedAt: NOW, problem: null })
  })

  test('a walk that met a record without its stamp leaves the watermark, at most three times in a row', () => {
    const unstamped = { ...page('d'), unstamped: 1 }
    const walkThrough = (state: Checkpoint) => advance(advance({ ...state, walk: walk({ nextLow: 42 }) }, unstamped), page(null))
    const states = [read()]
    for (let made = 0; made < 5; made++) states.push(walkThrough(states.at(-1) as Checkpoint))
    expect(states.map(({ low, lowKept }) => [low, lowKept])).toEqual([...[0, 1, 2, 3].map((kept) => [read().low, kept]), [42, 0], [42, 1]])
    expect(states[1]).toMatchObject({ walk: null, walkedAt: NOW })
  })

  test('a walk in which every record has its stamp moves the watermark, whatever the ones before it met', () => {
    expect(advance(read({ lowKept: 2, walk: walk({ nextLow: 42 }) }), page(null))).toMatchObject({ low: 42, lowKept: 0 })
  })

  test('an initial walk leaves the watermark for such a record only where something had been stored', () => {
    const initial = (live: number) => ({ ...EMPTY_CHECKPOINT, walk: walk({ kind: 'initial', after: null, nextLow: 42, live }) })
    const last = { ...page(null), unstamped: 1 }
    expect(advance(initial(0), last)).toMatchObject({ low: 42, lowKept: 0 })
    expect(advance(initial(1), last)).toMatchObject({ low: null, lowKept: 1 })
  })

  test('only a walk without a lower bound counts as a sweep', () => {
    const before = NOW - DAY
    expect(advance(read({ sweptAt: before, walk: walk() }), page(null)).sweptAt).toBe(before)
    expect(advance(read({ sweptAt: before, walk: walk({ after: null }) }), page(null)).sweptAt).toBe(NOW)
  })

  test('ready comes with a walk over what Merge had finished, and stays', () => {
    const none = advance({ ...EMPTY_CHECKPOINT, walk: walk({ completeness: 'none' }) }, page(null))
    expect(none).toMatchObject({ ready: false, completeness: 'none' })
    const partial = advance({ ...none, walk: walk({ completeness: 'partial' }) }, page(null))
    expect(partial).toMatchObject({ ready: true, completeness: 'partial' })
    expect(advance({ ...partial, walk: walk({ completeness: 'none' }) }, page(null))).toMatchObject({
      ready: true,
      completeness: 'partial',
    })
  })

  test('a cursor that is not accepted any more starts the walk again with the same bounds', () => {
    const state = read({ walk: walk({ cursor: 'old', after: 5, nextLow: 6 }) })
    expect(advance(state, { kind: 'cursor_invalid' })).toEqual({ ...state, walk: { ...state.walk, cursor: null } })
  })

  test('a failure is remembered, keeps everything else, and is forgotten with the next page', () => {
    const state = read({ walk: walk() })
    const failed = advance(state, { kind: 'failed', code: 'UPSTREAM_TIMEOUT', now: NOW })
    expect(failed).toEqual({ ...state, problem: 'UPSTREAM_TIMEOUT' })
    expect(advance(failed, page('d')).problem).toBeNull()
  })

  test('a sweep without an end stays a problem until a walk of everything has ended', () => {
    const loop = { kind: 'failed', code: 'UPSTREAM_PAGINATION_LOOP', now: NOW } as const
    const once = advance(read({ walk: walk({ kind: 'sweep', after: null }) }), loop)
    expect(once).toMatchObject({ problem: 'UPSTREAM_PAGINATION_LOOP', endlessAt: null })
    const state = advance(once, loop)
    expect(state).toMatchObject({ problem: 'UPSTREAM_PAGINATION_LOOP', endlessAt: NOW, walk: { endless: true } })
    const middle = advance({ ...state, walk: walk() }, page('d'))
    expect(middle).toMatchObject({ problem: 'UPSTREAM_PAGINATION_LOOP', endlessAt: NOW })
    expect(advance(middle, page(null))).toMatchObject({ problem: 'UPSTREAM_PAGINATION_LOOP', endlessAt: NOW })
    const whole = advance({ ...state, walk: walk({ kind: 'sweep', after: null }) }, page(null))
    expect(whole).toMatchObject({ problem: null, endlessAt: null })
  })

  test('another failure, or another walk, makes no sweep one without an end', () => {
    const sweep = read({ walk: walk({ kind: 'sweep', after: null }) })
    expect(advance(sweep, { kind: 'failed', code: 'UPSTREAM_TIMEOUT', now: NOW }).endlessAt).toBeNull()
    const loop = { kind: 'failed', code: 'UPSTREAM_PAGINATION_LOOP', now: NOW } as const
    expect(advance(advance(read({ walk: walk() }), loop), loop).endlessAt).toBeNull()
    expect(advance(advance(read(), loop), loop).endlessAt).toBeNull()
  })

  test('a plan to walk is taken over, and any other leaves the walk where it is', () => {
    const under = walk()
    const next = { do: 'walk', walk: under, sweep: 2, fingerprint: 'g', generation: 1, companies: 3, owed: 2 } as const
    expect(planned(read(), next)).toMatchObject({
      walk: under,
      sweep: 2,
      fingerprint: 'g',
      generation: 1,
      companies: 3,
      owed: 2,
      status: 'DONE',
      shape: 's',
    })
    for (const decision of [{ do: 'rest' }, { do: 'wait' }, { do: 'off' }] as const)
      expect(planned(read({ walk: under }), decision)).toMatchObject({ walk: under, low: read().low })
  })

  test('a wait is counted from its first look, and ends with anything else', () => {
    const waits = planned(EMPTY_CHECKPOINT, { do: 'wait' })
    expect(waits.waitingSince).toBe(NOW)
    expect(planned({ ...waits, waitingSince: 5 }, { do: 'wait' }).waitingSince).toBe(5)
    expect(planned(waits, { do: 'rest' }).waitingSince).toBeNull()
  })

  test('a full sync of another company is owed until it has ended, and only a full sync pays', () => {
    const owing = read({ owed: 2, companies: 1, walk: walk({ kind: 'sweep', after: null }) })
    const once = advance(owing, page(null))
    expect([once.owed, advance({ ...once, walk: walk({ kind: 'sweep', after: null }) }, page(null)).owed]).toEqual([1, 0])
    expect(advance({ ...owing, walk: walk() }, page(null)).owed).toBe(2)
    expect(advance({ ...owing, walk: walk({ kind: 'initial', after: null }) }, page(null)).owed).toBe(2)
  })

  test('a walk of everything of which everything was left out is not ready, and says so', () => {
    const all = { ...page(null), records: 3, leftOut: 3, withoutId: 3 }
    const whole = (more: Partial<Walk> = {}) => read({ walk: walk({ kind: 'sweep', after: null, records: 0, ...more }) })
    expect(advance(whole(), all)).toMatchObject({ ready: false, problem: 'SYNC_RECORDS_LEFT_OUT', withoutId: 3 })
    expect(advance(whole({ records: 1 }), all)).toMatchObject({ ready: true, problem: null, withoutId: 3 })
    expect(advance(whole(), { ...page(null), records: 0 })).toMatchObject({ ready: true, problem: null, withoutId: 0 })
    expect(advance(read({ walk: walk({ records: 0 }) }), all)).toMatchObject({ ready: true, problem: 'SYNC_RECORDS_LEFT_OUT' })
  })

  test('what a walk of everything met is still left out after it, and what it did not meet is forgotten', () => {
    const lost = (id: string, commit: number) => ({ id, modifiedAt: 1, code: 'X', at: NOW, commit })
    const state = read({
      commits: 9,
      walk: walk({ kind: 'sweep', after: null, firstCommit: 7 }),
      quarantine: [lost('old', 6), lost('new', 7)],
    })
    expect(advance(state, page(null)).quarantine.map(({ id }) => id)).toEqual(['new'])
    expect(advance({ ...state, walk: walk() }, page(null)).quarantine.map(({ id }) => id)).toEqual(['old', 'new'])
  })

  test('each mass deletion that is held has a number, until its walk ends', () => {
    const held = advance(read({ walk: walk() }), { kind: 'held', confirmed: 0 })
    expect(held).toMatchObject({ held: true, holds: 1 })
    expect(advance(held, { kind: 'held', confirmed: 0 })).toMatchObject({ held: true, holds: 1 })
    expect(advance(advance(held, page(null)), { kind: 'held', confirmed: 0 })).toMatchObject({ holds: 2 })
  })

  test('a page or a cursor without a walk changes nothing', () => {
    expect(advance(read(), page(null))).toEqual(read())
    expect(advance(read(), { kind: 'cursor_invalid' })).toEqual(read())
  })

  test.each([null, undefined, '', 'garbage', '{"low":'])('%j reads as a model that was never read', (text) => {
    expect(readCheckpoint(text)).toEqual(EMPTY_CHECKPOINT)
  })
})
