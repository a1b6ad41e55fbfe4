import type { EndUser, LinkedAccount } from '../account/linked-account.ts'
import type { LinkedAccounts } from '../account/linked-accounts.ts'
import { findIntegration, type Integration, integrations, logoUrl } from '../integrations.ts'
import { tokenFrom } from '../random.ts'
import type { Settings } from '../settings.ts'
import type { Category } from '../world/category.ts'

/** What a link token stands for. */
export interface LinkRequest {
  originId: string
  organizationName: string
  emailAddress: string
  categories: Category[]
  /** The only integration on offer; null: all of the categories'. */
  integration: Integration | null
  expiryMinutes: number
}

/** What Merge's modal would show. */
export interface LinkStart {
  integrations: { name: string; slug: string; color: string | null; logoUrl: string | null }[]
  /** Set when this opens an account that is already there. */
  relink: { name: string; slug: string } | null
  organizationName: string
}

/** Merge Link without its windows. */
export interface LinkSessions {
  /** `integrationName` is set when the identity already has an account with an integration. */
  create(request: LinkRequest): { linkToken: string; integrationName: string | null }
  /** Expired also stands for unknown, used and abandoned. `origin` is where the browser reaches the sandbox, for the logos. */
  start(linkToken: string, origin: string): LinkStart | { expired: true }
  /**
   * The end user has picked this integration and entered their credentials. Uses the link token up. `elsewhere`: of an account that is there
   * already they were those of another company; see `relinkElsewhere`.
   */
  complete(
    linkToken: string,
    slug: string,
    how?: { elsewhere?: boolean },
  ): { publicToken: string; linkedAccountId: string } | { error: string }
  /** The end user has left. Uses the link token up and leaves an INCOMPLETE account. */
  abandon(linkToken: string): void
  /** Null when the public token is unknown, used, older than ten minutes, or its account is gone. Uses it up. */
  exchange(publicToken: string): LinkedAccount | null
}

const publicTokenLifeMs = 10 * 60_000

interface Session extends LinkRequest {
  expiresAt: number
  used: boolean
}

export function createLinkSessions(settings: Settings, accounts: LinkedAccounts): LinkSessions {
  const sessions = new Map<string, Session>()
  const publicTokens = new Map<string, { accountId: string; expiresAt: number }>()
  let linkTokens = 0
  let publicTokensMade = 0

  return {
    create(request) {
      const linkToken = tokenFrom(settings.seed, 'link-token', ++linkTokens)
      const expiresAt = settings.clock.now() + request.expiryMinutes * 60_000
      sessions.set(linkToken, { ...request, expiresAt, used: false })
      return { linkToken, integrationName: reopened(request)?.integration?.name ?? null }
    },
    start(linkToken, origin) {
      const session = live(linkToken)
      if (!session) return { expired: true }
      const relink = reopened(session)?.integration
      const offered = session.integration ? [session.integration] : integrations.filter((each) => categoryOf(session, each))
      return {
        integrations: offered.map((each) => ({ name: each.name, slug: each.slug, color: each.color, logoUrl: logoUrl(each, origin) })),
        relink: relink ? { name: relink.name, slug: relink.slug } : null,
        organizationName: session.organizationName,
      }
    },
    complete(linkToken, slug, how) {
      const session = live(linkToken)
      if (!session) return { error: 'This link token is unknown, used or expired. Create a new one.' }
      // The identity is looked up now and not when the session began: an account that was deleted meanwhile is made anew.
      const known = reopened(session)
      const names = session.categories.map((category) => category.name)
      const integration = known?.integration ?? findIntegration(slug, names)
      if (!integration) return { error: `There is no integration ${slug} for ${names.join(', ')}.` }
      const account = known ?? accounts.open(endUser(session, categoryOf(session, integration)!))
      accounts.complete(account, integration, how)
      session.used = true
      const publicToken = tokenFrom(settings.seed, 'public-token', ++publicTokensMade)
      publicTokens.set(publicToken, { accountId: account.id, expiresAt: settings.clock.now() + publicTokenLifeMs })
      return { publicToken, linkedAccountId: account.id }
    },
    abandon(linkToken) {
      const session = live(linkToken)
      if (!session) return
      session.used = true
      if (!reopened(session)) accounts.open(endUser(session, session.categories[0]!))
    },
    exchange(publicToken) {
      const entry = publicTokens.get(publicToken)
      publicTokens.delete(publicToken)
      return entry && entry.expiresAt > settings.clock.now() ? accounts.byId(entry.accountId) : null
    },
  }

  function live(linkToken: string): Session | null {
    const session = sessions.get(linkToken)
    return session && !session.used && session.expiresAt > settings.clock.now() ? session : null
  }

  /** The account that this request opens again, whatever its status. */
  function reopened(request: LinkRequest): LinkedAccount | null {
    for (const category of request.categories) {
      const account = accounts.byIdentity(request.originId, category.name)
      if (account) return account
    }
    return null
  }
}

function categoryOf(request: LinkRequest, integration: Integration): Category | undefined {
  return request.categories.find((category) => integration.categories.includes(category.name))
}

function endUser(request: LinkRequest, category: Category): EndUser {
  const { originId, organizationName, emailAddress } = request
  return { originId, category, organizationName, emailAddress }
}
