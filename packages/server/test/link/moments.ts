import { expect } from 'vitest'
import type { Options } from '../../src/index.ts'
import { attach } from '../../src/link/attach.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { Account } from '../../src/storage/port.ts'
import { ACME, setup, type World, type WorldOptions } from '../support/setup.ts'
import { opens, tokenOf } from '../support/tokens.ts'

export const OPEN = { category: 'hris', ...ACME }

/** What Merge announces of a completed link: the body of `LinkedAccount.linked`, as far as it counts. */
export interface Announcement {
  linkedAccountId: string
  accountToken: string
}

export interface Moments extends World {
  /** Once, before the next request of that path reaches Merge, or after Merge has answered it and before the answer is heard. */
  next(path: string, when: 'asked' | 'answered', work: () => Promise<unknown>): void
  /** Everything that Merge has announced and sent so far. */
  heardOf: readonly Announcement[]
  /** The same, once all is sent. */
  announced(): Promise<Announcement[]>
  /** Merge tells us of a completed link; what becomes of it. */
  announce(announcement: Announcement): Promise<Account | null>
  /** A click on Connect by this organization, and the customer signs in. */
  attempt(organizationId?: string): Promise<{ accountId: string; publicToken: string }>
  rows(): Promise<Account[]>
  /** No row but the tombstones, and no account at Merge. */
  nothingIsLeft(): Promise<void>
  /** This row alone is living, and its token opens the only account that Merge has. */
  oneIsLinked(id: string): Promise<Account>
}

/** A world in which things happen at the worst moment. */
export function moments(options: Partial<Options> = {}, more: WorldOptions = {}): Moments {
  const waiting: { path: string; when: 'asked' | 'answered'; work: () => Promise<unknown> }[] = []
  const bodies: Announcement[] = []
  const meet = async (url: string, when: 'asked' | 'answered') => {
    const place = waiting.findIndex((each) => each.when === when && url.includes(each.path))
    if (place >= 0) await waiting.splice(place, 1)[0]?.work()
  }
  const world = setup(options, {
    ...more,
    network: async (request, next) => {
      await meet(request.url, 'asked')
      const answer = await next()
      await meet(request.url, 'answered')
      return answer
    },
    sandbox: {
      employees: 1,
      ...more.sandbox,
      webhooks: {
        url: 'https://app.test/webhook',
        secret: 'unused',
        events: ['LinkedAccount.linked'],
        fetch: async (_, init) => {
          const { linked_account, data } = JSON.parse(String(init?.body))
          bodies.push({ linkedAccountId: linked_account.id, accountToken: data.account_token })
          return new Response()
        },
      },
    },
  })
  const rows = async () => (await world.storage.list({ limit: 100, status: EVERY_STATUS })).accounts
  return Object.assign(world, {
    next: (path: string, when: 'asked' | 'answered', work: () => Promise<unknown>) => void waiting.push({ path, when, work }),
    heardOf: bodies,
    async announced() {
      await world.run(world.sandbox.deliverWebhooks())
      return bodies
    },
    async announce({ linkedAccountId, accountToken }: Announcement) {
      const source = { accountToken: new Secret(accountToken), linkedAccountId, integration: null, publicToken: null }
      return (await attach(world.integrations.core.link, source, ['hris'], []))?.account ?? null
    },
    async attempt(organizationId = 'org_acme') {
      const { accountId, linkToken } = await world.run(world.integrations.forOrganization(organizationId).createLinkToken(OPEN))
      return { accountId, publicToken: world.complete(linkToken) }
    },
    rows,
    async nothingIsLeft() {
      expect((await rows()).filter(({ status }) => status !== 'deleted')).toEqual([])
      expect(world.sandbox.accounts()).toEqual([])
    },
    async oneIsLinked(id: string) {
      const living = (await rows()).filter(({ status }) => status !== 'deleted')
      expect(living.map((row) => row.id)).toEqual([id])
      expect(living[0]?.status).toBe('active')
      expect(world.sandbox.accounts().map((account) => account.id)).toEqual([living[0]?.linkedAccountId])
      expect(await opens(world, living[0] as Account)).toBe(living[0]?.linkedAccountId)
      return living[0] as Account
    },
  })
}

/** Deletes the row's account at Merge behind our back, as in its dashboard. */
export async function deleteAtMerge(world: World, row: Account): Promise<void> {
  await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/delete-account', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(row) },
    }),
  )
}

const EVERY_STATUS = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted'] as const
