import type { VersionedRecord } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  claim,
  commit,
  feed,
  mirror,
  read,
  record,
  release,
  reserve,
  reserveAndClaim,
  STAMP,
  snapshot,
  version,
} from '../examples.ts'

const { checks, check } = checksOf('commit')
export const commitVersionChecks = checks

const NEWEST = 'older never overwrites newer: a raise that HR entered today does not turn back into last month’s salary'
const QUIET = 'what has not changed wakes nobody: a weekly full read would otherwise look like a hundred thousand changes'
const ONCE = 'a page whose answer was lost can be sent again'
const DELETED = 'who has left the company does not come back from an old page'

type Version = Partial<Pick<VersionedRecord, 'generation' | 'modifiedAt' | 'page'>>

const MATRIX: readonly [string, Version, Version, 'wins' | 'loses'][] = [
  ['a later stamp', {}, { modifiedAt: STAMP + 1000 }, 'wins'],
  ['a stamp that is one microsecond later', {}, { modifiedAt: STAMP + 1 }, 'wins'],
  ['a stamp that is one microsecond earlier', {}, { modifiedAt: STAMP - 1 }, 'loses'],
  ['the same version', {}, {}, 'wins'],
  ['the same stamp on a later page', {}, { page: 2 }, 'wins'],
  ['the same stamp on an earlier page', { page: 2 }, { page: 1 }, 'loses'],
  ['page 10 after page 9', { page: 9 }, { page: 10 }, 'wins'],
  ['page 9 after page 10', { page: 10 }, { page: 9 }, 'loses'],
  ['a later stamp on an earlier page', { page: 9 }, { modifiedAt: STAMP + 1, page: 1 }, 'wins'],
  ['an earlier stamp on a later page', {}, { modifiedAt: STAMP - 1, page: 9 }, 'loses'],
  ['a higher generation with an earlier stamp', {}, { generation: 1, modifiedAt: STAMP - 1000, page: 0 }, 'wins'],
  ['a lower generation with a later stamp', { generation: 1 }, { modifiedAt: STAMP + 1000, page: 9 }, 'loses'],
  ['generation 10 after 9', { generation: 9 }, { generation: 10 }, 'wins'],
  ['no stamp over no stamp', { modifiedAt: 0 }, { modifiedAt: 0 }, 'wins'],
  ['no stamp over a stamp', {}, { modifiedAt: 0, page: 9 }, 'loses'],
  ['a stamp over no stamp', { modifiedAt: 0 }, { modifiedAt: 1 }, 'wins'],
  ['no stamp in a higher generation', {}, { generation: 1, modifiedAt: 0 }, 'wins'],
  ['a stamp after 2038', { modifiedAt: 2 ** 31 * 1_000_000 }, { modifiedAt: 2 ** 31 * 1_000_000 + 1 }, 'wins'],
  ['the largest stamp', { modifiedAt: Number.MAX_SAFE_INTEGER - 1 }, { modifiedAt: Number.MAX_SAFE_INTEGER }, 'wins'],
  ['the largest stamp but one', { modifiedAt: Number.MAX_SAFE_INTEGER }, { modifiedAt: Number.MAX_SAFE_INTEGER - 1 }, 'loses'],
  ['a stamp with more digits', { modifiedAt: 999 }, { modifiedAt: 1000 }, 'wins'],
]
for (const [what, stored, incoming, outcome] of MATRIX) {
  check(`${what} ${outcome}`, NEWEST, async ({ storage }) => {
    const untouched = await bystander(storage)
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, [version('record-0', 'stored', stored), record('record-1')])
    const result = await commit(storage, claimed, [version('record-0', 'incoming', incoming)])
    const wins = outcome === 'wins'
    assert.deepEqual(result, { changed: wins ? 1 : 0, deleted: 0, seq: wins ? 3 : 2 })
    const found = await mirror(storage, claimed.account)
    assert.equal(found['record-0'], JSON.stringify({ id: 'record-0', content: wins ? 'incoming' : 'stored' }))
    assert.equal(found['record-1'], record('record-1').data, 'another record of the model')
    await untouched()
  })
  check(`with an equal hash the row stays as it is: ${what}`, QUIET, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, [version('record-0', 'stored', stored)])
    const before = await snapshot(storage, claimed.account)
    assert.deepEqual(await commit(storage, claimed, [version('record-0', 'stored', incoming)]), { changed: 0, deleted: 0, seq: 1 })
    assert.deepEqual(await snapshot(storage, claimed.account), before)
  })
}

check('the same stamp under a later fence wins, on an earlier page too', NEWEST, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  const first = await claim(storage, account)
  await commit(storage, first, [version('x', 'first', { page: 9 })])
  await release(storage, first)
  const second = await claim(storage, account)
  assert.equal((await commit(storage, second, [version('x', 'second', { page: 1 })])).changed, 1)
  assert.equal((await commit(storage, second, [version('x', 'old', { modifiedAt: STAMP - 1, page: 99 })])).changed, 0)
})

check('an equal hash leaves the version alone too', NEWEST, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'same', { modifiedAt: STAMP })])
  await commit(storage, claimed, [version('x', 'same', { modifiedAt: STAMP + 1000 })])
  assert.equal((await feed(storage, claimed.account))[0]?.modifiedAt, STAMP)
  assert.equal((await commit(storage, claimed, [version('x', 'between', { modifiedAt: STAMP + 500 })])).changed, 1)
})

check('an overwritten row carries the new version', NEWEST, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'one', { modifiedAt: STAMP })])
  await commit(storage, claimed, [version('x', 'three', { modifiedAt: STAMP + 3 })])
  assert.equal((await commit(storage, claimed, [version('x', 'two', { modifiedAt: STAMP + 2 })])).changed, 0)
  assert.deepEqual(
    (await feed(storage, claimed.account)).map(({ seq, modifiedAt }) => [seq, modifiedAt]),
    [[2, STAMP + 3]],
  )
})

check('a page that is sent again changes nothing', ONCE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'one'), version('y', 'one')])
  const page = [version('x', 'two', { modifiedAt: STAMP + 1 }), version('z', 'one'), version('y', 'gone', { deleted: true })]
  assert.deepEqual(await commit(storage, claimed, page, { checkpoint: 'next' }), { changed: 3, deleted: 1, seq: 5 })
  const before = await snapshot(storage, claimed.account)
  assert.deepEqual(await commit(storage, claimed, page, { checkpoint: 'next' }), { changed: 0, deleted: 0, seq: 5 })
  assert.deepEqual(await snapshot(storage, claimed.account), before)
})

check('a newer deletion makes a tombstone that an older page cannot revive', DELETED, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'here'), version('y', 'here')])
  const gone = version('x', 'gone', { deleted: true, modifiedAt: STAMP + 10 })
  assert.deepEqual(await commit(storage, claimed, [gone]), { changed: 1, deleted: 1, seq: 3 })
  assert.equal((await commit(storage, claimed, [version('x', 'old', { modifiedAt: STAMP + 9 })])).changed, 0)
  const found = (await feed(storage, claimed.account)).map(({ seq, id, op, data }) => ({ seq, id, op, data }))
  assert.deepEqual(found, [
    { seq: 2, id: 'y', op: 'upsert', data: version('y', 'here').data },
    { seq: 3, id: 'x', op: 'delete', data: gone.data },
  ])
})

check('a newer version revives a tombstone', 'who is hired again is there again', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'gone', { deleted: true })])
  await commit(storage, claimed, [version('x', 'back', { modifiedAt: STAMP + 1 })])
  assert.deepEqual(await mirror(storage, claimed.account), { x: version('x', 'back').data })
})

check('counts live rows through inserts, deletions and returns', 'a customer is shown the right number', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const steps: [VersionedRecord[], number][] = [
    [[version('x', '1'), version('y', '1'), version('z', '1', { deleted: true })], 2],
    [[version('x', '2', { deleted: true })], 1],
    [[version('x', '2', { deleted: true }), version('z', '2', { deleted: true })], 1],
    [[version('x', '3'), version('y', '3'), version('z', '3')], 3],
    [[version('y', 'old', { deleted: true, modifiedAt: STAMP - 1 })], 3],
    [[version('x', '4', { deleted: true }), version('y', '4', { deleted: true }), version('z', '4', { deleted: true })], 0],
  ]
  for (const [page, live] of steps) {
    await commit(storage, claimed, page)
    assert.equal((await read(storage, claimed.account)).models['hris.Employee']?.records, live)
    assert.equal(Object.keys(await mirror(storage, claimed.account)).length, live)
  }
})

const TWICE: readonly [string, VersionedRecord[], string][] = [
  ['the later place wins at the same version', [version('x', 'one'), version('x', 'two')], 'two'],
  ['the later place wins with a newer version', [version('x', 'one'), version('x', 'two', { modifiedAt: STAMP + 1 })], 'two'],
  ['the earlier place wins with a newer version', [version('x', 'one', { modifiedAt: STAMP + 1 }), version('x', 'two')], 'one'],
  ['the newest of three wins', [version('x', 'one'), version('x', 'two', { generation: 1 }), version('x', 'three')], 'two'],
]
for (const [what, page, winner] of TWICE) {
  check(`an id twice in a page counts once: ${what}`, NEWEST, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    const whole = [record('before'), ...page, record('after')]
    assert.deepEqual(await commit(storage, claimed, whole), { changed: 3, deleted: 0, seq: 3 })
    assert.equal((await mirror(storage, claimed.account)).x, version('x', winner).data)
    assert.equal((await read(storage, claimed.account)).models['hris.Employee']?.records, 3)
    assert.deepEqual(await commit(storage, claimed, whole), { changed: 0, deleted: 0, seq: 3 }, 'sent again')
  })
}

check('an id twice in a page, ending as what is stored, changes nothing', QUIET, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'stored')])
  assert.deepEqual(await commit(storage, claimed, [version('x', 'other'), version('x', 'stored')]), { changed: 0, deleted: 0, seq: 1 })
  assert.equal((await feed(storage, claimed.account))[0]?.data, version('x', 'stored').data)
})
