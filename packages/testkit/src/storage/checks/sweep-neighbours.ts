import type { VersionedRecord } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { COMPANY, commit, EVERYTHING, mirror, pageOf, record, records, reserveAndClaim, sweep } from '../examples.ts'

const { checks, check } = checksOf('commit')
export const sweepNeighbourChecks = checks

const STALE = 'who was deleted at the source without a trace does not stay in the mirror for ever'
const ALIVE = 'nobody is deleted because one full read happened to miss them'

check('concerns one model of one account', ALIVE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const other = await reserveAndClaim(storage, 'other')
  await commit(storage, claimed, records(2))
  await commit(storage, claimed, records(2), { model: COMPANY })
  await commit(storage, other, records(2))
  for (const number of [1, 2, 3]) await sweep(storage, claimed, number, [])
  assert.deepEqual(await mirror(storage, claimed.account), {})
  assert.equal(Object.keys(await mirror(storage, claimed.account, COMPANY)).length, 2)
  assert.equal(Object.keys(await mirror(storage, other.account)).length, 2)
})

check('seen in another model or account is not seen here', STALE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const other = await reserveAndClaim(storage, 'other')
  await commit(storage, claimed, [record('x')])
  for (const number of [1, 2]) {
    await commit(storage, claimed, [record('x')], { model: COMPANY, sweep: { number } })
    await commit(storage, other, [record('x')], { sweep: { number } })
    assert.equal((await sweep(storage, claimed, number, [])).changed, number - 1, `sweep ${number}`)
  }
})

check('what another model or account brings is missing here all the same', STALE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const other = await reserveAndClaim(storage, 'other')
  const places = [pageOf(claimed, []), pageOf(claimed, [], { model: COMPANY }), pageOf(other, [])]
  const sweepEverywhere = async (number: number, page: VersionedRecord[]) => {
    for (const place of places) await storage.commit({ ...place, records: page, sweep: { number, retire: { olderThan: EVERYTHING } } })
  }
  await sweepEverywhere(1, [record('x')])
  await sweepEverywhere(2, [])
  for (const place of places.slice(1)) await storage.commit({ ...place, records: [record('x')] })
  assert.equal((await sweep(storage, claimed, 3, [])).changed, 1)
})

for (const neighbour of ['model', 'account'] as const) {
  check(`sweeps of another ${neighbour} in between change nothing here`, ALIVE, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    const place = neighbour === 'model' ? pageOf(claimed, [], { model: COMPANY }) : pageOf(await reserveAndClaim(storage, 'other'), [])
    const elsewhere = (number: number) => storage.commit({ ...place, sweep: { number, retire: { olderThan: EVERYTHING } } })
    await storage.commit({ ...place, records: records(2) })
    await commit(storage, claimed, [record('x'), record('y'), record('z')])
    await commit(storage, claimed, [record('x')], { sweep: { number: 1 } })
    await elsewhere(10)
    assert.equal((await sweep(storage, claimed, 1, [record('y')])).changed, 0, 'z is missing in 1 only')
    await elsewhere(11)
    assert.equal((await sweep(storage, claimed, 2, [record('y')])).changed, 1, 'z is missing in 1 and 2, and x in 2 only')
    await elsewhere(20)
    assert.equal((await sweep(storage, claimed, 21, [record('y')])).changed, 0, 'x is missing in 2 and 21')
    assert.deepEqual(Object.keys(await mirror(storage, claimed.account)).sort(), ['x', 'y'])
  })
}
