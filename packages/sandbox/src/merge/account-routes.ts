import { json, notFound, refuse } from './answers.ts'
import type { AccountCall } from './context.ts'
import { paginated } from './organization-routes.ts'
import { listRecords, retrieveRecord } from './records.ts'
import { accountDetails, accountIntegration, modelOperations, syncStatus } from './shapes.ts'

/** Routes about one linked account: `segments` is the path after `/{category}/v1`. Null when this method has nothing there. */
export function answerForAccount(call: AccountCall, segments: string[]): Response | null {
  const { account, method, settings, origin } = call
  const [first, second] = segments
  const route = `${method} ${segments.join('/')}`

  switch (route) {
    case 'GET account-details':
      return json(accountDetails(account, settings))
    case 'POST account-token/regenerate':
      return json({ linked_account_id: account.id, account_token: call.accounts.regenerateToken(account) })
    case 'POST delete-account':
      call.accounts.delete(account)
      return new Response(null, { status: 200 })
    case 'GET available-actions': {
      const integration = accountIntegration(account.integration!, origin)
      return json({ integration, passthrough_available: false, available_model_operations: modelOperations(account) })
    }
    case 'GET sync-status': {
      const statuses = account.category === call.category ? (account.data?.mirror.status() ?? []) : []
      return paginated(call, statuses, syncStatus)
    }
    case 'POST sync-status/resync':
      return resync(call)
  }
  const model = call.category.models.find((each) => each.path === first)
  if (!model) return null
  if (method !== 'GET') return refuse(405, `Method "${method}" not allowed.`)
  if (second === undefined) return listRecords(call, model)
  // What is below a record, and what the source system's own fields are called: lists that are there and have nothing in them.
  const below = segments.slice(2).map((segment, index) => (index % 2 === 0 ? segment : '{id}'))
  if (segments.at(-1) === 'remote-field-classes' || model.nested?.includes(below.join('/'))) return paginated(call, [], String)
  if (segments.length > 2) return null
  return /^[0-9a-f-]{36}$/i.test(second) ? retrieveRecord(call, model, second) : notFound()
}

/** Always every model, and only in some plans. */
function resync(call: AccountCall): Response {
  const { account, settings } = call
  if (!settings.resyncInPlan) return refuse(403, 'Your plan does not include forced resyncs.')
  const { mirror } = account.data!
  mirror.requestSync(settings.clock.now())
  return json(mirror.status().map(syncStatus))
}
