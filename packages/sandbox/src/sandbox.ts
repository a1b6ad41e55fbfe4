import { createLinkedAccounts } from './account/linked-accounts.ts'
import type { SandboxClock } from './clock.ts'
import { createActions } from './control/actions.ts'
import type { Levers } from './control/levers.ts'
import { controlPage, magicLinkPage } from './control/page.ts'
import { answerControl } from './control/routes.ts'
import { applyFault, createFaults } from './faults.ts'
import { drawLogo } from './integrations.ts'
import { answerLink } from './link/routes.ts'
import { serveScript } from './link/script.ts'
import { createLinkSessions, type LinkSessions } from './link/sessions.ts'
import { notFound, refuse, throttled } from './merge/answers.ts'
import { answerApi } from './merge/api.ts'
import { createLimits } from './merge/limits.ts'
import { requestEntry } from './request-entry.ts'
import { SandboxError } from './sandbox-error.ts'
import { resolveSettings, type SandboxOptions } from './settings.ts'
import { createVariants } from './variants.ts'
import { createWebhooks } from './webhooks.ts'
import { categories } from './world/index.ts'

/** An offline Merge, whole, in one object. It starts no timer: time passes for it when it is asked something. */
export interface Sandbox extends Levers {
  readonly apiKey: string
  readonly clock: SandboxClock
  /**
   * Answers one HTTP request, as a server would; without a socket: `fetch: (url, init) => sandbox.handle(new Request(url, init))`.
   * `address` is the caller's, for the address block. Rejects like `fetch` when a fault kills the connection.
   */
  handle(request: Request, from?: { address?: string }): Promise<Response>
  /** Merge Link without a browser. */
  link: Pick<LinkSessions, 'start' | 'complete' | 'abandon'>
  /** Sends the webhooks that have become due by now, with Merge's retries. Resolves with how many were taken. */
  deliverWebhooks(): Promise<number>
}

/** The same seed, clock and calls give the same answers, byte for byte. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const settings = resolveSettings(options)
  const webhooks = createWebhooks(settings)
  const accounts = createLinkedAccounts(settings, webhooks.emit)
  const sessions = createLinkSessions(settings, accounts)
  const limits = createLimits(settings)
  const faults = createFaults()
  const variants = createVariants(settings)
  const world = { settings, accounts, sessions, limits, categories }

  const sandbox: Sandbox = {
    ...createActions(settings, accounts),
    apiKey: settings.apiKey,
    clock: settings.clock,
    link: { start: sessions.start, complete: sessions.complete, abandon: sessions.abandon },
    deliverWebhooks() {
      // Looking at the accounts ends the runs that are due.
      accounts.list()
      return webhooks.deliver()
    },
    setWebhookEvents: webhooks.setEvents,
    setVariants: variants.set,
    fault: faults.add,
    clearFaults: faults.clear,
    resetLimits: limits.reset,
    advance(milliseconds) {
      if (!settings.clock.advance) throw new SandboxError('This clock cannot be moved. Pass clock: manualClock() to createSandbox.')
      if (!(milliseconds >= 0)) throw new SandboxError('A clock moves forwards: pass a number of milliseconds, 0 or more.')
      settings.clock.advance(milliseconds)
      return settings.clock.now()
    },
    async handle(request, from = {}) {
      const token = request.headers.get('x-account-token')
      // Looked up first: the request itself may delete the account.
      const linkedAccountId = token === null ? null : (accounts.byToken(token)?.id ?? null)
      const answer = (status: number) => settings.onRequest(requestEntry(request, status, linkedAccountId))
      const response = await route(request, from.address ?? 'local', linkedAccountId).catch((error) => {
        answer(0)
        throw error
      })
      if (!response.headers.has('date')) response.headers.set('date', new Date(settings.clock.now() + settings.dateSkewMs).toUTCString())
      answer(response.status)
      return response
    },
  }
  return sandbox

  async function route(request: Request, address: string, linkedAccountId: string | null): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/api/')) return throughLimits(request, address, linkedAccountId)
    if (pathname.startsWith('/sandbox/link/')) return answerLink(sessions, request)
    if (pathname.startsWith('/sandbox/')) return answerControl(sandbox, request)
    if (request.method !== 'GET') return notFound()
    if (pathname === '/initialize.js' || pathname === '/link/initialize.js') return serveScript()
    if (pathname === '/') return controlPage()
    if (pathname.startsWith('/magic-link/')) return magicLinkPage(pathname.slice('/magic-link/'.length))
    const logo = drawLogo(/^\/logos\/([a-z0-9-]+)\.svg$/.exec(pathname)?.[1] ?? '')
    return logo
      ? new Response(logo, { headers: { 'content-type': 'image/svg+xml', 'cross-origin-resource-policy': 'cross-origin' } })
      : notFound()
  }

  async function throughLimits(request: Request, address: string, linkedAccountId: string | null): Promise<Response> {
    const wait = limits.blocked(address)
    if (wait > 0) {
      const blocked = throttled(wait)
      return refuse(429, 'Too many failed requests from this address. It is blocked.', {
        'retry-after': blocked.headers.get('retry-after')!,
      })
    }
    const { pathname, search } = new URL(request.url)
    const [, , category, , resource] = pathname.split('/')
    const model = categories.find((each) => each.name === category)?.models.find((each) => each.path === resource)
    const names = model ? [model.id, `${category}.${model.name}`] : []
    const fault = faults.meet({ method: request.method, path: pathname + search, models: names, linkedAccountId })
    const account = linkedAccountId === null ? null : accounts.byId(linkedAccountId)
    const truth = async () => variants.vary(await answerApi(world, request), { pathname, account })
    const response = await (fault ? applyFault(fault, truth, settings.sleep) : truth())
    limits.countFailure(address, response.status)
    return response
  }
}
