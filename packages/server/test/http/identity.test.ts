import { expect, test } from 'vitest'
import { createHandler, type HandlerOptions } from '../../src/http/index.ts'
import { ErrorCode } from '../../src/index.ts'
import { door } from '../support/http.ts'
import { connected, setup } from '../support/setup.ts'

const ROUTES = (id: string): [method: string, path: string, body: unknown, action: string][] => [
  ['POST', '/link-token', { category: 'hris' }, 'connect'],
  ['POST', '/exchange', { publicToken: 'a-token-that-looks-real' }, 'exchange'],
  ['GET', '/accounts', undefined, 'list'],
  ['GET', `/accounts/${id}`, undefined, 'read'],
  ['PATCH', `/accounts/${id}`, { displayName: 'x' }, 'rename'],
  ['POST', `/accounts/${id}/relink`, {}, 'relink'],
  ['POST', `/accounts/${id}/sync`, undefined, 'sync'],
  ['DELETE', `/accounts/${id}`, undefined, 'delete'],
  ['GET', '/catalog', undefined, 'catalog'],
]

test('who may not do it gets 403 on every route, and nothing happens', async () => {
  const world = await connected()
  const before = [await world.storage.list({ limit: 10 }), world.requests.length]
  const asked: unknown[] = []
  const { call } = door(world, {
    authorize: ({ action, account, user, organization }) => {
      asked.push([action, account?.id, user.id, organization.id])
      return false
    },
  })
  for (const [method, path, body, action] of ROUTES(world.id)) {
    const answer = await call(method, path, { body })
    expect(answer, path).toMatchObject({ status: 403, json: { error: { code: 'forbidden', retryable: false } } })
    expect(asked.pop()).toEqual([action, path.includes(world.id) ? world.id : undefined, 'user_1', 'org_acme'])
  }
  expect([await world.storage.list({ limit: 10 }), world.requests.length]).toEqual(before)
})

test.each([undefined, 1, 'yes', {}])('authorize that returns %j has not said yes', async (value) => {
  const { call } = door(setup(), { authorize: (() => value) as never })
  expect((await call('GET', '/accounts')).status).toBe(403)
})

test.each<[string, () => unknown]>([
  ['rejects', () => Promise.reject(new Error('session store at redis://:hunter2@internal is down'))],
  [
    'throws',
    () => {
      throw new Error('session store at redis://:hunter2@internal is down')
    },
  ],
  ['returns text', () => 'user_1'],
  ['returns an identity without an organization', () => ({ user: { id: 'u', email: 'a@b.test' } })],
  ['returns an empty organization id', () => ({ organization: { id: '', name: 'Acme' }, user: { id: 'u', email: 'a@b.test' } })],
  ['returns a number for an id', () => ({ organization: { id: 7, name: 'Acme' }, user: { id: 'u', email: 'a@b.test' } })],
  ['returns no email', () => ({ organization: { id: 'o', name: 'Acme' }, user: { id: 'u' } })],
])('authenticate that %s lets nobody in, and tells the caller nothing', async (_, authenticate) => {
  const world = setup()
  const answer = await door(world, { authenticate: authenticate as never }).call('GET', '/accounts')
  expect(answer).toMatchObject({ status: 503, json: { error: { code: 'unavailable', retryable: true } } })
  expect(answer.text + world.log.join('\n')).not.toContain('hunter2')
  expect(world.log.join('\n')).toContain(answer.json.error.requestId)
})

test('undefined is nobody', async () => {
  expect((await door(setup(), { authenticate: (() => undefined) as never }).call('GET', '/accounts')).status).toBe(401)
})

test('every failure carries a request id that the log has, and a text that is always the same', async () => {
  const world = setup()
  const answers = await Promise.all(['/nothing', '/nothing-else'].map((path) => door(world).call('GET', path)))
  const ids = answers.map(({ json }) => json.error.requestId)
  expect(new Set(ids).size).toBe(2)
  for (const [place, answer] of answers.entries()) {
    expect(answer.headers.get('x-request-id')).toBe(ids[place])
    expect(answer.json).toEqual({
      error: { code: 'not_found', message: 'This connection does not exist.', retryable: false, requestId: ids[place] },
    })
    expect(world.log.join('\n')).toContain(ids[place])
  }
})

test.each<[Partial<HandlerOptions>, string]>([
  [{ basePath: 'api', authenticate: () => null }, '"basePath"'],
  [{ authenticate: () => null }, '"basePath"'],
  [{ basePath: '/api' }, '"authenticate"'],
  [{ basePath: '/api', authenticate: () => null, trustedOrigins: ['*'] }, '"trustedOrigins"'],
  [{ basePath: '/api', authenticate: () => null, trustedOrigins: ['app.test'] }, '"trustedOrigins"'],
  [{ basePath: '/api', authenticate: () => null, trustedOrigins: ['null'] }, '"trustedOrigins"'],
])('%j is refused when the handler is made', (options, name) => {
  const make = () => createHandler(setup().integrations, options as HandlerOptions)
  expect(make).toThrow(expect.objectContaining({ code: ErrorCode.CONFIG_INVALID, message: expect.stringContaining(name) }))
})
