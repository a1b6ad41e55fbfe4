import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  claim,
  commit,
  EVERYTHING,
  feed,
  mirror,
  pageOf,
  read,
  record,
  records,
  reserveAndClaim,
  STAMP,
  snapshot,
  sweep,
  version,
} from '../examples.ts'

const { checks, check } = checksOf('commit')
export const sweepChecks = checks

const STALE = 'who was deleted at the source without a trace does not stay in the mirror for ever'
const ALIVE = 'nobody is deleted because one full read happened to miss them'
const AGAIN = 'a page whose answer was lost can be sent again'

check('a sweep retires what it did not see and the sweep before missed too', STALE, async ({ storage }) => {
  const untouched = await bystander(storage)
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('stays'), record('goes')])
  assert.deepEqual(await sweep(storage, claimed, 2, [record('stays')]), { changed: 0, deleted: 0, seq: 2 })
  assert.deepEqual(await sweep(storage, claimed, 3, [record('stays')]), { changed: 1, deleted: 1, seq: 3 })
  const { op, data, modifiedAt, seq } = (await feed(storage, claimed.account)).at(-1)!
  assert.deepEqual({ op, data, modifiedAt, seq }, { op: 'delete', data: record('goes').data, modifiedAt: STAMP, seq: 3 })
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)), ['stays'])
  assert.equal((await read(storage, claimed.account)).models['hris.Employee']?.records, 1)
  await untouched()
})

check('one sweep that misses a record is not enough', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('x'), record('y')])
  await sweep(storage, claimed, 2, [record('y')])
  await sweep(storage, claimed, 3, [record('x'), record('y')])
  await sweep(storage, claimed, 4, [record('y')])
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['x', 'y'])
})

check('two sweeps that miss a record, but not one after the other, are not enough', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('x'), record('y')])
  await sweep(storage, claimed, 2, [record('y')])
  await sweep(storage, claimed, 4, [record('y')])
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['x', 'y'], 'sweep 3 did not miss it')
  assert.equal((await sweep(storage, claimed, 5, [record('y')])).changed, 1, 'missing in 4 and 5')
})

check('a record is seen on any page of a sweep', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(6))
  for (const number of [1, 2, 3]) {
    await commit(storage, claimed, records(2), { sweep: { number } })
    await commit(storage, claimed, records(4).slice(2), { sweep: { number } })
    await sweep(storage, claimed, number, records(6).slice(4))
  }
  assert.equal((await sweep(storage, claimed, 4, records(6).slice(4))).changed, 0, 'missing in 4 only')
  assert.equal(Object.keys(await mirror(storage, claimed.account)).length, 6)
})

check('a record in an older version, or unchanged, is seen like any other', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [version('x', 'new', { modifiedAt: STAMP + 1 }), record('y')])
  for (const number of [1, 2, 3]) {
    await commit(storage, claimed, [version('x', 'old'), record('y')], { sweep: { number } })
    assert.equal((await sweep(storage, claimed, number, [])).changed, 0, 'on an earlier page of the sweep')
  }
  for (const number of [4, 5, 6]) {
    assert.equal((await sweep(storage, claimed, number, [version('x', 'old'), record('y')])).changed, 0, 'on its last page')
  }
})

check('being seen in one sweep does not count for the next', STALE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  for (const number of [1, 2, 3]) await sweep(storage, claimed, number, [record('x')])
  await sweep(storage, claimed, 4, [])
  assert.equal((await sweep(storage, claimed, 5, [])).changed, 1)
})

check('a record born between two sweeps is not retired by the first that misses it', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('y')])
  await sweep(storage, claimed, 2, [record('y')])
  await commit(storage, claimed, [record('x')])
  assert.equal((await sweep(storage, claimed, 3, [record('y')])).changed, 0)
})

for (const [what, brought] of [
  ['changed', version('x', 'changed', { modifiedAt: STAMP + 1 })],
  ['unchanged', record('x')],
  ['in an older version', version('x', 'old', { modifiedAt: STAMP - 1 })],
] as const) {
  check(`a record that a commit brings between two sweeps, ${what}, counts as not missing`, ALIVE, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await sweep(storage, claimed, 1, [record('x'), record('y')])
    await sweep(storage, claimed, 2, [record('y')])
    await commit(storage, claimed, [brought])
    assert.equal((await sweep(storage, claimed, 3, [record('y')])).changed, 0, 'retired, though it came between the sweeps')
    assert.equal((await sweep(storage, claimed, 4, [record('y')])).changed, 1, 'missing in 3 and 4')
  })
}

check('a page brings back what it brings, and nothing else', STALE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('x'), record('y'), record('z')])
  await sweep(storage, claimed, 2, [record('y')])
  await commit(storage, claimed, [record('y'), record('new')])
  await commit(storage, claimed, [record('y')], { sweep: { number: 3 } })
  assert.equal((await sweep(storage, claimed, 3, [record('new'), record('z')])).changed, 1, 'missing in 2 and 3')
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['new', 'y', 'z'])
})

check('a record that was seen and then changes outside the sweep was seen all the same', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('x'), record('y')])
  await commit(storage, claimed, [record('x')], { sweep: { number: 2 } })
  await commit(storage, claimed, [version('x', 'changed', { modifiedAt: STAMP + 1 })])
  await sweep(storage, claimed, 2, [record('y')])
  assert.equal((await sweep(storage, claimed, 3, [record('y')])).changed, 0, 'missing in 3 only')
})

check('olderThan spares what was changed after it', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const page = ['at', 'after', 'before'].map((id, index) => record(id, { modifiedAt: STAMP + [0, 1, -1][index]! }))
  await sweep(storage, claimed, 1, page, STAMP)
  await sweep(storage, claimed, 2, [], STAMP)
  assert.equal((await sweep(storage, claimed, 3, [], STAMP)).changed, 2)
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)), ['after'])
  assert.equal((await sweep(storage, claimed, 4, [], STAMP + 1)).changed, 1, 'what was spared is missing in 3 and 4')
})

check('without retire a sweep retires nothing and remembers nothing as missing', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('x')])
  for (const number of [2, 3, 4]) assert.equal((await commit(storage, claimed, [], { sweep: { number } })).changed, 0)
  assert.equal((await sweep(storage, claimed, 5, [])).changed, 0)
})

check('what is deleted already is not retired again', 'no change is told twice', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [record('x', { deleted: true }), record('y')])
  for (const [number, changed] of [1, 2, 3, 4].map((number) => [number, number === 2 ? 1 : 0] as const)) {
    assert.equal((await sweep(storage, claimed, number, [])).changed, changed, `sweep ${number}`)
  }
})

check('each retired row gets the next seq', 'a reader that remembers the newest number misses nothing', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(5))
  await sweep(storage, claimed, 1, [])
  assert.deepEqual(await sweep(storage, claimed, 2, [record('new'), record('record-0')]), { changed: 5, deleted: 4, seq: 10 })
  assert.deepEqual(
    (await feed(storage, claimed.account)).map(({ seq, op }) => [seq, op]),
    [1, 6, 7, 8, 9, 10].map((seq) => [seq, seq > 6 ? 'delete' : 'upsert']),
  )
})

check('a retired record comes back when the source shows it again, unchanged', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  for (const [number, page] of [[record('x')], [], []].entries()) await sweep(storage, claimed, number + 1, page)
  assert.deepEqual(await mirror(storage, claimed.account), {})
  assert.deepEqual(await commit(storage, claimed, [record('x')]), { changed: 1, deleted: 0, seq: 3 })
  assert.deepEqual(await mirror(storage, claimed.account), { x: record('x').data })
  assert.equal((await read(storage, claimed.account)).models['hris.Employee']?.records, 1)
})

check('an older version does not bring a retired record back', STALE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  for (const [number, page] of [[record('x')], [], []].entries()) await sweep(storage, claimed, number + 1, page)
  assert.equal((await commit(storage, claimed, [version('x', 'old', { modifiedAt: STAMP - 1 })])).changed, 0)
})

check('the last page of a sweep, sent again, is not a second miss', AGAIN, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await sweep(storage, claimed, 1, [record('x'), record('y'), record('z')])
  await commit(storage, claimed, [record('y')], { sweep: { number: 2 } })
  for (const _ of [1, 2, 3]) assert.equal((await sweep(storage, claimed, 2, [record('z')])).changed, 0)
  assert.equal((await sweep(storage, claimed, 3, [record('z')])).changed, 1)
  const before = await snapshot(storage, claimed.account)
  assert.equal((await sweep(storage, claimed, 3, [record('z')])).changed, 0, 'sent again after it retired')
  assert.deepEqual(await snapshot(storage, claimed.account), before)
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['y', 'z'])
})

check('a fenced page of a sweep marks nothing', ALIVE, async ({ storage, clock }) => {
  const first = await reserveAndClaim(storage, 'a')
  await sweep(storage, first, 1, [record('x')])
  assert.equal(await storage.renew(first.account.id, first.fence, 100), true)
  await clock.advance(600)
  const second = await claim(storage, first.account)
  const late = pageOf(first, [], { sweep: { number: 2, retire: { olderThan: EVERYTHING } } })
  assert.equal(await storage.commit(late), 'fenced')
  assert.equal((await sweep(storage, second, 3, [])).changed, 0)
})

check('a sweep over 3,000 records retires the 1,000 that are gone', STALE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const all = records(3000)
  await sweep(storage, claimed, 1, all)
  await sweep(storage, claimed, 2, all.slice(1000))
  assert.deepEqual(await sweep(storage, claimed, 3, all.slice(1000)), { changed: 1000, deleted: 1000, seq: 4000 })
  assert.equal((await read(storage, claimed.account)).models['hris.Employee']?.records, 2000)
})
