import { ErrorCode } from '../errors.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Logger } from '../system.ts'
import { ask, pages } from './ask.ts'
import { type Call, type Caller, failure } from './call.ts'
import { type CatalogEntry, readIntegration } from './integration.ts'
import { createRowReader } from './row-reader.ts'
import { integrationSchema, issueSchema, linkedAccountSchema, listSchema, modelStatusSchema } from './schemas.ts'
import type { Transport } from './transport.ts'

/** An entry of Merge's own list; it never carries a token. */
export interface LinkedAccountAtMerge {
  linkedAccountId: string
  originId: string | null
  category: string
  status: string
  /** Why it is broken, in the words of Merge or of the source: a text to show, never markup. */
  statusDetail: string | null
  /** Of the company at the source, where the source has one: `acme` of `acme.bamboohr.com`. */
  subdomain: string | null
  integrationSlug: string | null
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
  /** When the newest sync that succeeded began, ISO 8601: what Merge serves is at least as new as this. `null` before the first. */
  dataFreshAsOf: string | null
  /** Why it stands still: RATE_LIMITED, WAITING_ON_OTHER_MODELS; open for more. */
  reason: string | null
}

/** The part of the gateway that reads lists. A list ends where `next` is null, empty or left out; an odd row costs itself only. */
export function createListReader(transport: Transport, logger: Logger) {
  const readRows = createRowReader(logger)

  /** Production accounts first, then test accounts: without `is_test_account` Merge leaves these out. */
  async function listAccounts(category: string, status?: string): Promise<LinkedAccountAtMerge[]> {
    const accounts: LinkedAccountAtMerge[] = []
    for (const isTest of [undefined, 'true']) {
      const first = accountsCall(category, { status, is_test_account: isTest })
      for await (const { body } of pages(transport, listSchema, first, MOST_PAGES.linkedAccounts)) {
        for (const row of readRows(linkedAccountSchema, first, body.results)) accounts.push(readAccount(category, row))
      }
    }
    return accounts
  }

  return {
    /**
     * `GET /{category}/v1/linked-accounts?id=`, both lists. `null` when Merge has no such account. An answer without it, but with a row that
     * does not fit, throws `UPSTREAM_BAD_RESPONSE`: that row may be it.
     */
    async findLinkedAccount(category: string, linkedAccountId: string, caller?: Caller): Promise<LinkedAccountAtMerge | null> {
      for (const isTest of [undefined, 'true']) {
        const call = { ...accountsCall(category, { id: linkedAccountId, is_test_account: isTest }), ...(caller ? { caller } : {}) }
        const { results } = await ask(transport, listSchema, call)
        const rows = readRows(linkedAccountSchema, call, results)
        const found = rows.find((row) => row.id === linkedAccountId)
        if (found) return readAccount(category, found)
        if (rows.length < results.length)
          throw failure(call, ErrorCode.UPSTREAM_BAD_RESPONSE, 'answered with an account that has no id, so whose it is cannot be known.')
      }
      return null
    },

    /** The same list whole, production and test accounts of one category. */
    linkedAccounts: (category: string) => listAccounts(category),

    /** Those of them whose customer has to sign in again, asked for by `status=RELINK_NEEDED`: a page or two for a whole category. */
    async brokenAccounts(category: string): Promise<LinkedAccountAtMerge[]> {
      // Held against what each row says: were the filter not known, every account would be listed.
      return (await listAccounts(category, BROKEN)).filter(({ status }) => status === BROKEN)
    },

    /** `GET /{category}/v1/sync-status`, all pages, with Merge's clock at the time of the first. */
    async syncStatus(category: string, accountToken: Secret, caller?: Caller): Promise<{ date: number | null; models: ModelStatus[] }> {
      const models: ModelStatus[] = []
      let date: number | null | undefined
      const first: Call = {
        method: 'GET',
        template: '/{category}/v1/sync-status',
        params: { category },
        accountToken,
        ...(caller ? { caller } : {}),
      }
      for await (const answer of pages(transport, listSchema, first, MOST_PAGES.syncStatus)) {
        if (date === undefined) date = answer.date
        for (const row of readRows(modelStatusSchema, first, answer.body.results)) {
          models.push({
            model: row.model_id,
            status: row.status,
            isInitialSync: row.is_initial_sync === true,
            lastSyncResult: row.last_sync_result,
            lastSyncStart: row.last_sync_start,
            lastSyncFinished: row.last_sync_finished,
            nextSyncStart: row.next_sync_start,
            dataFreshAsOf: row.data_fresh_as_of,
            reason: row.sync_status_reason,
          })
        }
      }
      return { date: date ?? null, models }
    },

    /** `GET /{category}/v1/issues?linked_account_id=`, all pages, newest first. By id, because a token has no place in a URL. */
    async issues(category: string, linkedAccountId: string, caller?: Caller): Promise<AccountIssue[]> {
      const first: Call = {
        method: 'GET',
        template: '/{category}/v1/issues',
        params: { category },
        query: { linked_account_id: linkedAccountId },
        ...(caller ? { caller } : {}),
      }
      const issues: AccountIssue[] = []
      for await (const { body } of pages(transport, listSchema, first, MOST_PAGES.issues)) {
        for (const row of readRows(issueSchema, first, body.results)) {
          issues.push({
            id: row.id,
            status: row.status === 'RESOLVED' ? 'resolved' : 'ongoing',
            description: row.error_description ?? UNDESCRIBED_ISSUE,
            firstAt: row.first_incident_time,
            lastAt: row.last_incident_time,
          })
        }
      }
      return issues.sort((one, other) => (other.lastAt ?? '').localeCompare(one.lastAt ?? ''))
    },

    /** `GET /organizations/integrations`: what this Merge organization has enabled, all pages. */
    async integrations(): Promise<CatalogEntry[]> {
      const entries: CatalogEntry[] = []
      const first: Call = { method: 'GET', template: '/organizations/integrations' }
      for await (const { body } of pages(transport, listSchema, first, MOST_PAGES.integrations)) {
        for (const row of readRows(integrationSchema, first, body.results))
          entries.push({ ...readIntegration(row), categories: row.categories })
      }
      return entries
    },
  }
}

const BROKEN = 'RELINK_NEEDED'

export const UNDESCRIBED_ISSUE = 'The source reported a problem without describing it.'

/** Far more than anybody has: one row for each model of an account, one for each of Merge's integrations. */
const MOST_PAGES = { syncStatus: 20, integrations: 100, issues: 1_000, linkedAccounts: 10_000 }

function accountsCall(category: string, query: NonNullable<Call['query']>): Call {
  return { method: 'GET', template: '/{category}/v1/linked-accounts', params: { category }, query: { ...query, category } }
}

function readAccount(category: string, row: typeof linkedAccountSchema._zod.output): LinkedAccountAtMerge {
  return {
    linkedAccountId: row.id,
    originId: row.end_user_origin_id,
    category: row.category ?? category,
    status: row.status ?? 'COMPLETE',
    statusDetail: row.status_detail,
    subdomain: row.subdomain,
    integrationSlug: row.integration?.slug ?? null,
  }
}
