import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import type { Integrations } from '../integrations.ts'
import { createCrossOrigin } from './cross-origin.ts'
import { type AuthorizeInput, checkIdentity, type Identity } from './identity.ts'
import { errorResponse, publicCode } from './public-error.ts'
import { createRateLimit } from './rate-limit.ts'
import { checkContentType } from './read-json.ts'
import { matchRoute, type Route } from './routes.ts'
import { createTickRoute } from './tick.ts'
import { answerWebhook, createWebhookDoor, WEBHOOK_DOOR } from './webhook.ts'

export interface HandlerOptions {
  /** Where you mounted it: `/api/integrations`. */
  basePath: string
  /** The only source of identity: read your own session. `null`: nobody is signed in. */
  authenticate: (request: Request) => Promise<Identity | null> | Identity | null
  /** Asked for every action when given; false answers 403. */
  authorize?: (input: AuthorizeInput) => Promise<boolean> | boolean
  /** Other origins whose pages may call, such as `https://app.example.com` when this runs on `api.example.com`. */
  trustedOrigins?: readonly string[]
  /** How long `{basePath}/tick` works, in milliseconds; 20 seconds unless set. Stay below what your platform allows a request. */
  tickBudgetMs?: number
}

/** Never rejects: every failure is a response. */
export type Handler = (request: Request) => Promise<Response>

/**
 * The HTTP side of the SDK, for any framework that speaks `Request` and `Response`. Every answer to a browser is built from an allow-list;
 * failures carry a fixed code, a fixed text and a request id, and the full story goes to the logger only.
 */
export function createHandler(integrations: Integrations, options: HandlerOptions): Handler {
  const { core } = integrations
  const basePath = readBasePath(options)
  const crossOrigin = createCrossOrigin(options.trustedOrigins ?? [])
  const limits = {
    linkPerUser: createRateLimit(10, core.clock),
    exchangePerUser: createRateLimit(5, core.clock),
    exchangePerOrganization: createRateLimit(10, core.clock),
  }

  const webhook = createWebhookDoor(core, `${basePath}/webhook`)
  const tick = createTickRoute(integrations, options.tickBudgetMs)

  function limit(route: Route, identity: Identity): void {
    const organization = JSON.stringify([identity.organization.id])
    const user = JSON.stringify([identity.organization.id, identity.user.id])
    if (route.limit === 'link') limits.linkPerUser.take(user)
    if (route.limit === 'exchange') {
      limits.exchangePerUser.take(user)
      limits.exchangePerOrganization.take(organization)
    }
  }

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)) {
      throw new IntegrationError(
        ErrorCode.LINK_NOT_FOUND,
        `A request for ${url.pathname.slice(0, 100)} reached the handler, whose "basePath" is ${basePath || '/'}.`,
      )
    }
    // Both come from machines with a secret of their own: no session, no browser's origin.
    if (tick !== null && url.pathname === `${basePath}/tick` && ['GET', 'POST'].includes(request.method)) return tick(request)
    if (webhook?.path === url.pathname && request.method === 'POST') return answerWebhook(webhook, request)
    const { route, id } = matchRoute(request.method, url.pathname.slice(basePath.length))
    crossOrigin.check(request)
    checkContentType(request)
    const identity = checkIdentity(await options.authenticate(request))
    if (identity === null) throw new IntegrationError(ErrorCode.NOT_AUTHENTICATED, 'Nobody is signed in: "authenticate" returned null.')

    const owner = integrations.forOrganization(identity.organization.id)
    const account = id === null ? null : await owner.account(id)
    if (id !== null && account === null)
      throw new IntegrationError(ErrorCode.LINK_NOT_FOUND, 'This organization has no such linked account.')
    const question: AuthorizeInput = { ...identity, action: route.action, account: account?.info ?? null }
    // Only a clear yes is one: a callback that forgets to return has refused.
    if (options.authorize !== undefined && (await options.authorize(question)) !== true)
      throw new IntegrationError(ErrorCode.FORBIDDEN, `"authorize" refused ${route.action}.`)
    limit(route, identity)
    return route.handle({
      request,
      url,
      identity,
      integrations,
      owner,
      account: () => {
        if (account === null) throw new Error(`The route ${route.path} has no account.`)
        return account
      },
    })
  }

  const handler: Handler = async (request) => {
    const requestId = `req_${Buffer.from(core.randomBytes(9)).toString('base64url')}`
    let response: Response
    try {
      response = crossOrigin.preflight(request) ?? (await answer(request))
    } catch (error) {
      report(error, requestId)
      response = errorResponse(error, requestId)
    }
    for (const [name, value] of Object.entries(crossOrigin.headers(request))) response.headers.set(name, value)
    if (!response.headers.has('x-request-id')) response.headers.set('x-request-id', requestId)
    return response
  }
  return Object.defineProperty(handler, WEBHOOK_DOOR, { value: webhook })

  /** What a caller did wrong is worth a line for debugging; what we or Merge did wrong is worth a warning. */
  function report(error: unknown, requestId: string): void {
    const fields = { requestId, ...describeError(error) }
    if (publicCode(error) === 'unavailable') core.logger.error('A request could not be served', fields)
    else core.logger.info('A request was refused', fields)
  }
}

function readBasePath(options: HandlerOptions): string {
  const path = options?.basePath
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new IntegrationError(
      ErrorCode.CONFIG_INVALID,
      '"basePath" must be the path that the handler is mounted at, such as /api/integrations.',
    )
  }
  if (typeof options.authenticate !== 'function') {
    throw new IntegrationError(ErrorCode.CONFIG_INVALID, '"authenticate" is missing: without it anybody could connect anything.')
  }
  return path.replace(/\/+$/, '')
}
