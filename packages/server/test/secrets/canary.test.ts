import { inspect } from 'node:util'
import type { FaultKind } from '@connect-integration/sandbox'
import { expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { ACME, handleOf, MODELS, setup, type World } from '../support/setup.ts'

const API_KEY = 'test_CANARY-api-key-0123456789'
const SEAL = Buffer.from('CANARY-sealing-key-0123456789-0123').toString('base64')

/** A world in which every secret is known, everything that leaves the SDK is kept, and Merge may misbehave. */
function watched(misbehave: (request: Request, next: () => Promise<Response>) => Promise<Response> = (_, next) => next()) {
  const secrets = new Set([API_KEY, SEAL, Buffer.from(SEAL, 'base64').toString('hex'), Buffer.from(SEAL, 'base64').toString()])
  const linkTokens = new Set<string>()
  const sinks: { name: string; text: string }[] = []
  const keep = (name: string, value: unknown) => {
    sinks.push({
      name,
      text: inspect(value, {
        depth: Number.POSITIVE_INFINITY,
        showHidden: true,
        getters: true,
        maxStringLength: null,
        maxArrayLength: null,
      }),
    })
    for (let error = value; error instanceof Error; error = error.cause)
      sinks.push({ name, text: `${error}\n${error.stack}\n${JSON.stringify(error)}` })
    if (typeof value === 'object') sinks.push({ name, text: JSON.stringify(value) ?? '' })
  }
  const write = (message: string, fields?: Record<string, unknown>) => keep('log', [message, fields])
  const world = setup(
    {
      merge: { apiKey: API_KEY, baseUrl: 'https://merge.test/api' },
      secrets: [SEAL],
      logger: { debug: write, info: write, warn: write, error: write },
    },
    {
      sandbox: { apiKey: API_KEY, employees: 110 },
      network: async (request, next) => {
        const answer = await misbehave(request, async () => {
          const real = await next()
          const body = await real
            .clone()
            .json()
            .catch(() => null)
          if (typeof body?.account_token === 'string') secrets.add(body.account_token)
          if (typeof body?.link_token === 'string') linkTokens.add(body.link_token)
          return real
        })
        return answer
      },
    },
  )
  for (const part of ['core', 'catalog', 'forOrganization'] as const) keep(`integrations.${part}`, world.integrations[part])
  return {
    world,
    keep,
    secrets,
    linkTokens,
    async attempt<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
      try {
        const result = await world.run(work())
        return result
      } catch (error) {
        keep(`error of ${name}`, error)
        return undefined
      }
    },
    async leaks(): Promise<string[]> {
      const { accounts } = await world.storage.list({
        limit: 100,
        status: ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted'],
      })
      keep('store', accounts)
      for (const { id } of accounts)
        for (const model of [...MODELS, '@account'])
          keep('records', await world.storage.changes({ accountId: id, model, after: 0, limit: 10_000 }))
      keep('events', world.events)
      keep('integrations', world.integrations)
      expect(secrets.size).toBeGreaterThan(4)
      return [...secrets, ...linkTokens].flatMap((secret) =>
        sinks.flatMap(({ name, text }) => (text.includes(secret) ? [`${secret} in ${name}`] : [])),
      )
    },
  }
}

type Watched = ReturnType<typeof watched>

/** A customer’s whole life, by the API and over HTTP. */
async function life(watch: Watched, world: World = watch.world): Promise<void> {
  const { attempt, keep, secrets } = watch
  const { call } = door(world)
  const link = async (start: () => Promise<{ linkToken: string } | undefined>) => {
    const started = await start()
    if (!started?.linkToken) return undefined
    const finished = world.sandbox.link.complete(started.linkToken, 'bamboohr')
    if (!('publicToken' in finished)) return undefined
    secrets.add(finished.publicToken)
    return finished.publicToken
  }
  for (let round = 0; round < 2; round++) {
    const publicToken = await link(() => attempt('createLinkToken', () => world.acme.createLinkToken({ category: 'hris', ...ACME })))
    if (publicToken)
      for (let twice = 0; twice < 2; twice++) keep('result', await attempt('exchange', () => world.acme.exchangePublicToken(publicToken)))
    const overHttp = await link(async () => (await call('POST', '/link-token', { body: { category: 'hris' } })).json)
    const bodies: [string, string, unknown][] = [
      ['POST', '/exchange', { publicToken: overHttp ?? 'a-token-that-looks-real' }],
      ['POST', '/exchange', { publicToken: overHttp ?? 'a-token-that-looks-real', more: 1 }],
      ['GET', '/accounts', undefined],
      ['GET', '/catalog', undefined],
    ]
    for (const [method, path, body] of bodies) {
      const { status, text, headers } = await call(method, path, { body })
      keep(`answer of ${path}`, [status, text, [...headers]])
    }
  }
  for (let look = 0; look < 3; look++) await world.work(3_600_000)
  for (const { id } of await world.acme.list()) {
    const account = await handleOf(world, id)
    keep('handle', [account, account.info])
    const again = await link(() => attempt('relink', () => account.relink(ACME)))
    if (again) await attempt('exchange of a relink', () => world.acme.exchangePublicToken(again))
    await attempt('rename', () => account.rename('x'.repeat(200)))
    keep('deleted', await attempt('delete', () => account.delete()))
  }
  await world.work(3_600_000)
}

test('where all goes well no secret is anywhere but where it belongs', async () => {
  const watch = watched()
  await life(watch)
  expect(await watch.leaks()).toEqual([])
})

test.each<[FaultKind, number?]>([
  ['status', 500],
  ['status', 401],
  ['status', 400],
  ['status', 404],
  ['status', 429],
  ['status', 302],
  ['html'],
  ['truncate'],
  ['empty'],
  ['reset'],
  ['cut'],
])('nor where every third request meets %s %s', async (kind, status) => {
  const watch = watched()
  for (let after = 2; after < 60; after += 3)
    watch.world.sandbox.fault({ kind, after, ...(status ? { status, headers: { location: 'https://evil.test/' } } : {}) })
  await life(watch)
  expect(await watch.leaks()).toEqual([])
})

/** Everything that a request carries, back in the answer: as a badly made server or proxy does. */
const echo = async (request: Request) => `${request.url} ${JSON.stringify([...request.headers])} ${await request.clone().text()}`

test.each([400, 401, 403, 422, 500, 200])('nor where Merge answers %i with the request in it', async (status) => {
  let count = 0
  const watch = watched(async (request, next) => {
    const real = await next()
    if (++count % 4 !== 0) return real
    const text = await echo(request)
    return status === 200 ? new Response(text) : Response.json({ detail: text, [text]: ['no'], account_token: [text] }, { status })
  })
  await life(watch)
  expect(await watch.leaks()).toEqual([])
})

test('nor where fetch fails with an error that has the whole request in it', async () => {
  let count = 0
  const watch = watched(async (request, next) => {
    if (++count % 3 !== 0) return next()
    const text = await echo(request)
    throw Object.assign(
      new TypeError(`fetch failed: ${text}`, { cause: Object.assign(new Error(text), { code: 'ECONNRESET', request }) }),
      { request, text },
    )
  })
  await life(watch)
  expect(await watch.leaks()).toEqual([])
})

test('the link token is in one answer, which nobody may cache', async () => {
  const watch = watched()
  const answer = await door(watch.world).call('POST', '/link-token', { body: { category: 'hris' } })
  expect(answer.text).toContain([...watch.linkTokens][0])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect([...answer.headers].join()).not.toContain([...watch.linkTokens][0])
})
