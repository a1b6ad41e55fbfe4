import type { Integrations, LinkedAccount } from '../../../src/index.ts'
import type { Timeline } from '../engine/timeline.ts'
import type { History } from '../history/history.ts'
import { CATEGORY, type FakeMerge, type MergeAccount } from '../merge/server.ts'
import type { Happened } from '../trial/happened.ts'
import { ORGANIZATION, PERSON } from './customer.ts'
import type { Mail } from './mail.ts'

/** How somebody comes to a linked account. */
export interface Roads {
  history: History
  timeline: Timeline
  merge: FakeMerge
  mail: Mail
  note: (what: Happened) => void
  /** One attempt with whoever answers; `null` when it failed or nobody did. */
  attempt<T>(work: (integrations: Integrations) => Promise<T>): Promise<{ value: T } | null>
  /** Tells what must never be. */
  complain(what: string): void
}

type Link = (integrations: Integrations) => Promise<LinkedAccount | null>

/** One road, for as many attempts as it takes. Each resolves with the account, or with `null` while there is none yet; and throws as the SDK does. */
export function linkingBy(roads: Roads): Link {
  switch (roads.history.linkedBy) {
    case 'exchange':
      return byExchange(roads)
    case 'twice':
      return byTwoClicks(roads)
    case 'webhook':
      return byWebhook(roads)
    case 'adoption':
      return byAdoption(roads)
  }
}

function byExchange({ merge }: Roads): Link {
  return async (integrations) => {
    const owner = integrations.forOrganization(ORGANIZATION)
    const { linkToken } = await owner.createLinkToken({ category: CATEGORY, ...PERSON })
    return owner.exchangePublicToken(merge.complete(linkToken))
  }
}

/** Two tabs are opened at once, one of them is finished, and its end is told twice. */
function byTwoClicks({ merge, note, attempt, complain }: Roads): Link {
  return async (integrations) => {
    const open = (by: Integrations) => by.forOrganization(ORGANIZATION).createLinkToken({ category: CATEGORY, ...PERSON })
    const [one] = await Promise.all([open(integrations), attempt(open)])
    const publicToken = merge.complete(one.linkToken)
    const exchange = (by: Integrations) => by.forOrganization(ORGANIZATION).exchangePublicToken(publicToken)
    const [first, second] = await Promise.all([exchange(integrations), attempt(exchange)])
    if (second !== null && second.value.id !== first.id) complain('two clicks made two accounts')
    if (second !== null) note('two clicks')
    // And once more, when all is done.
    const third = await exchange(integrations)
    if (third.id !== first.id) complain('a public token that was exchanged already made another account')
    return first
  }
}

/** The tab is closed before the exchange: Merge's webhook brings the token. */
function byWebhook({ merge, mail, note, timeline }: Roads): Link {
  let finished: MergeAccount | undefined
  return async (integrations) => {
    const owner = integrations.forOrganization(ORGANIZATION)
    if (finished === undefined) {
      const { linkToken } = await owner.createLinkToken({ category: CATEGORY, ...PERSON })
      merge.complete(linkToken)
      finished = merge.accounts.at(-1)
    }
    if (finished !== undefined) await mail.linked(finished, { relink: false })
    for (let looks = 0; looks < 12; looks++) {
      await timeline.wait(10_000)
      const linked = (await owner.list()).find(
        ({ endUserOriginId, status }) => endUserOriginId === finished?.originId && status !== 'pending',
      )
      if (linked === undefined) continue
      note('linked by the webhook alone')
      return linked
    }
    return null
  }
}

/** It was linked long before, by whatever the application had then. */
function byAdoption({ merge, note }: Roads): Link {
  const before = merge.linkedBefore(`linked_before_${merge.accounts.length}`)
  return async (integrations) => {
    const owner = integrations.forOrganization(ORGANIZATION)
    const account = await owner.adopt({ endUserOriginId: before.originId, category: CATEGORY, accountToken: before.token })
    note('adopted')
    return account
  }
}
