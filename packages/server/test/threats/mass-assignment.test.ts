import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { ROUTES, type Route } from '../../src/http/routes.ts'
import { door } from '../support/http.ts'
import { connected, type World } from '../support/setup.ts'
import { DRIVERS, nameOf } from './route-attacks.ts'

/** All that a caller may say, and where; everything else is decided by the session and by us. */
const SAYABLE: Record<string, readonly string[]> = {
  'POST /link-token': ['category', 'integration', 'displayName', 'language'],
  'POST /exchange': ['publicToken'],
  'PATCH /accounts/:id': ['displayName'],
  'POST /accounts/:id/relink': ['language'],
}

/** Bodies are not read there: whatever is sent is ignored. */
const SILENT = ['POST /accounts/:id/sync', 'DELETE /accounts/:id']

const NAMED_IN = [
  'storage/port.ts',
  'linked-account.ts',
  'link/create-link-token.ts',
  'link/relink.ts',
  'link/details.ts',
  'link/origin-id.ts',
  'http/identity.ts',
  'merge/gateway.ts',
]

/** What people have called an owner, a role or a way around, elsewhere. */
const FOLKLORE = `owner owner_id tenant tenantId tenant_id org orgId org_id account accountId account_id sub role roles isAdmin admin scope
  permissions environment account_token end_user_origin_id end_user_organization_name end_user_email_address categories link_expiry_mins
  should_create_magic_link_url linkedAccount linked_account_id redirect returnTo callback _method __proto__ constructor prototype toString`
  .trim()
  .split(/\s+/)

const NAMES = [...new Set([...propertyNames(), ...columnNames(), ...FOLKLORE])]

/** Values that would do harm where a name is heard. */
const VALUES = ['org_victim', 'active', null, true, 0, ['org_victim'], { id: 'org_victim' }]

async function stateOf(world: World) {
  const { accounts } = await world.storage.list({ limit: 100, status: ['pending', 'active', 'deleting', 'deleted', 'error', 'held'] })
  const atMerge = world.sandbox.accounts().map(({ id, status }) => ({ id, status }))
  return { accounts, requests: world.requests.length, atMerge, events: world.events.length }
}

async function scene() {
  const world = await connected({}, { sandbox: { employees: 1 } })
  await world.connect('org_victim')
  const click = await world.run(world.acme.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }))
  const publicToken = world.complete(click.linkToken)
  const { call } = door(world)
  return {
    world,
    publicToken,
    /** Never within the same minute, so that no limit answers in place of the schema. */
    async ask(route: Route, body: unknown, more: { query?: string; headers?: Record<string, string> } = {}) {
      world.time.clock.advance(61_000)
      return call(route.method, `${route.path.replace(':id', world.id)}${more.query ?? ''}`, { body, headers: more.headers ?? {} })
    },
    lawful: (route: Route) => (DRIVERS[nameOf(route)]?.body?.({ id: world.id, publicToken }) ?? {}) as Record<string, unknown>,
  }
}

test('T4 mass assignment: every route that changes something is known here', () => {
  const unsafe = ROUTES.filter(({ method }) => method !== 'GET').map(nameOf)
  expect(unsafe.toSorted()).toEqual([...Object.keys(SAYABLE), ...SILENT].toSorted())
  for (const name of [
    'organizationId',
    'organization_id',
    'userId',
    'originId',
    'status',
    'token',
    'fence',
    'revision',
    'slot',
    'lease_owner',
  ])
    expect(NAMES).toContain(name)
  expect(NAMES.length).toBeGreaterThan(150)
})

test.each(Object.keys(SAYABLE))('T4 mass assignment: %s refuses every name of the store, of the port and of folklore', async (name) => {
  const route = ROUTES.find((each) => nameOf(each) === name) as Route
  const { world, ask, lawful } = await scene()
  const before = await stateOf(world)
  for (const [place, field] of NAMES.filter((each) => !SAYABLE[name]?.includes(each)).entries()) {
    // Built by hand: a literal `__proto__` would set the prototype instead of a field.
    const text = JSON.stringify(lawful(route)).replace(/\}$/, `,${JSON.stringify(field)}:${JSON.stringify(VALUES[place % VALUES.length])}}`)
    const answer = await ask(route, text.replace('{,', '{'))
    expect(answer.status, field).toBe(400)
    expect(answer.json.error.code, field).toBe('invalid_request')
  }
  expect(await stateOf(world)).toEqual(before)
  const fresh = await scene()
  expect((await fresh.ask(route, fresh.lawful(route))).status).toBe(DRIVERS[name]?.status)
})

test.each(Object.keys(SAYABLE))('T4 mass assignment: %s takes what it knows only as what it is', async (name) => {
  const route = ROUTES.find((each) => nameOf(each) === name) as Route
  const { world, ask, lawful } = await scene()
  const before = await stateOf(world)
  for (const field of SAYABLE[name] ?? [])
    for (const value of [null, true, 7, [], {}, [lawful(route)[field]], { id: 'org_victim' }])
      expect((await ask(route, { ...lawful(route), [field]: value })).status, `${field}: ${JSON.stringify(value)}`).toBe(400)
  for (const body of ['null', '[]', '7', '"text"', '[{}]', '{', `[${JSON.stringify(lawful(route))}]`])
    expect((await ask(route, body)).status, body).toBe(400)
  expect(await stateOf(world)).toEqual(before)
})

test.each(SILENT)('T4 mass assignment: %s does the same whatever is sent along', async (name) => {
  const route = ROUTES.find((each) => nameOf(each) === name) as Route
  const hostile = Object.fromEntries(NAMES.map((field, place) => [field, VALUES[place % VALUES.length]]))
  const after = []
  for (const body of [undefined, hostile]) {
    const { world, ask } = await scene()
    expect((await ask(route, body)).status).toBe(DRIVERS[name]?.status)
    const { accounts } = await stateOf(world)
    // Made anew in every world: ids, and what is sealed.
    after.push(
      accounts
        .map(({ organizationId, userId, status, dirty, fence, slot }) => [organizationId, userId, status, dirty, fence, slot])
        .toSorted(),
    )
  }
  expect(after[1]).toEqual(after[0])
})

test('T4 mass assignment: who asks is said by no query and no header', async () => {
  const { ask, world } = await scene()
  const list = ROUTES.find((route) => nameOf(route) === 'GET /accounts') as Route
  const own = (await ask(list, undefined)).text
  expect(own).toContain(world.id)
  for (const field of NAMES.filter((each) => each !== 'category')) {
    const query = `?${encodeURIComponent(field)}=org_victim&${encodeURIComponent(field)}[]=org_victim`
    const name = field.replaceAll(/[^\w-]/g, '').replaceAll('_', '-')
    const answer = await ask(list, undefined, { query, headers: { [`x-${name}`]: 'org_victim', [`x-${name}-id`]: 'org_victim' } })
    expect(answer.text, field).toBe(own)
  }
})

/** The names of all properties in the types of these files, and as a database or another language would write them. */
function propertyNames(): string[] {
  const names: string[] = []
  for (const path of NAMED_IN) {
    const file = ts.createSourceFile(path, read(`../../src/${path}`), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (ts.isPropertySignature(node)) names.push(node.name.getText(file))
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return names.flatMap((name) => [name, name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)])
}

/** The columns of every table that there is on SQLite. */
function columnNames(): string[] {
  const text = read('../../../storage-sql/src/sqlite/migrations.ts')
  return [...text.matchAll(/^\s+(\w+) (?:TEXT|INTEGER|BLOB)\b/gm)].map(([, column]) => column ?? '')
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
