import { assert } from '../storage/assert.ts'
import {
  type claim,
  claimDue,
  commit,
  EMPLOYEE,
  feed,
  HOUR,
  mirror,
  newAccount,
  pageOf,
  read,
  records,
  reserve,
  reserveAndClaim,
  snapshot,
} from '../storage/examples.ts'
import { type ProcessContext, processChecksOf } from './process-check.ts'
import { lastWord } from './run-process-check.ts'

const { checks, check } = processChecksOf('processes')
export const raceChecks = checks

const SHARED = 'several processes on one store work like one'
const EXCLUSIVE = 'one worker per account: two would walk the same pages and undo each other'
const FENCE = 'a worker that was presumed dead cannot write over its successor'
/** By which the clocks of two machines may differ. Milliseconds. */
const MINUTE = 60_000
const COMPLETE = 'a reader that remembers the newest number misses nothing'

check('what one process has written, another one sees', SHARED, async ({ storage, start }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(5), { checkpoint: 'kept' })
  await storage.update(claimed.account.id, 1, { token: 'sealed', linkedAccountId: 'merge-a' })
  const { id, organizationId } = claimed.account
  const child = await start('look', { id, organizationId })
  child.go()
  assert.deepEqual(await lastWord(child), JSON.parse(JSON.stringify(await snapshot(storage, claimed.account))))
})

check(
  'migrate at the same time on an empty place: one applies it, the others wait, and all go on',
  'a deploy of several machines at once',
  async ({ storage, processes, race }) => {
    const created = await race(
      'migrate',
      names(processes).map((name) => ({ name })),
    )
    assert.deepEqual(created, Array(processes).fill(true))
    await storage.migrate()
    assert.equal((await storage.list({ limit: 100 })).accounts.length, processes, 'accounts that were made after migrating')
  },
  true,
)

check(
  'reserve: each slot is created once, whoever is first',
  'a double click makes one connection',
  async ({ storage, processes, race }) => {
    const created = (
      await race(
        'reserve',
        names(processes).map((name) => ({ name, slots: 25 })),
      )
    ).flat()
    assert.equal(created.length, 25, 'slots that were created')
    assert.deepEqual((await storage.list({ limit: 1000 })).accounts.map(({ id }) => id).sort(), created.sort())
  },
)

check('reserve: each originId is created once', 'two connections never share an origin id', async ({ storage, processes, race }) => {
  const created = await race(
    'reserveOrigins',
    names(processes).map((name) => ({ name, origins: 25 })),
  )
  assert.equal(sum(created), 25, 'origin ids that were created')
  assert.equal((await storage.list({ limit: 1000 })).accounts.length, 25, 'accounts in the store')
})

check('update: of all that read, add and retry no addition is lost', 'a just-exchanged token is never overwritten', async (context) => {
  const { storage, processes, race } = context
  const { id, organizationId } = await reserve(storage, 'a', { details: '' })
  await race(
    'update',
    names(processes).map((name) => ({ name, id, times: 15 })),
  )
  const { details, revision } = await read(storage, { id, organizationId })
  assert.equal(
    [...(details ?? '')].sort().join(''),
    names(processes)
      .map((name) => name.repeat(15))
      .join(''),
  )
  assert.equal(revision, 1 + processes * 15)
})

check('schedule: each call counts, and the soonest time wins', 'no webhook is forgotten', async ({ storage, processes, race }) => {
  const account = await reserve(storage, 'a')
  const began = Date.now()
  await race(
    'schedule',
    names(processes).map((_, index) => ({ id: account.id, from: HOUR * (5 - (index % 3)), times: 40 })),
  )
  const { due, dirty } = await read(storage, account)
  assert.equal(dirty, processes * 40)
  const delay = HOUR * (5 - Math.min(processes - 1, 2))
  const [earliest, latest] = [began + delay - MINUTE, Date.now() + delay + MINUTE]
  assert.ok(due !== null && due >= earliest && due <= latest, `due is ${due}, and the soonest time lies between ${earliest} and ${latest}`)
})

check('claim: each due account goes to one process', EXCLUSIVE, async ({ storage, processes, race }) => {
  for (let index = 0; index < 60; index++) await storage.schedule((await reserve(storage, `${index}`)).id, index % 7)
  const claimed = (
    await race(
      'claim',
      names(processes).map((name) => ({ name })),
    )
  ).flat()
  assert.equal(new Set(claimed).size, claimed.length, 'an account was given to two processes')
  // Whoever races may skip what another one is about to take, so that a rest can be left.
  assert.equal(new Set([...claimed, ...(await claimDue(storage))]).size, 60, 'accounts that were claimed in the end')
})

check('claim by accountId: each account goes to one process', EXCLUSIVE, async ({ storage, processes, race }) => {
  const ids: string[] = []
  for (let index = 0; index < 60; index++) ids.push((await reserve(storage, `${index}`)).id)
  const claimed = (
    await race(
      'claimByName',
      names(processes).map((name) => ({ name, ids })),
    )
  ).flat()
  assert.equal(new Set(claimed).size, claimed.length, 'an account was given to two processes')
  for (const id of claimed) assert.equal((await read(storage, { id, organizationId: 'org-1' })).fence, 1, `fence of ${id}`)
  assert.ok(claimed.length > 0, 'nobody got an account that all asked for')
})

check('commit: every change gets a number of its own, without gaps', COMPLETE, async ({ storage, processes, race }) => {
  const { account, fence } = await reserveAndClaim(storage, 'a')
  await race(
    'commit',
    names(processes).map((name) => ({ name, id: account.id, fence, pages: 15 })),
  )
  const expected = Array.from({ length: processes * 30 }, (_, index) => index + 1)
  assert.deepEqual(
    (await feed(storage, account)).map(({ seq }) => seq),
    expected,
  )
  assert.equal((await read(storage, account)).models[EMPLOYEE]?.records, processes * 30)
})

check('commit: who was taken over writes nothing, and what was stored is there', FENCE, async ({ storage, processes, race }) => {
  const account = await reserve(storage, 'a')
  const fences = (
    await race(
      'takeOver',
      names(processes).map((name) => ({ name, id: account.id, times: 12 })),
    )
  ).flat()
  fences.sort((a, b) => a.fence - b.fence)
  assert.ok(fences.length > 0, 'nobody got the account')
  assert.equal(new Set(fences.map(({ fence }) => fence)).size, fences.length, 'two processes got the same fence')
  const rows = await mirror(storage, account)
  for (const { fence, stored } of fences) {
    const found = [1, 2, 3].filter((page) => rows[`by-${fence}-${page}`] !== undefined).length
    // `ordered`: of a page that was fenced in the middle, what was written before stays.
    const holds = storage.profile === 'ordered' ? found >= stored : found === stored
    assert.ok(holds, `of fence ${fence} ${found} pages are there, and ${stored} were reported as stored`)
  }
  const newest = fences.findLast(({ stored }) => stored > 0)
  const content = Number((JSON.parse(rows.shared ?? '{}') as { content?: string }).content)
  const isNewest = storage.profile === 'ordered' ? content >= Number(newest?.fence) : content === newest?.fence
  assert.ok(isNewest, `the record that all wrote is that of fence ${content}, and the newest that was stored is ${newest?.fence}`)
  assert.equal((await read(storage, account)).models[EMPLOYEE]?.checkpoint, `${newest?.fence}`, 'the checkpoint')
})

check('purge: of those who write meanwhile nothing is left', 'deleted data does not appear again', async (context) => {
  const { storage } = context
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(50))
  const writers = await Promise.all(
    names(context.processes).map((name) => context.start('commitUntilFenced', { name, id: claimed.account.id, fence: claimed.fence })),
  )
  for (const writer of writers) writer.go()
  await Promise.all(writers.map((writer) => writer.words[Symbol.asyncIterator]().next()))
  await storage.purge(claimed.account.id)
  for (const answer of await Promise.all(writers.map(lastWord))) assert.ok(answer !== null, 'a process went on writing into a tombstone')
  await expectNothingLeft(context, claimed)
})

async function expectNothingLeft({ storage }: ProcessContext, claimed: Awaited<ReturnType<typeof claim>>) {
  const row = await read(storage, claimed.account)
  assert.equal(row.status, 'deleted')
  assert.deepEqual(row.models, {}, 'checkpoints of a tombstone')
  assert.deepEqual(await feed(storage, claimed.account), [], 'records of a tombstone')
  assert.equal(await storage.commit(pageOf(claimed, records(1))), 'fenced')
  assert.equal((await storage.reserve(newAccount('b'))).created, true, 'the store works on')
}

/** One letter for each process. */
function names(processes: number): string[] {
  return Array.from({ length: processes }, (_, index) => String.fromCharCode(97 + index))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
