import { type Issue, type LinkedAccount, subdomainOf } from '../account/linked-account.ts'
import type { ModelSync } from '../account/sync-runs.ts'
import { isoMicroseconds } from '../clock.ts'
import { type Integration, logoUrl } from '../integrations.ts'
import { uuidFrom } from '../random.ts'
import type { Settings } from '../settings.ts'

/** How Merge writes what the sandbox keeps. Every key that Merge's client knows is there. */

/** `GET /account-details` */
export function accountDetails(account: LinkedAccount, settings: Settings) {
  return { ...webhookAccount(account, settings), ...instance(account, settings) }
}

/** The `linked_account` of a webhook. */
export function webhookAccount(account: LinkedAccount, settings: Settings) {
  return {
    id: account.id,
    integration: account.integration?.name ?? null,
    integration_slug: account.integration?.slug ?? null,
    ...ownership(account, settings),
  }
}

export function accountListItem(account: LinkedAccount, settings: Settings, origin: string) {
  const { integration } = account
  return {
    id: account.id,
    ...ownership(account, settings),
    status_detail: account.statusDetail,
    subdomain: integration && subdomainOf(account),
    integration: integration && {
      name: integration.name,
      categories: integration.categories,
      image: logoUrl(integration, origin),
      square_image: logoUrl(integration, origin),
      color: integration.color,
      slug: integration.slug,
      passthrough_available: false,
      available_model_operations: modelOperations(account),
    },
    integration_specific_fields: null,
  }
}

/** As in the token exchange and in the catalog. */
export function accountIntegration(integration: Integration, origin: string) {
  return {
    name: integration.name,
    abbreviated_name: null,
    categories: integration.categories,
    image: logoUrl(integration, origin),
    square_image: logoUrl(integration, origin),
    color: integration.color,
    slug: integration.slug,
    api_endpoints_to_documentation_urls: {},
    webhook_setup_guide_url: null,
    category_beta_status: {},
  }
}

export function modelOperations(account: LinkedAccount) {
  return account.category.models
    .filter((model) => model.available)
    .map((model) => ({ model_name: model.name, available_operations: ['FETCH'], required_post_parameters: [], supported_fields: [] }))
}

export function syncStatus(sync: ModelSync) {
  return {
    model_name: sync.model.name,
    model_id: sync.model.id,
    last_sync_start: moment(sync.lastStart),
    next_sync_start: moment(sync.nextStart),
    last_sync_result: sync.lastResult,
    last_sync_finished: moment(sync.lastFinished),
    status: sync.status,
    is_initial_sync: sync.initial,
    selective_sync_configurations_usage: null,
    ...freshness(sync),
  }
}

export function issueShape(issue: Issue, account: LinkedAccount) {
  return {
    id: issue.id,
    status: issue.status,
    error_description: issue.description,
    end_user: {
      linked_account_id: account.id,
      integration_name: account.integration?.name ?? null,
      category: account.category.name,
      end_user_origin_id: account.originId,
      end_user_organization_name: account.organizationName,
      end_user_email_address: account.emailAddress,
    },
    first_incident_time: moment(issue.firstAt),
    last_incident_time: moment(issue.lastAt),
    is_muted: false,
    error_details: [issue.description],
  }
}

/** The `data` of a `LinkedAccount.sync_completed` webhook. */
export function syncCompleted(account: LinkedAccount, initial: boolean, models: ModelSync[]) {
  const result = (sync: ModelSync) => ({
    last_sync_result: sync.lastResult,
    last_sync_finished: moment(sync.lastFinished),
    ...freshness(sync),
  })
  return {
    is_initial_sync: initial,
    integration_name: account.integration?.name ?? null,
    integration_id: account.integration?.slug ?? null,
    sync_status: Object.fromEntries(models.map((sync) => [sync.model.id, result(sync)])),
  }
}

/** The `data` of a `{Model}.synced` webhook. */
export function modelSynced(account: LinkedAccount, sync: ModelSync) {
  const records = account.data?.mirror.copies(sync.model.id) ?? []
  return {
    integration_name: account.integration?.name ?? null,
    integration_id: account.integration?.slug ?? null,
    synced_fields: Object.keys(records.at(-1)?.fields ?? {}),
    sync_status: syncStatus(sync),
  }
}

/** Which company at the source this is: null until somebody has signed in. */
function instance(account: LinkedAccount, settings: Settings) {
  const { integration, company } = account
  if (integration === null) return { instance_id: null, instance_display_value: null }
  return {
    instance_id: uuidFrom(settings.seed, account.id, 'instance', company),
    instance_display_value: `${subdomainOf(account)}.${integration.slug}.example`,
  }
}

function freshness(sync: ModelSync) {
  return { data_fresh_as_of: moment(sync.freshAsOf), sync_status_reason: sync.reason }
}

function ownership(account: LinkedAccount, settings: Settings) {
  return {
    category: account.category.name,
    end_user_origin_id: account.originId,
    end_user_organization_name: account.organizationName,
    end_user_email_address: account.emailAddress,
    status: account.status,
    webhook_listener_url: `https://sandbox.invalid/api/integrations/webhook-listener/${account.id}`,
    is_duplicate: settings.accountType === 'TEST' ? null : false,
    account_type: settings.accountType,
    completed_at: moment(account.completedAt),
  }
}

function moment(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoMicroseconds(milliseconds * 1000)
}
