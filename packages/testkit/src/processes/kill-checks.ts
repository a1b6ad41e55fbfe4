import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Account, Change, Storage } from '@connect-integration/server/storage'
import { assert } from '../storage/assert.ts'
import { claim, commit, EMPLOYEE, feed, LONG_LEASE, pageOf, read, records, reserve } from '../storage/examples.ts'
import type { Child } from './children.ts'
import { bigRecords, kitPage, RECORDS_PER_PAGE } from './pages.ts'
import { type ProcessContext, processChecksOf } from './process-check.ts'
import { lastWord } from './run-process-check.ts'

const { checks, check } = processChecksOf('kill')
export const killChecks = checks

const DURABLE = 'what was reported as done is there after a crash'
const WHOLE = 'a crash leaves no gap: checkpoint and records say the same'

/** When a process dies: after its nth word, and how far into what it does next, as a share of what that usually takes. */
const DEATHS: readonly (readonly [word: number, share: number])[] = [
  [1, 0],
  [4, 0.2],
  [6, 0.4],
  [3, 0.6],
  [5, 0.8],
  [2, 0.95],
]

check('commit: every page that was reported is there, and none in part', WHOLE, async (context) => {
  const { storage } = context
  const account = await reserve(storage, 'a')
  let stored = 0
  for (const death of DEATHS) {
    const victim = await context.start('commitForEver', { id: account.id, from: stored + 1 })
    const said = await killAt(victim, death)
    const pages = await expectLegalPages(storage, account)
    assert.ok(pages >= Number(said.at(-1)), `page ${said.at(-1)} was reported as stored, and ${pages} pages are there`)
    stored = await continueAfter(storage, account, pages)
  }
})

check('commit: a process that dies while the store reads its page leaves no part of it, and no lock', WHOLE, async (context) => {
  const { storage } = context
  const account = await reserve(storage, 'a')
  for (let page = 1; page <= 5; page += 2) {
    const victim = await context.start('dieInPage', { id: account.id, page })
    victim.go()
    await lastWord(victim).then(
      () => assert.fail('the store took a page without reading its records'),
      () => undefined,
    )
    const pages = await expectLegalPages(storage, account)
    assert.equal(pages, page - 1, 'pages that are there')
    await continueAfter(storage, account, await continueAfter(storage, account, pages))
  }
})

check('reserve, update, schedule and claim: what was reported is there', DURABLE, async (context) => {
  const { storage } = context
  for (const [index, death] of DEATHS.entries()) {
    const name = `victim-${index}`
    const victim = await context.start('changeForEver', { name })
    const said = (await killAt(victim, [death[0] * 5, death[1]])) as [number, string][]
    for (const [turn, what] of said) {
      const found = await storage.get({ id: `id-${name}-${turn}`, organizationId: 'org-1' })
      const scheduled = found?.due != null && found.dirty === 1
      const state = { reserved: found !== null, updated: found?.token === `token of ${turn}`, scheduled }
      const holds = { ...state, claimed: found?.fence === 1 }[what]
      assert.ok(holds, `account ${turn} was reported as ${what}, which is not there`)
    }
  }
})

check(
  'purge: whole or not at all (ordered: fenced first, and completed by the next one)',
  'deleted data does not appear again',
  async (context) => {
    const { storage } = context
    const ids = ['first', ...DEATHS.map((_, index) => `victim-${index}`)]
    const accounts: Account[] = []
    for (const id of ids) accounts.push(await reserve(storage, id))
    const filler = await context.start('fill', { ids: accounts.map(({ id }) => id), count: 1200 })
    filler.go()
    await lastWord(filler)
    const before = bigRecords(1200)
    const usual = await timeOfPurge(context, accounts[0]!.id)
    for (const [index, [, share]] of DEATHS.entries()) {
      const account = accounts[index + 1]!
      const victim = await context.start('purge', { ids: [account.id] })
      victim.go()
      for await (const word of victim.words) {
        if (word !== 'begins') continue
        await setTimeout(usual * share)
        await victim.kill()
      }
      await expectLegalPurge(storage, account, before.length)
    }
  },
)

check(
  'claim: the lease of a process that died runs out, and its fence is replaced',
  'an account is not stuck with a dead worker',
  async (context) => {
    const { storage } = context
    const account = await reserve(storage, 'a')
    const victim = await context.start('holdLease', { id: account.id, leaseMs: 700 })
    victim.go()
    let fence = 0
    for await (const word of victim.words) {
      fence = Number(word)
      await victim.kill()
    }
    const free = async () => (await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1, accountId: account.id }))[0]
    let claimed = await free()
    for (let attempt = 0; !claimed && attempt < 100; attempt++) {
      await setTimeout(100)
      claimed = await free()
    }
    assert.ok(claimed, 'ten seconds after a lease of 0.7 seconds the account is not free')
    assert.ok(claimed.fence > fence, `fence ${claimed.fence} after fence ${fence}`)
    assert.equal(await storage.commit(pageOf({ ...claimed, fence }, records(1))), 'fenced')
    await commit(storage, claimed, records(1))
  },
)

/** Lets it begin and kills it; what it had said by then. */
async function killAt(victim: Child, [word, share]: readonly [number, number]): Promise<unknown[]> {
  const said: unknown[] = []
  const began = performance.now()
  victim.go()
  for await (const each of victim.words) {
    said.push(each)
    if (said.length !== word) continue
    await setTimeout(((performance.now() - began) / word) * share)
    await victim.kill()
  }
  assert.ok(
    said.length >= word,
    `another process ended after ${said.length} answers: ${await victim.answer.then(() => 'by itself', String)}`,
  )
  return said
}

/** How many pages are there, by the checkpoint; fails where a record of theirs is missing, or one is there that should not be. */
async function expectLegalPages(storage: Storage, account: Account): Promise<number> {
  const { row, rows } = await look(storage, account)
  const state = row.models[EMPLOYEE]
  const pages = Number(state?.checkpoint ?? 0)
  const expected = new Map(
    Array.from({ length: pages }, (_, index) => kitPage(index + 1)).flatMap((page) => page.map(({ id, data }) => [id, data])),
  )
  const under = new Map(kitPage(pages + 1).map(({ id, data }) => [id, data]))
  const missing = expected.size - rows.filter(({ id }) => expected.has(id)).length
  assert.equal(missing, 0, `records that are missing of the ${pages} pages that the checkpoint says are stored`)
  for (const { id, data } of rows) assert.equal(data, expected.get(id) ?? under.get(id), `the record "${id}"`)
  assert.equal(new Set(rows.map(({ seq }) => seq)).size, rows.length, 'numbers of changes that were given once')
  if (storage.profile === 'atomic') {
    assert.equal(rows.length - expected.size, 0, `records of page ${pages + 1}, which was not stored`)
    assert.deepEqual([state?.seq ?? 0, state?.records ?? 0], [rows.length, rows.length], 'seq and records beside the rows')
  }
  return pages
}

/**
 * The account and its records, of one moment. A database server may still be at what a process had asked of it before it died, and end it
 * between two questions: then they are asked again.
 */
async function look(storage: Storage, account: Account): Promise<{ row: Account; rows: Change[] }> {
  for (let attempt = 1; ; attempt++) {
    const row = await read(storage, account)
    const rows = await feed(storage, account)
    if (attempt === 20 || isDeepStrictEqual(row, await read(storage, account))) return { row, rows }
  }
}

/** The next worker sends the page whose fate is unknown again. */
async function continueAfter(storage: Storage, account: Account, pages: number): Promise<number> {
  const claimed = await claimWhenFree(storage, account)
  await commit(storage, claimed, kitPage(pages + 1), { checkpoint: `${pages + 1}`, release: { delayMs: null, dirtySeen: claimed.dirty } })
  assert.equal(await expectLegalPages(storage, account), pages + 1)
  assert.equal((await feed(storage, account)).length, (pages + 1) * RECORDS_PER_PAGE, 'records after the page was sent again')
  return pages + 1
}

/** The victim had a lease of a millisecond. */
async function claimWhenFree(storage: Storage, account: Account) {
  await setTimeout(5)
  return claim(storage, account)
}

async function timeOfPurge(context: ProcessContext, id: string): Promise<number> {
  const process = await context.start('purge', { ids: [id] })
  process.go()
  let milliseconds = 0
  for await (const word of process.words) if (typeof word === 'number') milliseconds = word
  await process.answer
  return milliseconds
}

async function expectLegalPurge(storage: Storage, account: Account, count: number) {
  const { row, rows } = await look(storage, account)
  const fate = `${rows.length} of ${count} records are left, and the account is ${row.status === 'deleted' ? 'a tombstone' : 'alive'}`
  const untouched = row.status !== 'deleted' && rows.length === count && row.models[EMPLOYEE]?.checkpoint === 'kept'
  const gone = row.status === 'deleted' && rows.length === 0 && Object.keys(row.models).length === 0
  const cut = storage.profile === 'ordered' && row.status === 'deleted'
  assert.ok(untouched || gone || cut, `after a purge that was killed ${fate}`)
  if (row.status === 'deleted') assert.equal(row.fence, 2, 'fence of the tombstone')
  await storage.purge(account.id)
  assert.deepEqual((await read(storage, account)).models, {}, 'checkpoints after the next purge')
  assert.deepEqual(await feed(storage, account), [], 'records after the next purge')
}
