import type { AccountHandle, Integrations } from '../../../src/index.ts'
import type { Timeline } from '../engine/timeline.ts'
import type { History } from '../history/history.ts'
import { CATEGORY, type FakeMerge, type MergeAccount } from '../merge/server.ts'
import type { Happened } from '../trial/happened.ts'
import type { Mail } from './mail.ts'
import { linkingBy, type Roads } from './roads.ts'
import type { Workers } from './workers.ts'

/** The person who connects, signs in again, and disconnects: one thing after the other, and again when it did not work. */
export interface Customer {
  connect(): Promise<void>
  relink(): Promise<void>
  /** Signs in again, to another company: until it has worked. */
  changeCompany(change: (account: MergeAccount) => void): Promise<void>
  disconnect(): Promise<void>
  /** Asks for everything of a model anew, or of all of them. */
  rebuild(model?: string): Promise<void>
  /** Asks Merge for a sync out of turn; nobody insists. */
  resync(): Promise<void>
  rename(): Promise<void>
  /** Waits for a look; nobody insists. */
  syncNow(): Promise<void>
  /** Opens the modal once more, and closes it; nobody insists. */
  click(): Promise<void>
  /** Seals every token anew: until it has worked. */
  rotate(): Promise<void>
  /** One attempt at something with the account, by whoever answers; `null` when there is none, or it failed. */
  attempt<T>(work: (account: AccountHandle) => Promise<T>): Promise<T | null>
  /** A hint that there is something new; nobody minds when it is lost. */
  hint(): void
  /** Ids of the accounts that were connected, oldest first; the last one is the living one unless it was disconnected. */
  readonly connected: readonly string[]
  readonly disconnected: ReadonlySet<string>
  readonly isBusy: boolean
  /** What did not work however often it was tried. */
  readonly complaints: readonly string[]
}

export const ORGANIZATION = 'org_acme'
export const PERSON = { organizationName: 'Acme', userEmail: 'it@acme.test' }
/** Tries, five seconds apart at first and then a minute or more: somebody who was told that Merge cannot be reached comes back. */
const PATIENCE = 600
const HASTE = 100

export interface CustomerOptions {
  history: History
  timeline: Timeline
  merge: FakeMerge
  workers: Workers
  mail: Mail
  note: (what: Happened) => void
  /** Told before an account that was held is released. */
  onRelease: (accountId: string) => void
}

export function createCustomer({ history, timeline, merge, workers, mail, note, onRelease }: CustomerOptions): Customer {
  const connected: string[] = []
  const disconnected = new Set<string>()
  const complaints: string[] = []
  let queue: Promise<void> = Promise.resolve()
  let waiting = 0

  const enqueue = (work: () => Promise<void>): Promise<void> => {
    waiting++
    const result = queue.then(work).finally(() => {
      waiting--
    })
    queue = result
    return result
  }

  /** One attempt with whoever answers; `null` when it failed or nobody did. */
  async function attempt<T>(work: (integrations: Integrations) => Promise<T>): Promise<{ value: T } | null> {
    const worker = workers.available()
    if (worker === undefined) return null
    const answered = work(worker.integrations).then(
      (value) => ({ value }),
      () => null,
    )
    const result = await Promise.race([answered, worker.process.dead.then(() => null)])
    workers.ring()
    return result
  }

  async function insist(what: string, work: (integrations: Integrations) => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < PATIENCE; tries++) {
      if ((await attempt(work))?.value === true) return
      await timeline.wait(tries < HASTE ? 5_000 : Math.max(60_000, (history.cron?.every ?? 0) / 4))
    }
    complaints.push(`the customer could not ${what}`)
  }

  const handle = (integrations: Integrations): Promise<AccountHandle | null> =>
    integrations.forOrganization(ORGANIZATION).account(connected.at(-1) ?? '')

  /** Nothing is asked of a connection that is gone. */
  const insistWith = (what: string, work: (account: AccountHandle) => Promise<unknown>, done?: Happened): Promise<void> =>
    enqueue(async () => {
      if (disconnected.has(connected.at(-1) ?? '')) return
      await insist(what, async (integrations) => {
        const account = await handle(integrations)
        if (account !== null) await work(account)
        return true
      })
      if (done !== undefined) note(done)
    })

  const release = (id: string): Promise<void> =>
    enqueue(async () => {
      if (disconnected.has(id)) return
      onRelease(id)
      await insist('release the account', async (integrations) => {
        await (await handle(integrations))?.release()
        return true
      })
      note('release')
    })

  /** Signs in again, and says so to whoever answers. */
  async function signIn(integrations: Integrations, meanwhile: (account: MergeAccount | undefined) => void): Promise<boolean> {
    const account = await handle(integrations)
    if (account === null) return true
    const { linkToken } = await account.relink(PERSON)
    const publicToken = merge.complete(linkToken)
    const atMerge = merge.accounts.findLast((one) => !one.deleted)
    meanwhile(atMerge)
    if (history.signed && atMerge !== undefined) void mail.linked(atMerge, { relink: true })
    await integrations.forOrganization(ORGANIZATION).exchangePublicToken(publicToken)
    return true
  }

  const roads: Roads = { history, timeline, merge, mail, note, attempt, complain: (what) => complaints.push(what) }

  return {
    connected,
    disconnected,
    complaints,
    get isBusy() {
      return waiting > 0
    },
    connect: () =>
      enqueue(async () => {
        const link = linkingBy(roads)
        await insist('connect', async (integrations) => {
          const owner = integrations.forOrganization(ORGANIZATION)
          // It may have worked the last time, and only the answer was lost.
          const linked = (await owner.list()).find(({ status }) => status === 'active' || status === 'relink_needed' || status === 'held')
          const account = linked ?? (await link(integrations))
          if (account === null) return false
          const { id, status } = account
          connected.push(id)
          if (status === 'held') timeline.at(timeline.now() + (history.hold ?? 0), () => void release(id))
          return true
        })
      }),
    relink: () =>
      enqueue(async () => {
        if ((await attempt((integrations) => signIn(integrations, () => {})))?.value) note('same company signed in again')
      }),
    changeCompany: (change) =>
      enqueue(async () => {
        if (disconnected.has(connected.at(-1) ?? '')) return
        await insist('sign in to another company', (integrations) => signIn(integrations, (account) => account && change(account)))
      }),
    disconnect: () =>
      enqueue(async () => {
        const id = connected.at(-1)
        if (id === undefined || disconnected.has(id)) return
        await insist('disconnect', async (integrations) => {
          await (await handle(integrations))?.delete()
          return true
        })
        disconnected.add(id)
      }),
    rebuild: (model) => insistWith('rebuild', (account) => account.rebuild(model as Parameters<AccountHandle['rebuild']>[0]), 'rebuild'),
    rename: () => insistWith('rename', (account) => account.rename('Acme in the north'), 'renamed'),
    resync: () => enqueue(async () => void (await attempt(async (integrations) => (await handle(integrations))?.resyncUpstream()))),
    syncNow: () =>
      enqueue(async () => {
        const result = await attempt(async (integrations) => (await handle(integrations))?.syncNow())
        if (result?.value) note('synced while somebody waited')
      }),
    click: () =>
      enqueue(async () => {
        if (disconnected.has(connected.at(-1) ?? '')) return
        await attempt((integrations) => integrations.forOrganization(ORGANIZATION).createLinkToken({ category: CATEGORY, ...PERSON }))
        note('clicked again')
      }),
    rotate: () =>
      enqueue(async () => {
        await insist('rotate the secrets', async (integrations) => {
          await integrations.rotateSecrets()
          return true
        })
      }),
    async attempt(work) {
      const result = await attempt(async (integrations) => {
        const account = await handle(integrations)
        return account === null ? null : work(account)
      })
      return result?.value ?? null
    },
    hint: () =>
      void attempt(async (integrations) => {
        await (await handle(integrations))?.wake()
      }),
  }
}
