import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  COMPANY,
  claim,
  commit,
  feed,
  pageOf,
  race,
  read,
  record,
  records,
  release,
  reserve,
  reserveAndClaim,
  STAMP,
  version,
} from '../examples.ts'

const { checks, check } = checksOf('commit')
export const commitSequenceChecks = checks

const NO_GAP = 'a reader that remembers the newest number it has seen misses nothing'

check('seq counts 1, 2, 3 … without gaps, over inserts, changes, repetitions and old versions', NO_GAP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const pages = [
    { page: records(3), expected: { changed: 3, deleted: 0, seq: 3 } },
    { page: records(3), expected: { changed: 0, deleted: 0, seq: 3 } },
    { page: [...records(2), record('record-9')], expected: { changed: 1, deleted: 0, seq: 4 } },
    {
      page: [version('record-0', 'old', { modifiedAt: STAMP - 1 }), version('record-1', 'new')],
      expected: { changed: 1, deleted: 0, seq: 5 },
    },
    { page: [version('record-1', 'newer'), record('record-10'), record('record-2')], expected: { changed: 2, deleted: 0, seq: 7 } },
  ]
  for (const { page, expected } of pages) assert.deepEqual(await commit(storage, claimed, page), expected)
  const seqs = (await feed(storage, claimed.account)).map(({ seq }) => seq)
  assert.equal(new Set(seqs).size, 5, 'each row has a number of its own')
  assert.equal(seqs.at(-1), 7)
})

check('each row inserted gets a number of its own', NO_GAP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(50))
  await commit(storage, claimed, records(50, 'more'))
  assert.deepEqual(
    (await feed(storage, claimed.account)).map(({ seq }) => seq),
    Array.from({ length: 100 }, (_, index) => index + 1),
  )
})

check('a row that changes moves to the end, and appears once', NO_GAP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  for (const id of ['x', 'y', 'z']) await commit(storage, claimed, [version(id, 'one')])
  await commit(storage, claimed, [version('x', 'two')])
  assert.deepEqual(
    (await feed(storage, claimed.account)).map(({ seq, id, data }) => [seq, id, data]),
    [
      [2, 'y', version('y', 'one').data],
      [3, 'z', version('z', 'one').data],
      [4, 'x', version('x', 'two').data],
    ],
  )
})

check('each account and model counts for itself', NO_GAP, async ({ storage }) => {
  const one = await reserveAndClaim(storage, 'one')
  const other = await reserveAndClaim(storage, 'other')
  assert.equal((await commit(storage, one, records(4))).seq, 4)
  assert.equal((await commit(storage, one, records(2), { model: COMPANY })).seq, 2)
  assert.equal((await commit(storage, other, records(1))).seq, 1)
  assert.equal((await commit(storage, one, records(5))).seq, 5)
})

check('seq goes on over claims', NO_GAP, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (let run = 1; run <= 3; run++) {
    const claimed = await claim(storage, account)
    assert.equal((await commit(storage, claimed, records(2, `run-${run}`))).seq, run * 2)
    await release(storage, claimed)
  }
})

check('20 pages at the same time: every number from 1 to the last once', NO_GAP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const answers = await race(20, (caller) => storage.commit(pageOf(claimed, records(5, `page-${caller}`), { checkpoint: `${caller}` })))
  assert.ok(answers.every((answer) => typeof answer === 'object' && answer.changed === 5))
  assert.deepEqual(
    (await feed(storage, claimed.account)).map(({ seq }) => seq),
    Array.from({ length: 100 }, (_, index) => index + 1),
  )
  const state = (await read(storage, claimed.account)).models['hris.Employee']
  assert.deepEqual([state?.seq, state?.records], [100, 100])
})

check('models at the same time do not disturb each other', NO_GAP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const models = ['one', 'two', 'three', 'four', 'five']
  await race(25, (caller) =>
    commit(storage, claimed, records(4, `page-${caller}`), { model: models[caller % 5]!, checkpoint: `${caller}` }),
  )
  for (const model of models) {
    const seqs = (await feed(storage, claimed.account, model)).map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      Array.from({ length: 20 }, (_, index) => index + 1),
      model,
    )
  }
})

check('a reader never sees a higher number before a lower one', NO_GAP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const reader = async () => {
    let after = 0
    for (let look = 0; look < 30; look++) {
      const { changes } = await storage.changes({ accountId: claimed.account.id, model: 'hris.Employee', after, limit: 7 })
      for (const { seq } of changes) {
        assert.equal(seq, after + 1, 'a number was passed over; its row would never be read')
        after = seq
      }
    }
  }
  const writer = race(15, (caller) => commit(storage, claimed, records(4, `page-${caller}`)))
  await Promise.all([writer, race(4, reader)])
})
