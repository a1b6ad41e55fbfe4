import { describe, expect, test } from 'vitest'
import { createIntegrations, ErrorCode, integrationsFromEnv, type Options } from '../src/index.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { ACME, SECRET, setup } from './support/setup.ts'

const good = (): Options => ({
  merge: { apiKey: 'a-key' },
  storage: memoryStorage(),
  secrets: [SECRET],
  sync: { models: ['hris.Employee'] },
})

const refused = (code: string, name: string) => expect.objectContaining({ code, message: expect.stringContaining(name), retryable: false })

test('the smallest options will do, and nothing is asked of anybody yet', () => {
  let asked = 0
  createIntegrations({
    ...good(),
    fetch: () => {
      asked++
      return Promise.reject(new Error('no network'))
    },
  })
  expect(asked).toBe(0)
})

describe('a bad option is named:', () => {
  const short = Buffer.alloc(31).toString('base64')
  test.each<[string, Record<string, unknown>]>([
    ['merge.apiKey', { merge: undefined }],
    ['merge.apiKey', { merge: {} }],
    ['merge.apiKey', { merge: { apiKey: ' ' } }],
    ['merge.apiKey', { merge: { apiKey: 'with space' } }],
    ['merge.apiKey', { merge: { apiKey: '"quoted"\n' } }],
    ['merge.apiKey', { merge: { apiKey: 'schlüssel' } }],
    ['merge.region', { merge: { apiKey: 'k', region: 'mars' } }],
    ['merge.plan', { merge: { apiKey: 'k', plan: 'free' } }],
    ['merge.baseUrl', { merge: { apiKey: 'k', baseUrl: '' } }],
    ['merge.baseUrl', { merge: { apiKey: 'k', baseUrl: 'api.merge.dev' } }],
    ['merge.baseUrl', { merge: { apiKey: 'k', baseUrl: 'http://api.merge.dev/api' } }],
    ['merge.baseUrl', { merge: { apiKey: 'k', baseUrl: 'https://api.merge.dev' } }],
    ['merge.baseUrl', { merge: { apiKey: 'k', baseUrl: 'https://user:secret@api.merge.dev/api' } }],
    ['merge.baseUrl', { merge: { apiKey: 'k', baseUrl: 'file:///api' } }],
    ['merge.linkScriptUrl', { merge: { apiKey: 'k', linkScriptUrl: 'http://cdn.test/x.js' } }],
    ['storage', { storage: undefined }],
    ['storage', { storage: null }],
    ['secrets', { secrets: undefined }],
    ['secrets', { secrets: [] }],
    ['secrets', { secrets: 'one' }],
    ['secrets[0]', { secrets: ['not base64!'] }],
    ['secrets[0]', { secrets: [''] }],
    ['secrets[0]', { secrets: [7] }],
    ['secrets[1]', { secrets: [SECRET, short] }],
    ['originIds', { originIds: 'two-per-category' }],
    ['originId', { originId: 'mine' }],
    ['onLinked', { onLinked: 'hold' }],
    ['sync.models', { sync: undefined }],
    ['sync.models', { sync: {} }],
    ['sync.models', { sync: { models: [] } }],
    ['sync.models', { sync: { models: 'hris.Employee' } }],
    ['sync.models', { sync: { models: ['hris.Emploiee'] } }],
    ['sync.models', { sync: { models: [7] } }],
    ['sync.omit', { sync: { models: ['hris.Employee'], omit: { Employee: ['ssn'] } } }],
    ['sync.omit', { sync: { models: ['hris.Employee'], omit: { 'hris.Employee': 'ssn' } } }],
    ['sync.omit', { sync: { models: ['hris.Employee'], omit: { 'hris.Employee': [7] } } }],
    ['sync.omit', { sync: { models: ['hris.Employee'], omit: { 'hris.Employee': ['id'] } } }],
    ['sync.sweepEvery', { sync: { models: ['hris.Employee'], sweepEvery: 999 } }],
    ['sync.lookEvery', { sync: { models: ['hris.Employee'], lookEvery: '15m' } }],
    ['sync.idle', { sync: { models: ['hris.Employee'], idle: Number.NaN } }],
    ['sync.earlyRead', { sync: { models: ['hris.Employee'], earlyRead: 'yes' } }],
    ['clock', { clock: {} }],
    ['clock.monotonic', { clock: { now: () => 0, monotonic: 7 } }],
    ['sleep', { sleep: 5 }],
    ['random', { random: 0.5 }],
    ['randomBytes', { randomBytes: 16 }],
    ['fetch', { fetch: 'https://x' }],
    ['logger', { logger: { info() {}, warn() {}, error() {} } }],
  ])('"%s" %j', (name, more) => {
    expect(() => createIntegrations({ ...good(), ...more } as Options)).toThrow(refused(ErrorCode.CONFIG_INVALID, `"${name}"`))
  })
})

test('what a bad option was is said only where it is no secret', () => {
  for (const secrets of [['c2VjcmV0LWNhbmFyeQ=='], ['secret-canary!']]) {
    let message = ''
    try {
      createIntegrations({ ...good(), secrets })
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('secrets[0]')
    expect(message).not.toContain(secrets[0])
  }
})

test('a model that is nearly right gets a suggestion', () => {
  const make = (models: string[]) => () => createIntegrations({ ...good(), sync: { models } })
  expect(make(['hris.employee'])).toThrow('"hris.Employee"')
})

test('a storage of another contract is refused with both numbers', () => {
  for (const contract of [0, 2, undefined, '1'])
    expect(() => createIntegrations({ ...good(), storage: { ...memoryStorage(), contract } as never })).toThrow(
      refused(ErrorCode.STORE_CONTRACT, `contract ${String(contract)}`),
    )
})

test('a store that cannot be migrated is asked again by the next call', async () => {
  let tries = 0
  const inner = memoryStorage()
  const world = setup(
    {},
    { wrap: () => ({ ...inner, migrate: () => (++tries === 1 ? Promise.reject(new Error('not yet')) : inner.migrate()) }) },
  )
  await expect(world.acme.list()).rejects.toThrow('not yet')
  expect(await world.acme.list()).toEqual([])
  await world.acme.list()
  expect(tries).toBe(2)
})

test('the options that were passed are not changed, and later changes to them have no effect', async () => {
  const options = { ...good(), secrets: [SECRET], sync: { models: ['hris.Employee'], omit: { 'hris.Employee': ['ssn'] } } }
  const copy = JSON.stringify({ ...options, storage: null })
  const { core } = createIntegrations(options)
  expect(JSON.stringify({ ...options, storage: null })).toBe(copy)
  options.sync.omit['hris.Employee'].pop()
  expect(core.sync.settings.omit['hris.Employee']).toEqual(['ssn'])
})

describe('from the environment', () => {
  const { merge: _, secrets: __, ...rest } = good()
  const make = (environment: Record<string, string>) => () => integrationsFromEnv(rest, environment)

  test('a missing variable is named', () => {
    expect(make({})).toThrow(refused(ErrorCode.CONFIG_INVALID, 'MERGE_API_KEY'))
    expect(make({ MERGE_API_KEY: ' ' })).toThrow(refused(ErrorCode.CONFIG_INVALID, 'MERGE_API_KEY'))
    expect(make({ MERGE_API_KEY: 'k' })).toThrow(refused(ErrorCode.CONFIG_INVALID, 'CONNECT_INTEGRATION_SECRET'))
    expect(make({ MERGE_API_KEY: 'k', CONNECT_INTEGRATION_SECRETS: ' ' })).toThrow('CONNECT_INTEGRATION_SECRET')
  })

  test('one secret, several, spaces and line ends', () => {
    expect(make({ MERGE_API_KEY: 'k\n', CONNECT_INTEGRATION_SECRET: ` ${SECRET} \n` })).not.toThrow()
    expect(make({ MERGE_API_KEY: 'k', CONNECT_INTEGRATION_SECRETS: `${SECRET}, ${SECRET}` })).not.toThrow()
    expect(make({ MERGE_API_KEY: 'k', CONNECT_INTEGRATION_SECRETS: `${SECRET},` })).toThrow('secrets[1]')
  })

  test('the address of Merge and of its script', () => {
    const environment = {
      MERGE_API_KEY: 'k',
      CONNECT_INTEGRATION_SECRET: SECRET,
      MERGE_API_BASE_URL: 'http://localhost:4010/api',
      MERGE_LINK_SCRIPT_URL: 'http://localhost:4010/initialize.js',
    }
    expect(integrationsFromEnv(rest, environment).core.hosts).toMatchObject({
      link: { scriptUrl: 'http://localhost:4010/initialize.js', apiBaseUrl: 'http://localhost:4010' },
    })
  })

  test('what is passed wins', () => {
    const options = { ...rest, merge: { apiKey: 'mine', region: 'eu' as const }, secrets: [SECRET] }
    const { core } = integrationsFromEnv(options, { MERGE_API_KEY: 'theirs' })
    expect(core.apiKey.reveal()).toBe('mine')
    expect(core.hosts.apiBase.href).toBe('https://api-eu.merge.dev/api')
  })
})

describe('a Merge that is not the right one', () => {
  const click = (world: ReturnType<typeof setup>) => world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))

  test('a wrong API key is told as that', async () => {
    const world = setup({ merge: { apiKey: 'wrong', baseUrl: 'https://merge.test/api' } })
    await expect(click(world)).rejects.toMatchObject({
      code: ErrorCode.CONFIG_AUTH,
      status: 401,
      message: expect.stringContaining('MERGE_API_KEY'),
    })
  })

  test('a web page where the API should be names the option', async () => {
    const world = setup({ fetch: async () => new Response('<html>Welcome</html>', { headers: { 'content-type': 'text/html' } }) })
    await expect(click(world)).rejects.toMatchObject({
      code: ErrorCode.UPSTREAM_BAD_RESPONSE,
      message: expect.stringContaining('"merge.baseUrl" (https://merge.test/api)'),
    })
  })

  test('an API of somebody else names the option', async () => {
    const world = setup({ fetch: async () => Response.json({ hello: 'world' }) })
    await expect(click(world)).rejects.toMatchObject({
      code: ErrorCode.UPSTREAM_BAD_RESPONSE,
      message: expect.stringContaining('"merge.baseUrl"'),
    })
  })

  test('nothing there names the option and the reason', async () => {
    const world = setup({
      merge: { apiKey: 'k', baseUrl: 'http://127.0.0.1:1/api' },
      fetch: (input, init) => fetch(input, init),
      sleep: async (ms, options) =>
        ms > 25_000 ? new Promise((_, reject) => options?.signal?.addEventListener('abort', reject)) : undefined,
    })
    await expect(world.acme.createLinkToken({ category: 'hris', ...ACME })).rejects.toMatchObject({
      code: ErrorCode.UPSTREAM_UNAVAILABLE,
      message: expect.stringMatching(/could not be reached.*"merge\.baseUrl"/),
    })
  })
})
