import type { Claim, Page, Storage, VersionedRecord } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  claim,
  claimDue,
  commit,
  LONG_LEASE,
  mirror,
  pageOf,
  read,
  record,
  records,
  reserve,
  reserveAndClaim,
  STAMP,
  snapshot,
  version,
} from '../examples.ts'

const { checks, check } = checksOf('commit')
export const commitDeletionChecks = checks

const COUNT =
  'many small deletions of one walk add up: a wrong count lets a source that empties itself empty the mirror, or holds it for nothing'
const GUARD = 'a source that shows half of its people by mistake does not delete the other half from the product'
const QUIET = 'people who leave one by one are gone the same day, and nobody has to confirm it'
const TRACE = 'a mass deletion that nobody has confirmed leaves no trace: nobody is half deleted, and nothing is skipped afterwards'
const FENCED = 'a worker that was presumed dead is told so, and does not wait for somebody to confirm a deletion'

/** Later than any example record's stamp. */
const EVERYTHING = STAMP + 1_000_000_000

const here = (id: string) => version(id, 'here')
const gone = (id: string, overrides: Partial<VersionedRecord> = {}) => version(id, 'gone', { deleted: true, ...overrides })

const COUNTED: readonly [string, VersionedRecord[], VersionedRecord[], number][] = [
  ['a live row that is deleted counts', [here('x'), here('y')], [gone('x')], 1],
  ['each live row that is deleted counts', [here('x'), here('y'), here('z')], [gone('x'), here('y'), gone('z')], 2],
  ['a new row that arrives as deleted does not count', [here('y')], [gone('x')], 0],
  ['a tombstone with a new content does not count', [gone('x')], [version('x', 'gone again', { deleted: true })], 0],
  ['a tombstone that comes again does not count', [gone('x')], [gone('x')], 0],
  ['a deletion in an older version does not count', [here('x')], [gone('x', { modifiedAt: STAMP - 1 })], 0],
  ['a row that comes back does not count', [gone('x'), here('y')], [here('x')], 0],
  ['a row that changes does not count', [here('x')], [version('x', 'changed')], 0],
  ['what is inserted beside it does not make up for it', [here('x')], [gone('x'), here('new'), here('newer')], 1],
  ['an id twice in a page counts once', [here('x')], [gone('x'), version('x', 'gone too', { deleted: true })], 1],
  ['an id twice in a page counts by its end: back again', [here('x')], [gone('x'), version('x', 'back')], 0],
  ['an id twice in a page counts by its end: gone again', [here('x')], [version('x', 'changed'), gone('x')], 1],
  ['an id twice in a page counts by its newest version', [here('x')], [version('x', 'newest', { modifiedAt: STAMP + 1 }), gone('x')], 0],
]
for (const [what, stored, page, expected] of COUNTED) {
  check(`deleted: ${what}`, COUNT, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, stored)
    if (expected > 0) {
      const before = await snapshot(storage, claimed.account)
      assert.equal(await storage.commit(pageOf(claimed, page, { deleteAtMost: expected - 1 })), 'held', 'with one less allowed')
      assert.deepEqual(await snapshot(storage, claimed.account), before)
    }
    const taken = await storage.commit(pageOf(claimed, page, { deleteAtMost: expected }))
    if (typeof taken === 'string') assert.fail(`commit answered "${taken}" to a page that deletes no more than it may`)
    assert.equal(taken.deleted, expected)
    assert.equal((await commit(storage, claimed, page)).deleted, 0, 'sent again')
  })
}

check('deleted: rows that a sweep retires count, together with those that a record deletes', COUNT, async ({ storage }) => {
  const untouched = await bystander(storage)
  const claimed = await missedOnce(storage, ['x', 'y'], ['z', 'stays'])
  const page = lastPage(claimed, 3, [gone('z'), here('stays')])
  for (const deleteAtMost of [0, 1, 2]) assert.equal(await storage.commit({ ...page, deleteAtMost }), 'held', `at most ${deleteAtMost}`)
  assert.deepEqual(await storage.commit({ ...page, deleteAtMost: 3 }), { changed: 3, deleted: 3, seq: 7 })
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)), ['stays'])
  await untouched()
})

check('deleted: what a sweep has missed once, or spares for its stamp, does not count', QUIET, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.commit(lastPage(claimed, 1, [...records(20), record('spared', { modifiedAt: STAMP + 1 })]))
  assert.deepEqual(await storage.commit(lastPage(claimed, 2, records(20), { deleteAtMost: 0 })), { changed: 0, deleted: 0, seq: 21 })
  const third = lastPage(claimed, 3, [], { deleteAtMost: 0, sweep: { number: 3, retire: { olderThan: STAMP } } })
  assert.deepEqual(await storage.commit(third), { changed: 0, deleted: 0, seq: 21 })
})

check('deleted: what the page itself brings is not missing', QUIET, async ({ storage }) => {
  const claimed = await missedOnce(storage, ['x', 'y'], ['z'])
  const page = lastPage(claimed, 3, [here('x'), version('y', 'old', { modifiedAt: STAMP - 1 }), here('z')], { deleteAtMost: 0 })
  assert.deepEqual(await storage.commit(page), { changed: 0, deleted: 0, seq: 3 })
})

for (const limit of [0, 1, 50]) {
  check(`deleteAtMost ${limit}: ${limit} deletions by records are stored, ${limit + 1} are held`, GUARD, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, records(120))
    const deletions = (count: number) => records(count).map(({ id }) => gone(id))
    assert.equal(await storage.commit(pageOf(claimed, deletions(limit + 1), { deleteAtMost: limit })), 'held')
    const taken = await storage.commit(pageOf(claimed, deletions(limit), { deleteAtMost: limit }))
    assert.deepEqual(taken, { changed: limit, deleted: limit, seq: 120 + limit })
  })
  check(`deleteAtMost ${limit}: ${limit} deletions by retire are stored, ${limit + 1} are held`, GUARD, async ({ storage }) => {
    const all = records(120).map(({ id }) => id)
    const more = await missedOnce(storage, all.slice(0, limit + 1), all.slice(limit + 1), 'more')
    assert.equal(await storage.commit(lastPage(more, 3, [], { deleteAtMost: limit })), 'held')
    const enough = await missedOnce(storage, all.slice(0, limit), all.slice(limit), 'enough')
    const taken = await storage.commit(lastPage(enough, 3, [], { deleteAtMost: limit }))
    assert.deepEqual(taken, { changed: limit, deleted: limit, seq: 120 + limit })
  })
}

check('deleteAtMost is about one page: earlier ones do not count', QUIET, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(6))
  for (const start of [0, 2, 4]) {
    const page = records(start + 2).slice(start)
    const deletions = page.map(({ id }) => gone(id))
    assert.equal((await commit(storage, claimed, deletions, { deleteAtMost: 2 })).deleted, 2)
  }
})

check('without deleteAtMost any number is deleted', 'a mass deletion that somebody has confirmed happens', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(2000))
  const everybody = records(2000).map(({ id }) => gone(id))
  assert.deepEqual(await commit(storage, claimed, everybody), { changed: 2000, deleted: 2000, seq: 4000 })
  assert.deepEqual(await mirror(storage, claimed.account), {})
})

check('held: no record, checkpoint or release of the page is written', TRACE, async ({ storage, clock }) => {
  const untouched = await bystander(storage)
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  await clock.advance(20)
  const claimed = await claim(storage, account)
  await commit(storage, claimed, [here('x'), here('y')], { checkpoint: 'kept' })
  const before = await snapshot(storage, account)
  const page = pageOf(claimed, [here('new'), version('y', 'changed'), gone('x'), gone('other')], { checkpoint: 'late', deleteAtMost: 0 })
  for (const delayMs of [null, 0]) {
    assert.equal(await storage.commit({ ...page, release: { delayMs, dirtySeen: claimed.dirty } }), 'held')
    assert.deepEqual(await snapshot(storage, account), before)
    assert.deepEqual(await claimDue(storage), [], 'the lease was lost')
  }
  assert.equal(await storage.renew(account.id, claimed.fence, LONG_LEASE), true)
  await untouched()
})

check('held: what the page brings is not marked as seen, nor as not missing', TRACE, async ({ storage }) => {
  const claimed = await missedOnce(storage, ['x'], ['y', 'z'])
  const page = pageOf(claimed, [here('x'), gone('y')], { sweep: { number: 3 }, deleteAtMost: 0 })
  assert.equal(await storage.commit(page), 'held')
  assert.deepEqual(await storage.commit(lastPage(claimed, 3, [here('y'), here('z')])), { changed: 1, deleted: 1, seq: 4 })
})

check('held: what is unseen is not remembered as missing', TRACE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.commit(lastPage(claimed, 1, [here('x'), here('y')]))
  assert.equal(await storage.commit(lastPage(claimed, 2, [gone('y')], { deleteAtMost: 0 })), 'held')
  assert.deepEqual(await storage.commit(lastPage(claimed, 3, [here('y')])), { changed: 0, deleted: 0, seq: 2 })
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['x', 'y'])
})

check('held: the same page is stored whole once it may delete as much', TRACE, async ({ storage }) => {
  const claimed = await missedOnce(storage, ['x'], ['y', 'stays'])
  const page = lastPage(claimed, 3, [here('new'), gone('y'), here('stays')], { checkpoint: 'done' })
  for (const deleteAtMost of [0, 1, 1]) assert.equal(await storage.commit({ ...page, deleteAtMost }), 'held')
  assert.deepEqual(await storage.commit(page), { changed: 3, deleted: 2, seq: 6 })
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['new', 'stays'])
  assert.deepEqual((await read(storage, claimed.account)).models, { [page.model]: { checkpoint: 'done', seq: 6, records: 2 } })
})

check('held: the next page of the model is stored as if nothing had been', TRACE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(3), { checkpoint: 'one' })
  assert.equal(await storage.commit(pageOf(claimed, [gone('record-0'), here('new')], { deleteAtMost: 0 })), 'held')
  assert.deepEqual(await commit(storage, claimed, [here('next')], { checkpoint: 'two' }), { changed: 1, deleted: 0, seq: 4 })
  assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['next', 'record-0', 'record-1', 'record-2'])
})

check('a page that is both fenced and too much is fenced', FENCED, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  const first = await claim(storage, account, 100)
  await commit(storage, first, records(3))
  await clock.advance(600)
  const second = await claim(storage, account)
  const page = (claimed: Claim) => pageOf(claimed, [gone('record-0'), gone('record-1')], { deleteAtMost: 0 })
  assert.equal(await storage.commit(page(first)), 'fenced')
  assert.equal(await storage.commit(page(second)), 'held')
  await storage.purge(account.id)
  assert.equal(await storage.commit(page(second)), 'fenced')
})

/** The last page of sweep `number`, which retires whatever it may. */
function lastPage(claimed: Claim, number: number, page: VersionedRecord[], overrides: Partial<Page> = {}): Page {
  return pageOf(claimed, page, { sweep: { number, retire: { olderThan: EVERYTHING } }, ...overrides })
}

/** An account after sweeps 1 and 2, of which the second has missed `missing`. */
async function missedOnce(storage: Storage, missing: readonly string[], seen: readonly string[], name = 'a'): Promise<Claim> {
  const claimed = await reserveAndClaim(storage, name)
  await storage.commit(lastPage(claimed, 1, [...missing, ...seen].map(here)))
  await storage.commit(lastPage(claimed, 2, seen.map(here)))
  return claimed
}
