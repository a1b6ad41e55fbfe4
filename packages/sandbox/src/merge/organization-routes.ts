import type { LinkedAccount } from '../account/linked-account.ts'
import { integrations } from '../integrations.ts'
import { json, notFound, pageSizeOf, refuse } from './answers.ts'
import type { Call } from './context.ts'
import { cutPlainPage } from './cursor.ts'
import { accountIntegration, accountListItem, issueShape } from './shapes.ts'

/** Routes that need the API key and no account token. */

/** `GET /integrations`, which needs no key either. */
export function publicCatalog(origin: string): Response {
  return json(integrations.map((integration) => accountIntegration(integration, origin)))
}

/** `GET /organizations/integrations` */
export function organizationCatalog(call: Call): Response {
  return paginated(call, integrations, (integration) => accountIntegration(integration, call.origin))
}

/** `GET …/account-token/{public_token}`. `category` is the path's; null on the route that needs none. */
export function exchangePublicToken(call: Call, publicToken: string, category: string | null): Response {
  const account = call.sessions.exchange(publicToken)
  if (!account || (category !== null && account.category.name !== category)) return notFound()
  return json({ account_token: account.accountToken, integration: accountIntegration(account.integration!, call.origin), id: account.id })
}

/** `GET /{category}/v1/linked-accounts` */
export function listLinkedAccounts(call: Call): Response {
  const { query, settings } = call
  // Without the parameter only production accounts are listed; with it, whatever its value, only test accounts.
  const wantedType = query.has('is_test_account') ? 'TEST' : 'PRODUCTION'
  const accounts = wantedType === settings.accountType ? call.accounts.list() : []
  const exact: Record<string, (account: LinkedAccount) => string | null | undefined> = {
    category: (account) => account.category.name,
    end_user_email_address: (account) => account.emailAddress,
    end_user_organization_name: (account) => account.organizationName,
    end_user_origin_id: (account) => account.originId,
    id: (account) => account.id,
    integration_name: (account) => account.integration?.name,
    status: (account) => account.status,
  }
  const listed: typeof exact = { end_user_origin_ids: exact.end_user_origin_id!, ids: exact.id! }
  const kept = accounts.filter(
    (account) =>
      Object.entries(exact).every(([name, read]) => !query.get(name) || query.get(name) === read(account)) &&
      Object.entries(listed).every(
        ([name, read]) =>
          !query.get(name) ||
          query
            .get(name)!
            .split(',')
            .includes(read(account) ?? ''),
      ),
  )
  return paginated(call, kept, (account) => accountListItem(account, settings, call.origin))
}

/** `GET /{category}/v1/issues` and, with an id, `GET /{category}/v1/issues/{id}` */
export function readIssues(call: Call, id: string | null): Response {
  const { query } = call
  const all = call.accounts.list().flatMap((account) => account.issues.map((issue) => ({ issue, account })))
  if (id !== null) {
    const found = all.find(({ issue }) => issue.id === id)
    return found ? json(issueShape(found.issue, found.account)) : notFound()
  }
  const kept = all.filter(
    ({ issue, account }) =>
      (!query.get('linked_account_id') || query.get('linked_account_id') === account.id) &&
      (!query.get('account_token') || query.get('account_token') === account.accountToken) &&
      (!query.get('integration_name') || query.get('integration_name') === account.integration?.name) &&
      (!query.get('end_user_organization_name') || query.get('end_user_organization_name') === account.organizationName) &&
      (!query.get('status') || query.get('status') === issue.status),
  )
  return paginated(call, kept, ({ issue, account }) => issueShape(issue, account))
}

/** One page of a list that is not made of records. */
export function paginated<T>(call: Call, rows: readonly T[], shape: (row: T) => unknown): Response {
  const page = cutPlainPage([...rows], { cursor: call.query.get('cursor') || null, pageSize: pageSizeOf(call.query) })
  if (!page) return refuse(404, 'Invalid cursor')
  return json({ ...page, results: page.results.map(shape) })
}
