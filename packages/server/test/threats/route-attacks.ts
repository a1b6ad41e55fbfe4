import type { HandlerOptions } from '../../src/http/index.ts'
import { ROUTES, type Route } from '../../src/http/routes.ts'
import type { Storage } from '../../src/storage/port.ts'
import { type Answer, door } from '../support/http.ts'
import { ACME, connected, MODELS, stored, type World } from '../support/setup.ts'

/** What stands under attack: an account, and a public token of the same owner whose modal has just ended. */
export interface Victim {
  id: string
  publicToken: string
}

export interface Scene {
  world: World
  ofOrganization: Victim
  ofUser: Victim
  /** Every call of the store, with what it was given. */
  calls: string[]
}

export interface Driver {
  /** The id of the threat whose attack this route is. */
  threat: 'T1' | 'T2' | 'T3'
  /** Of the lawful caller. */
  status: number
  body?: (victim: Victim) => unknown
}

/** How each route is driven. A route that is not named here fails the matrix. */
export const DRIVERS: Record<string, Driver> = {
  'POST /link-token': { threat: 'T1', status: 200, body: () => ({ category: 'hris' }) },
  'POST /exchange': { threat: 'T1', status: 200, body: ({ publicToken }) => ({ publicToken }) },
  'GET /accounts': { threat: 'T1', status: 200 },
  'GET /catalog': { threat: 'T1', status: 200 },
  'GET /accounts/:id': { threat: 'T2', status: 200 },
  'PATCH /accounts/:id': { threat: 'T3', status: 200, body: () => ({ displayName: 'Mine now' }) },
  'POST /accounts/:id/relink': { threat: 'T2', status: 200, body: () => ({}) },
  'POST /accounts/:id/sync': { threat: 'T2', status: 200 },
  'DELETE /accounts/:id': { threat: 'T3', status: 204 },
}

export interface Principal {
  name: string
  headers?: Record<string, string>
  options?: Partial<HandlerOptions>
  victim: (scene: Scene) => Victim
  /** Brings the victim into the state that is meant. */
  before?: (scene: Scene, victim: Victim) => Promise<unknown>
  /** What it is answered where the path names the victim's account, and elsewhere; `null`: as anybody is, about what is its own. */
  status: { account: number; exchange: number; other: number | null }
}

const NOT_THEIRS = { account: 404, exchange: 404, other: null }

export const PRINCIPALS: readonly Principal[] = [
  {
    name: 'another organization',
    headers: { 'x-test-organization': 'org_other' },
    victim: (scene) => scene.ofOrganization,
    status: NOT_THEIRS,
  },
  { name: 'the organization, of what belongs to one of its users', victim: (scene) => scene.ofUser, status: NOT_THEIRS },
  {
    name: 'nobody',
    headers: { 'x-test-organization': 'nobody' },
    victim: (scene) => scene.ofOrganization,
    status: { account: 401, exchange: 401, other: 401 },
  },
  {
    name: 'somebody whom "authorize" does not know',
    options: { authorize: () => null as unknown as boolean },
    victim: (scene) => scene.ofOrganization,
    status: { account: 403, exchange: 403, other: 403 },
  },
  {
    name: 'its owner, after the deletion',
    victim: (scene) => scene.ofOrganization,
    before: async ({ world }, { id }) => world.run((await world.acme.account(id))?.delete() ?? Promise.reject()),
    status: { account: 404, exchange: 200, other: null },
  },
]

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`

/** Every route of that threat with everybody who may not use it. */
export function attacks(threat: Driver['threat']): [route: string, by: string, route: Route, principal: Principal][] {
  const routes = ROUTES.filter((route) => DRIVERS[nameOf(route)]?.threat === threat)
  return routes
    .flatMap((route) => PRINCIPALS.map((principal) => [nameOf(route), principal.name, route, principal] as const))
    .map((row) => [...row])
}

/** An organization and one of its users with an account each, another organization with an attempt open. */
export async function createScene(): Promise<Scene> {
  const calls: string[] = []
  const world = await connected({}, { sandbox: { employees: 3 }, wrap: (storage) => recording(storage, calls) })
  const user = world.integrations.forUser('org_acme', 'user_1')
  const attempt = (owner: World['acme'], displayName = 'Ours') =>
    world.run(owner.createLinkToken({ category: 'hris', ...ACME, displayName }))
  const ofUser = await attempt(user, 'Payroll of one user')
  await world.run(user.exchangePublicToken(world.complete(ofUser.linkToken)))
  await attempt(world.integrations.forOrganization('org_other'))
  const tokens = [await attempt(world.acme), await attempt(user)].map(({ linkToken }) => world.complete(linkToken))
  return {
    world,
    calls,
    ofOrganization: { id: world.id, publicToken: tokens[0] ?? '' },
    ofUser: { id: ofUser.accountId, publicToken: tokens[1] ?? '' },
  }
}

/** One request; with another `victim` the same request about something else. */
export async function drive(scene: Scene, route: Route, principal: Pick<Principal, 'headers' | 'options'>, victim: Victim, body?: unknown) {
  const lawful = DRIVERS[nameOf(route)]?.body?.(victim)
  const began = scene.world.time.clock.now()
  scene.calls.length = 0
  const answer = await door(scene.world, principal.options).call(route.method, route.path.replace(':id', victim.id), {
    body: route.method === 'GET' ? undefined : (body ?? lawful),
    ...(principal.headers ? { headers: principal.headers } : {}),
  })
  const named = (text: string) => text.replaceAll(victim.id, ':account').replaceAll(victim.publicToken, ':token')
  return { answer, calls: scene.calls.map(named), took: scene.world.time.clock.now() - began }
}

/** Everything of an answer but what is different every time. */
export function visible({ status, headers, text }: Answer) {
  return {
    status,
    headers: [...headers].filter(([name]) => name !== 'x-request-id'),
    text: text.replaceAll(/req_[\w-]+/g, 'req_'),
  }
}

/** All there is of a victim's account, here and at Merge. */
export async function state({ world }: Scene, { id }: Victim) {
  const row = await world.storage.get({ id, organizationId: 'org_acme' })
  const records = await Promise.all(MODELS.map(async (model) => [...(await stored(world, id, model))]))
  const atMerge = world.sandbox.accounts().find((account) => account.id === row?.linkedAccountId)
  return { row, records, atMerge: atMerge?.status }
}

/** What of a victim nobody else may be told. */
export async function secretsOf({ world }: Scene, { id, publicToken }: Victim): Promise<string[]> {
  const row = await world.storage.get({ id, organizationId: 'org_acme' })
  return [id, publicToken, row?.originId, row?.linkedAccountId, row?.token, 'Payroll of one user'].filter(
    (text) => typeof text === 'string',
  )
}

function recording(storage: Storage, calls: string[]): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        calls.push(`${String(name)} ${JSON.stringify(given)}`)
        return member.apply(target, given)
      }
    },
  })
}
