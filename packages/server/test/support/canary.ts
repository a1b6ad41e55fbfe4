import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { withTemporaryFile } from './files.ts'
import { door } from './http.ts'
import { ACME, handleOf, MODELS } from './setup.ts'
import { WEBHOOK_SECRET, type WebhookWorld, withWebhooks } from './webhooks.ts'

const API_KEY = 'test_CANARY-api-key-0123456789'
const TICK = 'CANARY-tick-secret-0123456789'
const SEAL = Buffer.from('CANARY-sealing-key-0123456789-0123').toString('base64')

/** Where something may be seen: by a browser, by the application, in its logs, by whoever has a copy of the database. */
export type Place = 'response' | 'result' | 'log' | 'error' | 'event' | 'object' | 'store'

export interface Watched {
  world: WebhookWorld
  /** Account tokens, keys and secrets: nowhere at all. */
  secrets: Set<string>
  publicTokens: Set<string>
  linkTokens: Set<string>
  hosts: Set<string>
  sinks: { place: Place; name: string; text: string }[]
  keep(place: Place, name: string, value: unknown): void
  /** Runs it; an error is kept, and `undefined` returned. */
  attempt<T>(name: string, work: () => Promise<T>): Promise<T | undefined>
}

export type Misbehave = (request: Request, next: () => Promise<Response>) => Promise<Response>

/** A world in which every secret is known and everything that leaves the SDK is kept. `misbehave` stands in for Merge. */
export function watch(misbehave: Misbehave = (_, next) => next(), file?: string): Watched {
  const secrets = new Set([API_KEY, TICK, WEBHOOK_SECRET, SEAL, Buffer.from(SEAL, 'base64').toString()])
  const watched: Omit<Watched, 'world'> = {
    secrets,
    publicTokens: new Set(),
    linkTokens: new Set(),
    hosts: new Set(),
    sinks: [],
    keep(place, name, value) {
      watched.sinks.push({ place, name, text: shown(value) })
      for (let error = value; error instanceof Error; error = error.cause)
        watched.sinks.push({ place, name, text: `${error}\n${error.stack}\n${JSON.stringify(error)}` })
      if (typeof value === 'object') watched.sinks.push({ place, name, text: JSON.stringify(value) ?? '' })
    },
    async attempt(name, work) {
      try {
        return await world.run(work())
      } catch (error) {
        watched.keep('error', `error of ${name}`, error)
        return undefined
      }
    },
  }
  const write = (message: string, fields?: Record<string, unknown>) => watched.keep('log', 'log', [message, fields])
  const clock = { now: () => world.time.clock.now() }
  const world: WebhookWorld = withWebhooks(
    {
      merge: { apiKey: API_KEY, baseUrl: 'https://merge.test/api' },
      secrets: [SEAL],
      tickSecret: TICK,
      logger: { debug: write, info: write, warn: write, error: write },
    },
    {
      sandbox: { apiKey: API_KEY, employees: 110 },
      ...(file === undefined ? {} : { wrap: () => sqliteStorage(file, { clock }) }),
      network: (request, next) => {
        watched.hosts.add(new URL(request.url).host)
        return misbehave(request, async () => {
          const real = await next()
          const body = await real
            .clone()
            .json()
            .catch(() => null)
          if (typeof body?.account_token === 'string') secrets.add(body.account_token)
          if (typeof body?.link_token === 'string') watched.linkTokens.add(body.link_token)
          return real
        })
      },
    },
  )
  return { ...watched, world }
}

/** A customer's whole life, by the API, over HTTP and by webhooks; what is left of it in the store is kept at its end and in its middle. */
export async function life(watched: Watched, file?: string): Promise<void> {
  const { attempt, keep, publicTokens, world } = watched
  const { call } = door(world)
  const link = async (start: () => Promise<{ linkToken: string } | undefined>): Promise<string | undefined> => {
    const started = await start()
    if (!started?.linkToken) return undefined
    const finished = world.sandbox.link.complete(started.linkToken, 'bamboohr')
    if (!('publicToken' in finished)) return undefined
    publicTokens.add(finished.publicToken)
    return finished.publicToken
  }
  const ask = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await call(method, path, { body, ...(headers ? { headers } : {}) })
    const text = path.endsWith('link') || path === '/link-token' ? answer.text.replace(/"linkToken":"[^"]+"/, '') : answer.text
    keep('response', `${method} ${path}`, [answer.status, text, [...answer.headers]])
    return answer
  }
  for (let round = 0; round < 2; round++) {
    const token = await link(() => attempt('createLinkToken', () => world.acme.createLinkToken({ category: 'hris', ...ACME })))
    for (let twice = 0; token && twice < 2; twice++)
      keep('result', 'exchange', await attempt('exchange', () => world.acme.exchangePublicToken(token)))
    const overHttp = (await link(async () => (await ask('POST', '/link-token', { category: 'hris' })).json)) ?? 'a-token-that-looks-real'
    for (const body of [{ publicToken: overHttp }, { publicToken: overHttp, more: 1 }, { publicToken: [overHttp] }])
      await ask('POST', '/exchange', body)
    // A tab that was closed: only the webhook brings this one.
    await link(() => attempt('createLinkToken', () => world.acme.createLinkToken({ category: 'hris', ...ACME })))
    await world.deliver().catch((error: unknown) => keep('error', 'deliver', error))
    for (const { text, signature } of world.mail.sent.slice(-2))
      for (const given of [signature, 'wrong']) await ask('POST', '/webhook', text, { 'x-merge-webhook-signature': given })
    await ask('POST', '/tick', undefined, { authorization: `Bearer ${TICK}x` })
    for (const path of ['/accounts', '/catalog', '/accounts/nobody']) await ask('GET', path)
  }
  for (let look = 0; look < 3; look++) await world.work(3_600_000)
  await keepStore(watched, file)
  const ids = (await attempt('list', () => world.acme.list()))?.map(({ id }) => id) ?? []
  for (const id of ids) {
    const account = await handleOf(world, id)
    keep('object', 'handle', account)
    keep('result', 'info', account.info)
    for (const path of ['', '/sync']) await ask(path ? 'POST' : 'GET', `/accounts/${id}${path}`, path ? {} : undefined)
    const again = await link(async () => (await ask('POST', `/accounts/${id}/relink`, {})).json)
    if (again) keep('result', 'relinked', await attempt('exchange of a relink', () => world.acme.exchangePublicToken(again)))
    await attempt('rename', () => account.rename('x'.repeat(200)))
    keep('result', 'issues', await attempt('issues', () => account.issues()))
  }
  keep('result', 'audit', await attempt('audit', () => world.integrations.audit()))
  keep('result', 'health', await world.integrations.health())
  keep('result', 'rotation', await attempt('rotate', () => world.another({ secrets: [NEXT, SEAL] }).rotateSecrets()))
  for (const id of ids) keep('result', 'deleted', await attempt('delete', async () => (await handleOf(world, id)).delete()))
  await world.work(3_600_000)
  await keepStore(watched, file)
  keep('event', 'events', world.events)
  for (const part of ['core', 'catalog', 'forOrganization'] as const) keep('object', `integrations.${part}`, world.integrations[part])
  keep('object', 'integrations', world.integrations)
}

const NEXT = Buffer.from('CANARY-next-sealing-key-0123456789').toString('base64')

/** Each of these texts that can be read in one of these places, also in base64 or hex. */
export function leaks(watched: Watched, texts: Iterable<string>, ...places: Place[]): string[] {
  const sinks = watched.sinks.filter(({ place }) => places.includes(place))
  const needles = [...texts].flatMap((text) => spellings(text).map((spelling) => ({ text, spelling })))
  const found = needles.flatMap(({ text, spelling }) =>
    sinks.flatMap((sink) => (sink.text.includes(spelling) ? [`${text} in ${sink.place}: ${sink.name}`] : [])),
  )
  return [...new Set(found)]
}

/** Also what is sealed is nobody's business outside the store. */
export function sealedTexts(watched: Watched, ...places: Place[]): string[] {
  return watched.sinks.flatMap(({ place, name, text }) => (places.includes(place) && /ci\d\.[\w-]+\.[\w-]{20}/.test(text) ? [name] : []))
}

/** Runs it with a database file that is gone afterwards. */
export function onFile<T>(work: (file: string) => Promise<T>): Promise<T> {
  return withTemporaryFile('storage.db', work)
}

async function keepStore({ world, keep }: Watched, file: string | undefined): Promise<void> {
  const { accounts } = await world.storage.list({
    limit: 100,
    status: ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted'],
  })
  keep('store', 'rows', accounts)
  for (const { id: accountId } of accounts)
    for (const model of [...MODELS, '@account'])
      keep('store', 'records', await world.storage.changes({ accountId, model, after: 0, limit: 10_000 }))
  for (const part of file === undefined ? [] : [file, `${file}-wal`]) keep('store', part, readFileSync(part, 'latin1'))
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value
  const everything = {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    getters: true,
    maxStringLength: null,
    maxArrayLength: null,
  } as const
  return inspect(value, everything)
}

/** Base64 of a text that stands anywhere in what was encoded: whatever comes before shifts it by 0, 1 or 2 bytes. */
function spellings(text: string): string[] {
  const encoded = [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3))
    return (['base64', 'base64url'] as const).map((format) => whole.toString(format).slice(shift === 0 ? 0 : 4))
  })
  return [...new Set([text, Buffer.from(text).toString('hex'), ...encoded])]
}
