import * as z from 'zod/mini'
import type { AccountHandle } from '../account-handle.ts'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Integrations } from '../integrations.ts'
import type { LinkTokenResult } from '../link/create-link-token.ts'
import type { Owner } from '../owner.ts'
import type { Action, Identity } from './identity.ts'
import { readJson } from './read-json.ts'

/** What a route is handed: the caller is known, and an account, where the path names one, is the caller's. */
export interface RouteContext {
  request: Request
  url: URL
  identity: Identity
  integrations: Integrations
  owner: Owner
  /** The account that the path names, after `authorize`. */
  account: () => AccountHandle
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:id` stands for the id of an account. */
  path: string
  action: Action
  limit?: 'link' | 'exchange'
  handle: (context: RouteContext) => Promise<Response>
}

const text = z.string().check(z.minLength(1), z.maxLength(100))

export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/link-token',
    action: 'connect',
    limit: 'link',
    async handle({ request, identity, owner, integrations }) {
      const body = await readJson(
        request,
        z.strictObject({ category: text, integration: z.optional(text), displayName: z.optional(text), language: z.optional(text) }),
      )
      const result = await owner.createLinkToken({
        ...withoutUndefined(body),
        category: body.category,
        organizationName: shownName(identity),
        userEmail: identity.user.email,
      })
      return linkTokenResponse(integrations, result)
    },
  },
  {
    method: 'POST',
    path: '/exchange',
    action: 'exchange',
    limit: 'exchange',
    async handle({ request, owner }) {
      const { publicToken } = await readJson(request, z.strictObject({ publicToken: z.string().check(z.minLength(1), z.maxLength(512)) }))
      return json({ account: await owner.exchangePublicToken(publicToken) })
    },
  },
  {
    method: 'GET',
    path: '/accounts',
    action: 'list',
    async handle({ url, owner }) {
      const category = url.searchParams.get('category')
      return json({ accounts: await owner.list(category === null ? {} : { category }) })
    },
  },
  { method: 'GET', path: '/accounts/:id', action: 'read', handle: async ({ account }) => json({ account: account().info }) },
  {
    method: 'PATCH',
    path: '/accounts/:id',
    action: 'rename',
    async handle({ request, account }) {
      const { displayName } = await readJson(request, z.strictObject({ displayName: text }))
      return json({ account: await account().rename(displayName) })
    },
  },
  {
    method: 'POST',
    path: '/accounts/:id/relink',
    action: 'relink',
    limit: 'link',
    async handle({ request, identity, account, integrations }) {
      const body = await readJson(request, z.strictObject({ language: z.optional(text) }))
      const result = await account().relink({
        ...withoutUndefined(body),
        organizationName: shownName(identity),
        userEmail: identity.user.email,
      })
      return linkTokenResponse(integrations, result)
    },
  },
  { method: 'POST', path: '/accounts/:id/sync', action: 'sync', handle: async ({ account }) => json({ account: await account().wake() }) },
  {
    method: 'DELETE',
    path: '/accounts/:id',
    action: 'delete',
    async handle({ account, owner }) {
      const handle = account()
      if ((await handle.delete()) === 'deleted') return new Response(null, { status: 204 })
      const left = await owner.account(handle.info.id)
      return left === null ? new Response(null, { status: 204 }) : json({ account: left.info }, 202)
    },
  },
  {
    method: 'GET',
    path: '/catalog',
    action: 'catalog',
    async handle({ url, integrations }) {
      const category = url.searchParams.get('category')
      const entries = await integrations.catalog(category === null ? {} : { category })
      return json({ integrations: entries })
    },
  },
]

/** Finds the route of a path below `basePath`. Throws `LINK_NOT_FOUND` for none. */
export function matchRoute(method: string, path: string): { route: Route; id: string | null } {
  const segments = path.split('/').slice(1)
  for (const route of ROUTES) {
    const wanted = route.path.split('/').slice(1)
    if (route.method !== method || wanted.length !== segments.length) continue
    if (wanted.every((segment, place) => segment === ':id' || segment === segments[place])) {
      const place = wanted.indexOf(':id')
      return { route, id: place === -1 ? null : (segments[place] ?? null) }
    }
  }
  throw new IntegrationError(ErrorCode.LINK_NOT_FOUND, `There is no route ${method} ${path.slice(0, 100)} below "basePath".`)
}

/** Merge takes 100 characters: a longer name is cut, so that its owner can connect as well. */
function shownName({ organization }: Identity): string {
  return organization.name.slice(0, 100).toWellFormed()
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })
}

function linkTokenResponse(integrations: Integrations, { accountId, linkToken, expiresAt }: LinkTokenResult): Response {
  return json({ accountId, linkToken, expiresAt, link: integrations.core.hosts.link })
}

function withoutUndefined<Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>
  }
}
