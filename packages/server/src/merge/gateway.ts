import { Secret } from '../secrets/secret.ts'
import { ask, pages } from './ask.ts'
import type { Caller } from './call.ts'
import { createDoubts } from './doubts.ts'
import { hasStatus } from './has-status.ts'
import { createRecordReader } from './read-records.ts'
import {
  accountDetailsSchema,
  accountTokenSchema,
  integrationsSchema,
  issuesSchema,
  linkedAccountsSchema,
  linkTokenSchema,
  syncStatusSchema,
} from './schemas.ts'
import type { Transport } from './transport.ts'

/** Everything this SDK asks of Merge, in our own words: the only code that knows Merge's URLs and wire shapes. */
export type Gateway = ReturnType<typeof createGateway>

export interface Integration {
  name: string
  slug: string
  logoUrl: string | null
  color: string | null
}

export interface CatalogEntry extends Integration {
  categories: string[]
}

export interface LinkTokenRequest {
  originId: string
  organizationName: string
  userEmail: string
  category: string
  integration?: string
  language?: string
  linkExpiryMins?: number
  magicLink?: boolean
  commonModels?: unknown[]
}

export interface AccountDetails {
  linkedAccountId: string
  originId: string | null
  /** Of whoever linked it, as Merge has it. */
  userEmail: string | null
  category: string | null
  /** COMPLETE, INCOMPLETE, RELINK_NEEDED or IDLE; open for more. */
  status: string
  accountType: 'PRODUCTION' | 'TEST' | null
  integrationSlug: string | null
  /** Merge knows the same account of the source under another linked account too. */
  isDuplicate: boolean
}

/** An entry of Merge's own list; it never carries a token. */
export interface LinkedAccountAtMerge {
  linkedAccountId: string
  originId: string | null
  category: string
  status: string
}

/** A problem at the source. */
export interface AccountIssue {
  id: string
  status: 'ongoing' | 'resolved'
  /** In plain words, and in English. */
  description: string
  /** ISO 8601. */
  firstAt: string | null
  lastAt: string | null
}

export interface ModelStatus {
  model: string
  /** SYNCING, DONE, FAILED, DISABLED, PAUSED or PARTIALLY_SYNCED; open for more. */
  status: string
  isInitialSync: boolean
  lastSyncResult: string | null
  lastSyncStart: string | null
  lastSyncFinished: string | null
  nextSyncStart: string | null
}

export function createGateway(transport: Transport) {
  const doubts = createDoubts()
  return {
    /** `POST /{category}/v1/link-token`. For a known (origin id, category) Merge reopens that account: a relink. */
    async createLinkToken(request: LinkTokenRequest): Promise<{ linkToken: Secret; magicLinkUrl: string | null }> {
      const answer = await ask(transport, linkTokenSchema, {
        method: 'POST',
        template: '/{category}/v1/link-token',
        params: { category: request.category },
        json: {
          end_user_origin_id: request.originId,
          end_user_organization_name: request.organizationName,
          end_user_email_address: request.userEmail,
          categories: [request.category],
          integration: request.integration,
          language: request.language,
          link_expiry_mins: request.linkExpiryMins,
          should_create_magic_link_url: request.magicLink,
          common_models: request.commonModels,
        },
      })
      return { linkToken: new Secret(answer.link_token), magicLinkUrl: answer.magic_link_url ?? null }
    },

    /**
     * `GET /integrations/account-token/{public_token}`: single use, and the answer does not say whose account it is.
     * `null` when Merge does not know the token (spent, expired or never issued: 404, in one place of the docs 400). Not retried: it may have been spent.
     * Throws `RATE_LIMITED` for an asker (an organization) whose last one Merge refused, while too many others were refused as well.
     */
    exchangePublicToken(
      publicToken: Secret,
      asker: string,
    ): Promise<{ accountToken: Secret; linkedAccountId: string; integration: Integration | null; categories: string[] } | null> {
      const template = '/integrations/account-token/{public_token}'
      const params = { public_token: publicToken.reveal() }
      return doubts.ask(asker, async (lane) => {
        try {
          const answer = await ask(transport, accountTokenSchema, { method: 'GET', template, params, retry: false, caller: { lane } })
          return {
            accountToken: new Secret(answer.account_token),
            linkedAccountId: answer.id,
            integration: answer.integration ? readIntegration(answer.integration) : null,
            categories: answer.integration?.categories ?? [],
          }
        } catch (error) {
          if (hasStatus(error, 400, 404)) return null
          throw error
        }
      })
    },

    /** `GET /{category}/v1/account-details`: whose account a token opens. Throws `UPSTREAM_REJECTED` with status 401 for a dead token. */
    async accountDetails(category: string, accountToken: Secret, caller?: Caller): Promise<AccountDetails> {
      const answer = await ask(transport, accountDetailsSchema, {
        method: 'GET',
        template: '/{category}/v1/account-details',
        params: { category },
        accountToken,
        ...(caller ? { caller } : {}),
      })
      return {
        linkedAccountId: answer.id,
        originId: answer.end_user_origin_id ?? null,
        userEmail: typeof answer.end_user_email_address === 'string' ? answer.end_user_email_address : null,
        category: answer.category ?? null,
        status: answer.status ?? 'COMPLETE',
        accountType: answer.account_type === 'PRODUCTION' || answer.account_type === 'TEST' ? answer.account_type : null,
        integrationSlug: answer.integration_slug ?? null,
        isDuplicate: answer.is_duplicate === true,
      }
    },

    /** `POST /{category}/v1/delete-account`. `'refused'` for 401 and 404: gone already, or something else is wrong; `findLinkedAccount` can tell. */
    async deleteAccount(category: string, accountToken: Secret): Promise<'deleted' | 'refused'> {
      try {
        await transport({ method: 'POST', template: '/{category}/v1/delete-account', params: { category }, accountToken })
        return 'deleted'
      } catch (error) {
        if (hasStatus(error, 401, 404)) return 'refused'
        throw error
      }
    },

    /** `GET /{category}/v1/linked-accounts?id=`, both lists: without `is_test_account` Merge leaves test accounts out. `null` when Merge has no such account. */
    async findLinkedAccount(category: string, linkedAccountId: string): Promise<{ status: string } | null> {
      for (const isTest of [undefined, 'true']) {
        const answer = await ask(transport, linkedAccountsSchema, {
          method: 'GET',
          template: '/{category}/v1/linked-accounts',
          params: { category },
          query: { id: linkedAccountId, category, is_test_account: isTest },
        })
        const found = answer.results.find((account) => account.id === linkedAccountId)
        if (found) return { status: found.status ?? 'COMPLETE' }
      }
      return null
    },

    /** The same list whole, production and test accounts of one category. */
    async linkedAccounts(category: string): Promise<LinkedAccountAtMerge[]> {
      const accounts: LinkedAccountAtMerge[] = []
      for (const isTest of [undefined, 'true']) {
        const first = {
          method: 'GET',
          template: '/{category}/v1/linked-accounts',
          params: { category },
          query: { category, is_test_account: isTest },
        } as const
        for await (const { body } of pages(transport, linkedAccountsSchema, first, MOST_PAGES.linkedAccounts)) {
          for (const row of body.results) {
            accounts.push({
              linkedAccountId: row.id,
              originId: row.end_user_origin_id ?? null,
              category: row.category ?? category,
              status: row.status ?? 'COMPLETE',
            })
          }
        }
      }
      return accounts
    },

    /** `GET /{category}/v1/sync-status`, all pages, with Merge's clock at the time of the first. */
    async syncStatus(category: string, accountToken: Secret, caller?: Caller): Promise<{ date: number | null; models: ModelStatus[] }> {
      const models: ModelStatus[] = []
      let date: number | null = null
      const first = {
        method: 'GET',
        template: '/{category}/v1/sync-status',
        params: { category },
        accountToken,
        ...(caller ? { caller } : {}),
      } as const
      for await (const answer of pages(transport, syncStatusSchema, first, MOST_PAGES.syncStatus)) {
        if (models.length === 0) date = answer.date
        for (const row of answer.body.results) {
          models.push({
            model: row.model_id,
            status: row.status,
            isInitialSync: row.is_initial_sync ?? false,
            lastSyncResult: row.last_sync_result ?? null,
            lastSyncStart: row.last_sync_start ?? null,
            lastSyncFinished: row.last_sync_finished ?? null,
            nextSyncStart: row.next_sync_start ?? null,
          })
        }
      }
      return { date, models }
    },

    ...createRecordReader(transport),

    /** `POST /{category}/v1/sync-status/resync`: all models; plan-gated, costs a sync credit, production accounts only (help.merge.dev/en/articles/5388905). */
    async resync(category: string, accountToken: Secret): Promise<void> {
      await transport({ method: 'POST', template: '/{category}/v1/sync-status/resync', params: { category }, accountToken, retry: false })
    },

    /** `GET /{category}/v1/issues?linked_account_id=`, all pages, newest first. By id, because a token has no place in a URL. */
    async issues(category: string, linkedAccountId: string): Promise<AccountIssue[]> {
      const first = {
        method: 'GET',
        template: '/{category}/v1/issues',
        params: { category },
        query: { linked_account_id: linkedAccountId },
      } as const
      const issues: AccountIssue[] = []
      for await (const { body } of pages(transport, issuesSchema, first, MOST_PAGES.issues)) {
        for (const row of body.results) {
          issues.push({
            id: row.id,
            status: row.status === 'RESOLVED' ? 'resolved' : 'ongoing',
            description: row.error_description,
            firstAt: row.first_incident_time ?? null,
            lastAt: row.last_incident_time ?? null,
          })
        }
      }
      return issues.sort((one, other) => (other.lastAt ?? '').localeCompare(one.lastAt ?? ''))
    },

    /** `GET /organizations/integrations`: what this Merge organization has enabled, all pages. */
    async integrations(): Promise<CatalogEntry[]> {
      const entries: CatalogEntry[] = []
      const first = { method: 'GET', template: '/organizations/integrations' } as const
      for await (const { body } of pages(transport, integrationsSchema, first, MOST_PAGES.integrations)) {
        for (const result of body.results) entries.push({ ...readIntegration(result), categories: result.categories ?? [] })
      }
      return entries
    },
  }
}

/** Far more than anybody has: one row for each model of an account, one for each of Merge's integrations. */
const MOST_PAGES = { syncStatus: 100, integrations: 100, issues: 1_000, linkedAccounts: 10_000 }

function readIntegration(value: {
  name: string
  slug?: string | null | undefined
  color?: string | null | undefined
  image?: string | null | undefined
  square_image?: string | null | undefined
}): Integration {
  return {
    name: value.name,
    slug: value.slug ?? value.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    logoUrl: value.square_image ?? value.image ?? null,
    color: value.color ?? null,
  }
}
