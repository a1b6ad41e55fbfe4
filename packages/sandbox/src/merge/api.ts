import { answerForAccount } from './account-routes.ts'
import { notFound, refuse, throttled } from './answers.ts'
import type { Call, World } from './context.ts'
import type { Limits } from './limits.ts'
import { createLinkToken } from './link-token.ts'
import { exchangePublicToken, listLinkedAccounts, organizationCatalog, publicCatalog, readIssues } from './organization-routes.ts'

/** Answers one request below `/api`: keys, limits, then the route. */
export async function answerApi(world: World & { limits: Limits }, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const segments = url.pathname.split('/').slice(2).filter(Boolean).map(decodeSegment)
  const call: Call = { ...world, request, method: request.method, query: url.searchParams, origin: url.origin }
  const route = `${call.method} ${segments.join('/')}`

  if (route === 'GET integrations') return publicCatalog(call.origin)
  if (request.headers.get('authorization') !== `Bearer ${world.settings.apiKey}`) {
    const missing = !request.headers.has('authorization')
    return refuse(401, missing ? 'Authentication credentials were not provided.' : 'Invalid token.')
  }
  if (route === 'POST integrations/create-link-token') return createLinkToken(call)
  if (route === 'GET organizations/integrations') return organizationCatalog(call)
  if (route.startsWith('GET integrations/account-token/') && segments.length === 3) return exchangePublicToken(call, segments[2]!, null)

  const [name, version, ...rest] = segments
  const category = world.categories.find((each) => each.name === name)
  if (!category || version !== 'v1') return notFound()
  const withKey = answerWithKey(call, category.name, rest)
  if (withKey) return withKey

  const accountToken = request.headers.get('x-account-token')
  if (!accountToken) return refuse(401, 'An X-Account-Token header is required for this endpoint.')
  const account = world.accounts.byToken(accountToken)
  if (!account) return refuse(401, 'Invalid account token.')
  const wait = world.limits.spend(accountToken)
  if (wait > 0) return throttled(wait)
  return answerForAccount({ ...call, account, category }, rest) ?? notFound()
}

/** The routes of a category that need no account token; null when this is none of them. */
function answerWithKey(call: Call, category: string, segments: string[]): Response | Promise<Response> | null {
  const [first, second] = segments
  const route = `${call.method} ${first}`
  if (route === 'POST link-token' && segments.length === 1) return createLinkToken(call)
  if (route === 'GET account-token' && segments.length === 2) return exchangePublicToken(call, second!, category)
  if (route === 'GET linked-accounts' && segments.length === 1) return listLinkedAccounts(call)
  if (route === 'GET issues' && segments.length <= 2) return readIssues(call, second ?? null)
  return null
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
