import { setTimeout } from 'node:timers/promises'
import type { Storage } from '@connect-integration/server/storage'
import { commit, EMPLOYEE, LONG_LEASE, newAccount, pageOf, record, release, snapshot, version } from '../storage/examples.ts'
import type { Say } from './children.ts'
import { bigRecords, kitPage } from './pages.ts'

/** What a child process can be asked to do. Arguments and answers travel as JSON. */
export const jobs = {
  /** Everything that it can see of an account. */
  look: (storage: Storage, { id, organizationId }: { id: string; organizationId: string }) => snapshot(storage, { id, organizationId }),

  async migrate(storage: Storage, { name }: { name: string }) {
    await storage.migrate()
    return (await storage.reserve(newAccount(name))).created
  },

  /** The ids of the accounts that it created, one attempt per slot. */
  async reserve(storage: Storage, { name, slots }: { name: string; slots: number }) {
    const created: string[] = []
    for (let slot = 0; slot < slots; slot++) {
      const answer = await storage.reserve(newAccount(`${name}-${slot}`, { slot: `slot-${slot}` }))
      if (answer.created) created.push(answer.account.id)
    }
    return created
  },

  /** How many of the origin ids it got, each with slots of its own. */
  async reserveOrigins(storage: Storage, { name, origins }: { name: string; origins: number }) {
    let created = 0
    for (let origin = 0; origin < origins; origin++) {
      const account = newAccount(`${name}-${origin}`, { originId: `the-origin-${origin}` })
      created += await storage.reserve(account).then(
        () => 1,
        () => 0,
      )
    }
    return created
  },

  /** Reads, adds its name and writes, again where somebody else was faster. */
  async update(storage: Storage, { name, id, times }: { name: string; id: string; times: number }) {
    for (let done = 0, attempt = 0; done < times; attempt++) {
      if (attempt > 10_000) throw new Error('met a conflict ten thousand times')
      const row = await storage.get({ id, organizationId: 'org-1' })
      const answer = await storage.update(id, row!.revision, { details: `${row!.details ?? ''}${name}` })
      if (answer !== 'conflict') done += 1
    }
  },

  async schedule(storage: Storage, { id, from, times }: { id: string; from: number; times: number }) {
    for (let time = 0; time < times; time++) await storage.schedule(id, from + time)
  },

  /** Takes what is due, one by one, until nothing is left for it. */
  async claim(storage: Storage, { name }: { name: string }) {
    const claimed: string[] = []
    for (;;) {
      const [next] = await storage.claim({ owner: name, leaseMs: LONG_LEASE, limit: 1 })
      if (!next) return claimed
      claimed.push(next.account.id)
    }
  },

  /** The accounts that it got of those that all want. */
  async claimByName(storage: Storage, { name, ids }: { name: string; ids: string[] }) {
    const claimed: string[] = []
    for (const accountId of ids) {
      const claims = await storage.claim({ owner: name, leaseMs: LONG_LEASE, limit: 1, accountId })
      claimed.push(...claims.map(({ account }) => account.id))
    }
    return claimed
  },

  /** Pages of records of its own, under a fence that all share. */
  async commit(storage: Storage, { name, id, fence, pages }: { name: string; id: string; fence: number; pages: number }) {
    for (let page = 0; page < pages; page++) {
      const answer = await storage.commit(shared(id, fence, [record(`${name}-${page}-a`), record(`${name}-${page}-b`)]))
      if (typeof answer === 'string') throw new Error(`commit answered "${answer}" to the holder of the newest claim`)
    }
  },

  /** Takes the account over as often as it gets it, and writes its fence: into one record that all write, and as checkpoint. */
  async takeOver(storage: Storage, { name, id, times }: { name: string; id: string; times: number }) {
    const fences: { fence: number; stored: number; fenced: number }[] = []
    for (let attempt = 0; fences.length < times && attempt < 20_000; attempt++) {
      const [claimed] = await storage.claim({ owner: name, leaseMs: 1, limit: 1, accountId: id })
      if (!claimed) continue
      const { fence } = claimed
      const outcome = { fence, stored: 0, fenced: 0 }
      for (let page = 1; page <= 3; page++) {
        const records = [version('shared', `${fence}`, { page }), record(`by-${fence}-${page}`)]
        const answer = await storage.commit({ ...shared(id, fence, records), checkpoint: `${fence}` })
        if (answer === 'fenced') outcome.fenced += 1
        else outcome.stored += 1
      }
      fences.push(outcome)
    }
    return fences
  },

  /** Writes until it is fenced. */
  async commitUntilFenced(storage: Storage, { name, id, fence }: { name: string; id: string; fence: number }, say: Say) {
    for (let page = 1; page <= 2000; page++) {
      const answer = await storage.commit(shared(id, fence, [version(`${name}-${page % 20}`, `${page}`, { page })]))
      if (answer === 'fenced') return page
      if (page === 3) say('under way')
      // Some locks are not fair: without a pause whoever purges might wait until everybody has finished.
      await setTimeout(2)
    }
    return null
  },

  /** Says each page once it is stored, until it is killed. */
  async commitForEver(storage: Storage, { id, from }: { id: string; from: number }, say: Say) {
    const [claimed] = await storage.claim({ owner: 'victim', leaseMs: 1, limit: 1, accountId: id })
    for (let page = from; page < from + 10_000; page++) {
      await commit(storage, claimed!, kitPage(page), { checkpoint: `${page}` })
      say(page)
    }
  },

  /** Dies by its own hand while the store reads the last record of a page. */
  async dieInPage(storage: Storage, { id, page }: { id: string; page: number }) {
    const [claimed] = await storage.claim({ owner: 'victim', leaseMs: 1, limit: 1, accountId: id })
    const records = kitPage(page)
    const last = records.at(-1)!
    const { data } = last
    const get = () => process.kill(process.pid, 'SIGKILL') && data
    Object.defineProperty(last, 'data', { enumerable: true, get })
    await storage.commit(pageOf(claimed!, records, { checkpoint: `${page}` }))
  },

  /** Says each thing that it has done to an account. */
  async changeForEver(storage: Storage, { name }: { name: string }, say: Say) {
    for (let turn = 0; turn < 10_000; turn++) {
      const { account } = await storage.reserve(newAccount(`${name}-${turn}`))
      say([turn, 'reserved'])
      await storage.update(account.id, account.revision, { token: `token of ${turn}`, status: 'active' })
      say([turn, 'updated'])
      await storage.schedule(account.id, turn)
      say([turn, 'scheduled'])
      await storage.claim({ owner: name, leaseMs: LONG_LEASE, limit: 1, accountId: account.id })
      say([turn, 'claimed'])
    }
  },

  /** Purges one account after the other, and says when it begins and how long each took, in milliseconds. */
  async purge(storage: Storage, { ids }: { ids: string[] }, say: Say) {
    for (const id of ids) {
      say('begins')
      const began = performance.now()
      await storage.purge(id)
      say(performance.now() - began)
    }
  },

  async holdLease(storage: Storage, { id, leaseMs }: { id: string; leaseMs: number }, say: Say) {
    const [claimed] = await storage.claim({ owner: 'victim', leaseMs, limit: 1, accountId: id })
    say(claimed!.fence)
    await setTimeout(600_000)
  },

  async fill(storage: Storage, { ids, count }: { ids: string[]; count: number }) {
    for (const id of ids) {
      const [claimed] = await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1, accountId: id })
      await commit(storage, claimed!, bigRecords(count), { checkpoint: 'kept' })
      await release(storage, claimed!)
    }
  },
}

function shared(accountId: string, fence: number, records: ReturnType<typeof record>[]) {
  return { accountId, fence, model: EMPLOYEE, records, checkpoint: null }
}
