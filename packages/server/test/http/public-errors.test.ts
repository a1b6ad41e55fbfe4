import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PublicErrorCode, publicCode, publicError } from '../../src/http/public-error.ts'
import { ErrorCode, IntegrationError } from '../../src/index.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import type { Storage } from '../../src/storage/port.ts'
import { type Answer, type Door, door } from '../support/http.ts'
import { connected, setup, type World } from '../support/setup.ts'

const LINK = { body: { category: 'hris' } }

/** By what a page can come to see each code; the type wants all nine. */
const SCENES: Record<PublicErrorCode, () => Promise<[World, Answer]>> = {
  async unauthorized() {
    const world = setup()
    return [world, await door(world).call('GET', '/accounts', { headers: { 'x-test-organization': 'nobody' } })]
  },
  async forbidden() {
    const world = setup()
    return [world, await door(world, { authorize: () => false }).call('POST', '/link-token', LINK)]
  },
  async not_found() {
    const world = setup()
    return [world, await door(world).call('GET', '/accounts/int_of_somebody_else')]
  },
  async already_connected() {
    const world = setup({ originIds: 'one-per-category' })
    await world.connect()
    return [world, await door(world).call('POST', '/link-token', LINK)]
  },
  async busy() {
    const world = setup({ originIds: 'one-per-category' })
    const id = await world.connect()
    world.sandbox.fault({ kind: 'status', path: '/delete-account', count: Number.POSITIVE_INFINITY })
    expect((await door(world).call('DELETE', `/accounts/${id}`)).status).toBe(202)
    return [world, await door(world).call('POST', '/link-token', LINK)]
  },
  async cancelled() {
    const world = setup()
    const { call } = door(world)
    const { accountId, linkToken } = (await call('POST', '/link-token', LINK)).json
    const publicToken = world.complete(linkToken)
    expect((await call('DELETE', `/accounts/${accountId}`)).status).toBe(204)
    return [world, await call('POST', '/exchange', { body: { publicToken } })]
  },
  async rate_limited() {
    const world = setup()
    const { call } = door(world)
    for (let click = 0; click < 10; click++) await call('POST', '/link-token', LINK)
    return [world, await call('POST', '/link-token', LINK)]
  },
  async unavailable() {
    const world = setup()
    world.sandbox.fault({ kind: 'status', path: '/link-token', count: Number.POSITIVE_INFINITY })
    return [world, await door(world).call('POST', '/link-token', LINK)]
  },
  async invalid_request() {
    const world = setup()
    return [world, await door(world).call('POST', '/link-token', { body: { category: 'hris', status: 'active' } })]
  },
}

test.each(Object.entries(SCENES))('%s reaches the page with a fixed text and an id that the log has too', async (code, scene) => {
  const [world, answer] = await scene()
  expect(answer.json.error.code).toBe(code)
  isFromCatalog(answer)
  expect(world.log.some((line) => line.includes(answer.json.error.requestId))).toBe(true)
})

test('every error of this package has its place in the catalog, and one that nobody knows is unavailable', () => {
  for (const code of Object.values(ErrorCode)) expect(Object.keys(SCENES)).toContain(publicCode(new IntegrationError(code, 'x')))
  for (const code of ['NEW_IN_ANOTHER_VERSION', 'constructor', '__proto__', 'toString', ''])
    expect(publicCode(new IntegrationError(code as ErrorCode, 'x')), code).toBe('unavailable')
})

const CANARY = 'hunter2'
const SECRET_TEXT = `duplicate key (token)=(${CANARY}) at postgres://app:${CANARY}@db.internal`

/** Whatever an adapter, a driver or a callback may throw, with something in it that must not come out. */
const THROWN: [name: string, error: unknown][] = [
  ['an Error', new Error(SECRET_TEXT)],
  ['an Error with a cause', new Error(SECRET_TEXT, { cause: new Error(SECRET_TEXT) })],
  ['an error of a driver', Object.assign(new Error(SECRET_TEXT), { code: '23505', detail: SECRET_TEXT, status: 418, retryAfterMs: 7 })],
  ['many errors', new AggregateError([new Error(SECRET_TEXT)], SECRET_TEXT)],
  ['an abort', new DOMException(SECRET_TEXT, 'AbortError')],
  ['a text', SECRET_TEXT],
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['a symbol', Symbol(CANARY)],
  ['a response', new Response(SECRET_TEXT, { status: 200 })],
  ['an object without a prototype', Object.assign(Object.create(null), { name: 'Odd', message: SECRET_TEXT })],
  ['an error whose name is a symbol', Object.assign(new Error(SECRET_TEXT), { name: Symbol(CANARY) })],
  ['an error whose name is a text of secrets', Object.assign(new Error(SECRET_TEXT), { name: SECRET_TEXT })],
  [
    'an object that throws when it is looked at',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error(SECRET_TEXT)
        },
      },
    ),
  ],
  ...Object.values(ErrorCode).map((code): [string, unknown] => [
    code,
    new IntegrationError(code, 'As our own code puts it.', { cause: new Error(SECRET_TEXT), retryAfterMs: 5_000, accountId: 'int_other' }),
  ]),
  ['a code of another version', new IntegrationError('__proto__' as ErrorCode, 'As another version of our code puts it.')],
]

const METHODS = ['reserve', 'get', 'update', 'list', 'schedule', 'purge'] as const
type Method = (typeof METHODS)[number]

const ROUTES = (id: string, publicToken: string): [method: string, path: string, body?: unknown][] => [
  ['POST', '/link-token', LINK.body],
  ['POST', '/exchange', { publicToken }],
  ['GET', '/accounts'],
  ['GET', `/accounts/${id}`],
  ['PATCH', `/accounts/${id}`, { displayName: 'Ours' }],
  ['POST', `/accounts/${id}/relink`, {}],
  ['POST', `/accounts/${id}/sync`],
  ['GET', '/catalog'],
  ['DELETE', `/accounts/${id}`],
]

/** Asks every route, the deletion last, and returns what was answered. */
async function askAll({ call }: Door, world: World, id: string, publicToken: string): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const [method, path, body] of ROUTES(id, publicToken)) {
    const answer = await call(method, path, body === undefined ? {} : { body })
    answers.push(answer)
    expect(JSON.stringify([answer.text, [...answer.headers]]), path).not.toContain(CANARY)
    if (answer.status >= 400) isFromCatalog(answer)
  }
  expect(world.log.join('\n')).not.toContain(CANARY)
  return answers
}

function isFromCatalog(answer: Answer): void {
  const { code, requestId } = answer.json.error
  expect(requestId).toMatch(/^req_[\w-]{12}$/)
  expect(answer.headers.get('x-request-id')).toBe(requestId)
  const { status, text } = publicError(code, requestId)
  expect([answer.status, answer.text]).toEqual([status, text])
}

/** A world with one connection and one customer who has just finished in the modal, over a store that fails when it is told to. */
async function fragile(failing: { now?: (method: Method) => unknown }) {
  const wrap = (storage: Storage): Storage =>
    new Proxy(storage, {
      get(target, name: keyof Storage) {
        if (!(METHODS as readonly string[]).includes(name)) return target[name]
        return async (...given: never[]) => {
          await failing.now?.(name as Method)
          return (target[name] as (...all: never[]) => unknown)(...given)
        }
      },
    })
  const world = setup({ storage: memoryStorage({}) }, { sandbox: { employees: 1 }, wrap })
  const id = await world.connect()
  const { linkToken } = await world.run(
    world.acme.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }),
  )
  return { world, id, publicToken: world.complete(linkToken) }
}

test('whatever any method of a store throws, on any route, nothing leaves but the catalog', async () => {
  const met = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...METHODS), fc.constantFrom(...THROWN), fc.nat(3), async (method, [, error], after) => {
      const failing: { now?: (method: Method) => unknown } = {}
      const { world, id, publicToken } = await fragile(failing)
      let left = after
      failing.now = (called) => {
        if (called !== method || left-- > 0) return
        met.add(method)
        throw error
      }
      const answers = await askAll(door(world), world, id, publicToken)
      if (after === 0 && method !== 'purge') expect(answers.some(({ status }) => status >= 400)).toBe(true)
    }),
    { seed: 1, numRuns: 100, examples: THROWN.map((thrown): [Method, [string, unknown], number] => ['get', thrown, 0]) },
  )
  expect([...met].sort()).toEqual([...METHODS].sort())
})

test('whatever Merge answers, on any route, nothing leaves but the catalog', async () => {
  const body = fc.constantFrom(
    SECRET_TEXT,
    JSON.stringify({ detail: SECRET_TEXT }),
    JSON.stringify({ code: 'busy', error: { code: 'vendor_code', message: SECRET_TEXT } }),
    `<html>${SECRET_TEXT}</html>`,
    '',
    'null',
    '[]',
  )
  const status = fc.constantFrom(200, 201, 204, 301, 400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 502, 503, 599)
  const broken = fc.oneof(
    fc.record({ status, body, wait: fc.constantFrom(undefined, '1', '-5', CANARY, '1e9') }),
    fc.record({ thrown: fc.constantFrom(...THROWN.slice(0, 15)) }),
  )
  await fc.assert(
    fc.asyncProperty(broken, async (answer) => {
      let isBroken = false
      const world = setup(
        {},
        {
          sandbox: { employees: 1 },
          network: async (_, next) => {
            if (!isBroken) return next()
            if ('thrown' in answer) throw answer.thrown[1]
            const headers = new Headers({ 'content-type': 'application/json', 'x-vendor': CANARY })
            if (answer.wait !== undefined) headers.set('retry-after', answer.wait)
            return new Response([204].includes(answer.status) ? null : answer.body, { status: answer.status, headers })
          },
        },
      )
      const id = await world.connect()
      const open = { category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }
      const publicToken = world.complete((await world.run(world.acme.createLinkToken(open))).linkToken)
      isBroken = true
      await askAll(door(world), world, id, publicToken)
    }),
    { seed: 1, numRuns: 70 },
  )
})

test.each(THROWN)('%s that "authenticate" or "authorize" throws lets nobody in', async (_, error) => {
  const world = await connected({}, { sandbox: { employees: 1 } })
  for (const option of ['authenticate', 'authorize']) {
    const fail = () => {
      throw error
    }
    const answer = await door(world, { [option]: fail }).call('GET', '/accounts')
    isFromCatalog(answer)
    expect(answer.text + world.log.join('\n')).not.toContain(CANARY)
  }
})

test('a logger that throws takes no answer from anybody', async () => {
  const fail = () => {
    throw new Error(SECRET_TEXT)
  }
  const world = setup({ logger: { debug: fail, info: fail, warn: fail, error: fail } })
  const { call } = door(world, { authenticate: () => Promise.reject(new Error(SECRET_TEXT)) })
  for (const path of ['/accounts', '/nothing']) {
    const answer = await call('GET', path)
    isFromCatalog(answer)
    expect(answer.text).not.toContain(CANARY)
  }
})
