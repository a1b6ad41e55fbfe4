import type { AccountStatus } from '../account/linked-account.ts'
import type { StatusReason } from '../account/linked-accounts.ts'
import type { SyncReason, SyncState } from '../account/sync-runs.ts'
import type { Fault } from '../faults.ts'
import { integrations } from '../integrations.ts'
import { json } from '../merge/answers.ts'
import { SandboxError } from '../sandbox-error.ts'
import type { VariantChoice } from '../variants.ts'
import type { WebhookEvent } from '../webhook-events.ts'
import { categories } from '../world/index.ts'
import type { Levers } from './levers.ts'

type Body = Record<string, unknown>

/**
 * Answers below `/sandbox`: the same levers as the object's methods, as JSON.
 * Anything that changes something wants `content-type: application/json`, which a foreign web page cannot send without being asked first.
 */
export async function answerControl(sandbox: Levers, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const segments = url.pathname.split('/').slice(2).filter(Boolean)
  try {
    if (request.method !== 'GET' && !request.headers.get('content-type')?.startsWith('application/json')) {
      return json({ error: 'Send content-type: application/json.' }, 415)
    }
    const result = route(sandbox, `${request.method} ${shapeOf(segments)}`, segments, url.searchParams, await bodyOf(request))
    return result === undefined ? json({ error: `There is no ${request.method} ${url.pathname}.` }, 404) : json(result)
  } catch (error) {
    if (error instanceof SandboxError || error instanceof SyntaxError) return json({ error: error.message }, 400)
    throw error
  }
}

function route(sandbox: Levers, name: string, segments: string[], query: URLSearchParams, body: Body): unknown {
  const id = segments[1] ?? ''
  switch (name) {
    case 'GET categories':
      return { categories: describeCategories() }
    case 'GET accounts':
      return { accounts: sandbox.accounts() }
    case 'GET accounts/:id/truth':
      return { records: sandbox.truth(id, query.get('model') ?? '') }
    case 'POST accounts/:id/change':
      return sandbox.change(id, body)
    case 'POST accounts/:id/remove':
      return sandbox.remove(id, body)
    case 'POST accounts/:id/add':
    case 'POST accounts/:id/hire':
      return sandbox.add(id, body)
    case 'POST accounts/:id/sync':
      return done(() => sandbox.sync(id))
    case 'POST accounts/:id/status':
      return done(() => sandbox.setStatus(id, body.status as AccountStatus, (body.reason ?? {}) as StatusReason))
    case 'POST accounts/:id/relink-elsewhere':
      return done(() => sandbox.relinkElsewhere(id))
    case 'POST accounts/:id/model-status':
      return done(() => sandbox.setModelStatus(id, String(body.model), body.status as SyncState, body.reason as SyncReason))
    case 'POST webhooks':
      return done(() => sandbox.setWebhookEvents(body.events as WebhookEvent[]))
    case 'POST variants':
      return done(() => sandbox.setVariants(body.variants as VariantChoice))
    case 'POST faults':
      return done(() => sandbox.fault(body as unknown as Fault))
    case 'DELETE faults':
      return done(() => sandbox.clearFaults())
    case 'DELETE limits':
      return done(() => sandbox.resetLimits())
    case 'POST clock':
      return { now: sandbox.advance(Number(body.advanceMs)) }
    default:
      return undefined
  }
}

/** What can be linked here, and what it brings. */
function describeCategories() {
  return categories.map(({ name, models }) => ({
    name,
    models: models.filter((model) => model.available).map((model) => model.id),
    integrations: integrations.filter((each) => each.categories.includes(name)).map((each) => ({ name: each.name, slug: each.slug })),
  }))
}

/** `accounts/5e1c…/sync` → `accounts/:id/sync` */
function shapeOf(segments: string[]): string {
  return segments.map((segment, index) => (index === 1 && segments[0] === 'accounts' ? ':id' : segment)).join('/')
}

function done(act: () => unknown): { done: true } {
  act()
  return { done: true }
}

async function bodyOf(request: Request): Promise<Body> {
  const text = await request.text()
  const body: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new SandboxError('Send a JSON object.')
  return body as Body
}
