import { Secret } from '../secrets/secret.ts'
import type { Logger } from '../system.ts'
import { ask } from './ask.ts'
import type { Caller } from './call.ts'
import { createDoubts } from './doubts.ts'
import { hasStatus } from './has-status.ts'
import { type Integration, readIntegration } from './integration.ts'
import { createListReader } from './read-lists.ts'
import { createRecordReader } from './read-records.ts'
import { accountDetailsSchema, accountTokenSchema, linkTokenSchema } from './schemas.ts'
import type { Transport } from './transport.ts'

export type { CatalogEntry, Integration } from './integration.ts'
export { type AccountIssue, type LinkedAccountAtMerge, type ModelStatus, UNDESCRIBED_ISSUE } from './read-lists.ts'

/** Everything this SDK asks of Merge, in our own words: the only code that knows Merge's URLs and wire shapes. */
export type Gateway = ReturnType<typeof createGateway>

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
  /** Which company at the source it is, where Merge knows: two that differ are two companies. */
  instanceId: string | null
  /** The same for the eye, such as its address. */
  instanceName: string | null
}

export function createGateway(transport: Transport, logger: Logger) {
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
        instanceId: answer.instance_id,
        instanceName: answer.instance_display_value,
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

    ...createListReader(transport, logger),

    ...createRecordReader(transport),

    /** `POST /{category}/v1/sync-status/resync`: all models; plan-gated, costs a sync credit, production accounts only (help.merge.dev/en/articles/5388905). */
    async resync(category: string, accountToken: Secret): Promise<void> {
      await transport({ method: 'POST', template: '/{category}/v1/sync-status/resync', params: { category }, accountToken, retry: false })
    },
  }
}
