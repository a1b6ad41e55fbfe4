import type { AccountHandle, Integrations } from '../../../src/index.ts'
import type { Timeline } from '../engine/timeline.ts'
import { CATEGORY, type FakeMerge } from '../merge/server.ts'
import { count } from '../trial/outcome.ts'
import type { Workers } from './workers.ts'

/** The person who connects, signs in again, and disconnects: one thing after the other, and again when it did not work. */
export interface Customer {
  connect(): Promise<void>
  relink(): Promise<void>
  disconnect(): Promise<void>
  /** Asks for everything of a model anew, or of all of them. */
  rebuild(model?: string): Promise<void>
  /** Asks Merge for a sync out of turn; nobody insists. */
  resync(): Promise<void>
  /** One attempt at something with the account, by whoever answers; `null` when there is none, or it failed. */
  attempt<T>(work: (account: AccountHandle) => Promise<T>): Promise<T | null>
  /** A hint that there is something new; nobody minds when it is lost. */
  hint(): void
  /** Ids of the accounts that were connected, oldest first; the last one is the living one unless it was disconnected. */
  readonly connected: readonly string[]
  readonly disconnected: ReadonlySet<string>
  readonly isBusy: boolean
  /** What worked, by name. */
  readonly deeds: Readonly<Partial<Record<CustomerDeed, number>>>
  /** What did not work however often it was tried. */
  readonly complaints: readonly string[]
}

export type CustomerDeed = 'release' | 'rebuild'

export const ORGANIZATION = 'org_acme'
const PERSON = { organizationName: 'Acme', userEmail: 'it@acme.test' }
const PATIENCE = 400

export interface CustomerOptions {
  timeline: Timeline
  merge: FakeMerge
  workers: Workers
  /** Milliseconds from the link to the release; `null`: nothing is held. */
  hold: number | null
  /** Told before an account that was held is released. */
  onRelease: (accountId: string) => void
}

export function createCustomer({ timeline, merge, workers, hold, onRelease }: CustomerOptions): Customer {
  const connected: string[] = []
  const disconnected = new Set<string>()
  const complaints: string[] = []
  const deeds: Partial<Record<CustomerDeed, number>> = {}
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
      await timeline.wait(5_000)
    }
    complaints.push(`the customer could not ${what}`)
  }

  const handle = (integrations: Integrations): Promise<AccountHandle | null> =>
    integrations.forOrganization(ORGANIZATION).account(connected.at(-1) ?? '')

  const release = (id: string): Promise<void> =>
    enqueue(async () => {
      if (disconnected.has(id)) return
      onRelease(id)
      await insist('release the account', async (integrations) => {
        await (await handle(integrations))?.release()
        return true
      })
      count(deeds, 'release')
    })

  return {
    connected,
    disconnected,
    complaints,
    deeds,
    get isBusy() {
      return waiting > 0
    },
    connect: () =>
      enqueue(() =>
        insist('connect', async (integrations) => {
          const owner = integrations.forOrganization(ORGANIZATION)
          // It may have worked the last time, and only the answer was lost.
          let account = (await owner.list()).find(({ status }) => status === 'active' || status === 'relink_needed' || status === 'held')
          if (account === undefined) {
            const { linkToken } = await owner.createLinkToken({ category: CATEGORY, ...PERSON })
            account = await owner.exchangePublicToken(merge.complete(linkToken))
          }
          const { id, status } = account
          connected.push(id)
          if (status === 'held') timeline.at(timeline.now() + (hold ?? 0), () => void release(id))
          return true
        }),
      ),
    relink: () =>
      enqueue(async () => {
        await attempt(async (integrations) => {
          const account = await handle(integrations)
          if (account === null) return
          const { linkToken } = await account.relink(PERSON)
          await integrations.forOrganization(ORGANIZATION).exchangePublicToken(merge.complete(linkToken))
        })
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
    rebuild: (model) =>
      enqueue(async () => {
        if (disconnected.has(connected.at(-1) ?? '')) return
        await insist('rebuild', async (integrations) => {
          await (await handle(integrations))?.rebuild(model as Parameters<AccountHandle['rebuild']>[0])
          return true
        })
        count(deeds, 'rebuild')
      }),
    resync: () => enqueue(async () => void (await attempt(async (integrations) => (await handle(integrations))?.resyncUpstream()))),
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
