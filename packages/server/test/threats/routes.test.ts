import { expect, test } from 'vitest'
import { ROUTES, type Route } from '../../src/http/routes.ts'
import {
  attacks,
  createScene,
  DRIVERS,
  drive,
  nameOf,
  type Principal,
  type Scene,
  secretsOf,
  state,
  type Victim,
  visible,
} from './route-attacks.ts'

const NOT_THERE = `int_${'0'.repeat(32)}`
const GARBAGE = 'a-token-that-looks-real'
const NOTHING: Victim = { id: NOT_THERE, publicToken: GARBAGE }
const OWNER = { headers: { 'x-test-organization': 'org_acme' } }
/** Whoever reads a body before asking whose the account is tells the two apart. */
const BODIES = [undefined, {}, '{', { displayName: 'Mine now', status: 'active' }]

test('T1 every route of the handler is in the matrix, and serves who it belongs to', async () => {
  expect(Object.keys(DRIVERS).toSorted()).toEqual(ROUTES.map(nameOf).toSorted())
  for (const route of ROUTES) {
    const scene = await createScene()
    const { answer } = await drive(scene, route, OWNER, scene.ofOrganization)
    expect(answer.status, nameOf(route)).toBe(DRIVERS[nameOf(route)]?.status)
  }
})

/** The attack, what it was answered, and that it did nothing to anybody. */
async function attack(route: Route, principal: Principal) {
  const scene = await createScene()
  const victim = principal.victim(scene)
  await principal.before?.(scene, victim)
  const secrets = await secretsOf(scene, victim)
  const [before, asked, told] = [await everything(scene), scene.world.requests.length, scene.world.events.length]
  const driven = await drive(scene, route, principal, victim)
  const requests = scene.world.requests.slice(asked)
  expect(await everything(scene)).toEqual(before)
  expect(requests.filter((request) => /delete-account|regenerate/.test(request))).toEqual([])
  expect(scene.world.events.slice(told).filter(({ name }) => name !== 'account.linked')).toEqual([])
  const own = principal.name === 'its owner, after the deletion'
  if (!own) for (const secret of secrets) expect(driven.answer.text + JSON.stringify([...driven.answer.headers])).not.toContain(secret)
  return { scene, victim, requests, ...driven }
}

const everything = async (scene: Scene) => [await state(scene, scene.ofOrganization), await state(scene, scene.ofUser)]

/** As far as anybody can tell who asks, the account of somebody else is one that does not exist: what is answered, what is asked of the store, how long it takes. */
async function expectUnseen(route: Route, principal: Principal) {
  const { scene, victim, answer, requests } = await attack(route, principal)
  expect(answer.status).toBe(principal.status.account)
  expect(requests).toEqual([])
  if (principal.status.account === 403) return
  for (const body of BODIES) {
    const [one, other] = [await drive(scene, route, principal, victim, body), await drive(scene, route, principal, NOTHING, body)]
    expect(visible(one.answer)).toEqual(visible(other.answer))
    expect([one.calls, one.took]).toEqual([other.calls, other.took])
  }
}

test.each(attacks('T2'))('T2 guessed account id: %s by %s is answered as if there were no such account', (_, __, route, principal) =>
  expectUnseen(route, principal),
)

test.each(attacks('T3'))('T3 guessed account id: %s by %s changes nothing, and tells nothing', (_, __, route, principal) =>
  expectUnseen(route, principal),
)

test.each(attacks('T1').filter(([route]) => route !== 'POST /exchange'))(
  'T1 what is somebody else’s: %s by %s shows none of it and touches none of it',
  async (name, _, route, principal) => {
    const { answer } = await attack(route, principal)
    expect(answer.status).toBe(principal.status.other ?? DRIVERS[name]?.status)
  },
)

test.each(attacks('T1').filter(([route]) => route === 'POST /exchange'))(
  'T1 stolen public token: %s by %s links nothing to whoever brought it',
  async (_, __, route, principal) => {
    const { scene, victim, answer } = await attack(route, principal)
    expect(answer.status).toBe(principal.status.exchange)
    if (principal.status.exchange !== 404) return
    const { accounts } = await scene.world.storage.list({ limit: 100 })
    expect(accounts.filter(({ organizationId, status }) => organizationId === 'org_other' && status !== 'pending')).toEqual([])
    // A stolen token is not burnt: its owner has the account, and the thief an answer as for garbage, after as long a time.
    const again = await drive(await createScene(), route, principal, NOTHING)
    const stolen = await attack(route, principal)
    expect(visible(stolen.answer)).toEqual(visible(again.answer))
    expect(stolen.took).toBe(again.took)
    const owned = accounts.filter(({ userId, status }) => (victim === scene.ofUser) === (userId !== null) && status === 'active')
    expect(owned).toHaveLength(2)
  },
)

test('T1 wrong category: no route shows or takes an account as one of another category', async () => {
  for (const route of ROUTES) {
    const [scene, twin] = [await createScene(), await createScene()]
    const lawful = await drive(twin, route, OWNER, twin.ofOrganization)
    scene.world.sandbox.fault({
      kind: 'rewrite',
      path: '/account-details',
      count: 9,
      rewrite: (body) => ({ ...(body as object), category: 'ats' }),
    })
    const before = await everything(scene)
    const inAnother = { ...route, path: `${route.path}?category=ats` }
    const body = route.path === '/link-token' ? { category: 'ats' } : DRIVERS[nameOf(route)]?.body?.(scene.ofOrganization)
    const { answer } = await drive(scene, inAnother, OWNER, scene.ofOrganization, body)
    if (route.path.includes(':id')) {
      // A query decides nothing where the path says which account is meant.
      expect(answer.status, nameOf(route)).toBe(lawful.answer.status)
      continue
    }
    expect(await everything(scene), nameOf(route)).toEqual(before)
    expect(answer.text, nameOf(route)).not.toContain(scene.ofOrganization.id)
    expect(answer.status, nameOf(route)).toBe(route.path === '/exchange' ? 404 : 200)
  }
})
