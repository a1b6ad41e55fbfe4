import { afterEach, expect, test, vi } from 'vitest'
import { createIntegrations, type Options } from '../../src/index.ts'
import { createCircuitBreaker } from '../../src/merge/circuit-breaker.ts'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { createTransport } from '../../src/merge/transport.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { steady, systemFetch } from '../../src/system.ts'
import { ACME, SECRET } from '../support/setup.ts'
import { hurried, sockets } from '../support/sockets.ts'
import { fakeMerge, people, UNREAD } from '../sync/fake-merge.ts'

const { listen, close } = sockets()
afterEach(close)
afterEach(() => {
  vi.unstubAllEnvs()
})

const optionsFor = (merge: Options['merge']): Options => ({
  merge,
  storage: memoryStorage(),
  secrets: [SECRET],
  sync: { models: ['hris.Employee'] },
})

test.each([
  'http://api.merge.dev/api',
  'https://user@api.merge.dev/api',
  'https://user:password@api.merge.dev/api',
  'https://169.254.169.254/api',
  'http://169.254.169.254/api',
  'https://10.0.0.1/api',
  'https://2852039166/api',
  'https://0xa9fea9fe/api',
  'https://0251.0376.0251.0376/api',
  'https://10.1/api',
  'https://10.0.0.1./api',
  'https://１０.0.0.1/api',
  'https://[::ffff:169.254.169.254]/api',
  'https://[fd00::1]/api',
  'http://localhost.evil.test/api',
  'http://127.0.0.1.evil.test/api',
  'file:///etc/passwd',
  'ftp://api.merge.dev/api',
  'javascript:alert(1)',
  'api.merge.dev/api',
  '',
])('M1 request forgery: the address %j is refused at the start', (baseUrl) => {
  const refusal = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/"merge\.(baseUrl|linkScriptUrl)"/) })
  expect(() => createIntegrations(optionsFor({ apiKey: 'k', baseUrl }))).toThrow(refusal)
  expect(() => createIntegrations(optionsFor({ apiKey: 'k', linkScriptUrl: baseUrl }))).toThrow(refusal)
})

test.each([
  'https://acme.merge.dev/api',
  'https://api-eu.merge.dev/api/',
  'http://localhost:4010/api',
  'http://127.0.0.1:4010/api',
  'http://[::1]:4010/api',
  'https://10.example.test/api',
])('M1 request forgery: the address %s is none of those', (baseUrl) => {
  expect(() => createIntegrations(optionsFor({ apiKey: 'k', baseUrl }))).not.toThrow()
})

test('M1 request forgery: no row of the database leads anywhere but to Merge, whatever somebody has written into it', async () => {
  const hosts = new Set<string>()
  const paths = new Set<string>()
  const evil = [
    'https://evil.test',
    '//evil.test',
    '@evil.test/',
    '..',
    '../../evil',
    'hris@evil.test',
    'hris/../../x',
    'evil.test#',
    'hris?x=',
  ]
  for (const text of evil) {
    const fake = fakeMerge({}, () => ({ results: people(1), next: null }), {
      other(request) {
        hosts.add(new URL(request.url).origin)
        paths.add(new URL(request.url).pathname)
        return request.url.includes('account-details') ? new Response('{}', { status: 401 }) : undefined
      },
    })
    await fake.account('of-no-such-category', text)
    const id = await fake.account('of-no-such-id')
    const row = await fake.storage.get({ id, organizationId: `org_${id}` })
    await fake.storage.update(id, row?.revision ?? 0, {
      linkedAccountId: text,
      details: JSON.stringify({ integration: { name: text, slug: text, logoUrl: text, color: text } }),
    })
    await fake.work()
    const handle = await fake.integrations.forOrganization(`org_${id}`).account(id)
    for (const work of [() => handle?.issues(), () => handle?.relink(ACME), () => handle?.delete()])
      await fake.time.run(Promise.resolve(work()).catch(() => {}))
  }
  expect([...hosts]).toEqual(['https://merge.test'])
  expect([...paths].filter((path) => !/^\/api\/hris\/v1\/[a-z-]+$/.test(path))).toEqual([])
  expect(paths.size).toBeGreaterThan(2)
})

test('M2 address as cursor: a page whose "next" is a whole URL sends nobody anywhere, neither the key nor the token', async () => {
  const visitors: unknown[] = []
  const evil = await listen((request, response) => {
    visitors.push(request.url, request.headers)
    response.end(JSON.stringify({ next: null, results: [] }))
  })
  const asked: URL[] = []
  const merge = await listen((request, response) => {
    const url = new URL(request.url ?? '', 'http://merge.test')
    asked.push(url)
    const list = url.pathname.endsWith('/employees')
    const cursor = url.searchParams.get('cursor')
    const place = cursor === null ? -1 : nexts.indexOf(cursor)
    const body = url.pathname.endsWith('account-details')
      ? { id: 'merge', status: 'COMPLETE' }
      : {
          next: list ? (nexts[place + 1] ?? null) : null,
          results: list ? [{ id: `p${place}`, modified_at: '2026-01-01T00:00:00Z' }] : [UNREAD],
        }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  const nexts = [
    `${evil}/steal?cursor=2`,
    `//${new URL(evil).host}/steal`,
    `${evil.replace('http:', '')}/steal?cursor=3`,
    `\\\\${new URL(evil).host}/steal`,
    `@${new URL(evil).host}/`,
    `${merge}/api/organizations/integrations?cursor=4`,
    '/api/hris/v1/bank-info?cursor=5',
    '../../../x',
  ]
  const fake = fakeMerge({ merge: { apiKey: 'key', baseUrl: `${merge}/api` }, fetch: systemFetch, sleep: hurried }, () => ({ results: [] }))
  const id = await fake.account('a')
  await fake.integrations.tick({ budgetMs: 600_000 })
  expect(visitors).toEqual([])
  expect(await fake.rows(id, 'hris.Employee')).toHaveLength(nexts.length + 1)
  expect(asked.flatMap((url) => url.searchParams.get('cursor') ?? [])).toEqual(nexts)
  expect(new Set(asked.map(({ pathname }) => pathname))).toEqual(
    new Set(['account-details', 'linked-accounts', 'sync-status', 'employees'].map((path) => `/api/hris/v1/${path}`)),
  )
})

test.each([301, 302, 303, 307, 308])(
  'M3 redirect: a %i is not followed by any call, so that the other host sees neither the key nor the token',
  async (status) => {
    const visitors: unknown[] = []
    const evil = await listen((request, response) => {
      visitors.push(request.url, request.headers)
      response.end('{}')
    })
    let answered = 0
    const merge = await listen((_, response) => {
      answered++
      response.writeHead(status, { location: `${evil}/steal` }).end()
    })
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const system = { clock: steady({ now: () => 0 }), random: () => 0, logger: log }
    const send = createTransport({
      apiBase: new URL(`${merge}/api`),
      apiKey: new Secret('the-api-key'),
      fetch: systemFetch,
      ...system,
      sleep: hurried,
      breaker: createCircuitBreaker(system),
      budget: createErrorBudget(system.clock, hurried, 1),
    })
    const accountToken = new Secret('the-account-token')
    const calls = [
      { method: 'GET', template: '/hris/v1/employees', accountToken },
      { method: 'POST', template: '/hris/v1/delete-account', accountToken },
      { method: 'POST', template: '/hris/v1/link-token', json: { end_user_origin_id: 'x' } },
      { method: 'GET', template: '/integrations/account-token/{public_token}', params: { public_token: 'the-public-token' }, retry: false },
    ] as const
    for (const call of calls) await expect(send(call)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', status, retryable: false })
    expect(answered).toBe(calls.length)
    expect(visitors).toEqual([])
  },
)

test('M8 certificates unchecked: with NODE_TLS_REJECT_UNAUTHORIZED=0 nothing starts in production', () => {
  const start = (environment: Record<string, string>) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    return () => createIntegrations(optionsFor({ apiKey: 'k' }))
  }
  expect(start({ NODE_ENV: 'production', NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED') }),
  )
  expect(start({ NODE_ENV: 'production', NODE_TLS_REJECT_UNAUTHORIZED: '1' })).not.toThrow()
  expect(start({ NODE_ENV: 'development', NODE_TLS_REJECT_UNAUTHORIZED: '0' })).not.toThrow()
})
