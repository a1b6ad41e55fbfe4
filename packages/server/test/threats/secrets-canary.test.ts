import type { FaultKind } from '@connect-integration/sandbox'
import { expect, test } from 'vitest'
import { leaks, life, type Misbehave, onFile, sealedTexts, type Watched, watch } from '../support/canary.ts'
import { door } from '../support/http.ts'

/** Everything that a request carries, back in the answer: as a badly made server or proxy does. */
const echo = async (request: Request) => `${request.url} ${JSON.stringify([...request.headers])} ${await request.clone().text()}`

const echoing = (status: number): Misbehave => {
  let count = 0
  return async (request, next) => {
    const real = await next()
    if (++count % 4 !== 0) return real
    const text = await echo(request)
    return status === 200 ? new Response(text) : Response.json({ detail: text, [text]: ['no'], account_token: [text] }, { status })
  }
}

const failing = (): Misbehave => {
  let count = 0
  return async (request, next) => {
    if (++count % 3 !== 0) return next()
    const text = await echo(request)
    const cause = Object.assign(new Error(text), { code: 'ECONNRESET', request })
    throw Object.assign(new TypeError(`fetch failed: ${text}`, { cause }), { request, text })
  }
}

const faulty =
  (kind: FaultKind, status?: number) =>
  ({ world }: Watched) => {
    const how = status === undefined ? {} : { status, headers: { location: 'https://evil.test/' } }
    for (let after = 2; after < 80; after += 3) world.sandbox.fault({ kind, after, ...how })
  }

/** How Merge behaves: what stands in for it, or what goes wrong in it. */
const TROUBLES: Record<string, { misbehave?: () => Misbehave; prepare?: (watched: Watched) => void }> = {
  'all goes well': {},
  ...Object.fromEntries(
    [500, 401, 400, 404, 429, 302].map((status) => [`every third answer is ${status}`, { prepare: faulty('status', status) }]),
  ),
  ...Object.fromEntries(
    (['html', 'truncate', 'empty', 'reset', 'cut'] as const).map((kind) => [
      `every third answer is one of the kind "${kind}"`,
      { prepare: faulty(kind) },
    ]),
  ),
  ...Object.fromEntries(
    [400, 401, 403, 422, 500, 200].map((status) => [
      `Merge answers ${status} with the request in it`,
      { misbehave: () => echoing(status) },
    ]),
  ),
  'fetch fails with the whole request in its error': { misbehave: failing },
}
const ON_A_DATABASE = ['all goes well', 'every third answer is 500', 'Merge answers 400 with the request in it']
const cases = [...Object.keys(TROUBLES).map((name) => [name, 'memory'] as const), ...ON_A_DATABASE.map((name) => [name, 'SQLite'] as const)]

const lives = new Map<string, Promise<Watched>>()

/** One life for each case, whichever test asks for it first. */
function lived(name: string, store: 'memory' | 'SQLite'): Promise<Watched> {
  const key = `${name} ${store}`
  const run = async (file?: string) => {
    const { misbehave, prepare } = TROUBLES[name] ?? {}
    const watched = watch(misbehave?.(), file)
    prepare?.(watched)
    await life(watched, file)
    if (file !== undefined) await watched.world.storage.close()
    // It would be no proof if there had been nothing to see.
    expect(watched.secrets.size).toBeGreaterThan(5)
    expect(Math.min(watched.publicTokens.size, watched.linkTokens.size)).toBeGreaterThan(1)
    expect(new Set(watched.sinks.map(({ place }) => place))).toEqual(
      new Set(['response', 'result', 'log', 'error', 'event', 'object', 'store']),
    )
    return watched
  }
  const made = lives.get(key) ?? (store === 'SQLite' ? onFile(run) : run())
  lives.set(key, made)
  return made
}

test.each(cases)('S1 token in a response: no answer and no result has one, nor what is sealed, where %s (%s)', async (name, store) => {
  const watched = await lived(name, store)
  const all = [...watched.secrets, ...watched.publicTokens, ...watched.linkTokens]
  expect(leaks(watched, all, 'response', 'result')).toEqual([])
  expect(sealedTexts(watched, 'response', 'result')).toEqual([])
})

test.each(cases)('S2 token in a log or an error: also looked at from inside, none has one, where %s (%s)', async (name, store) => {
  const watched = await lived(name, store)
  const all = [...watched.secrets, ...watched.publicTokens, ...watched.linkTokens]
  expect(leaks(watched, all, 'log', 'error', 'event', 'object')).toEqual([])
  expect(sealedTexts(watched, 'log', 'error', 'event')).toEqual([])
})

test.each(cases)('S5 leaked database: nothing of it opens anything, where %s (%s)', async (name, store) => {
  const watched = await lived(name, store)
  const all = [...watched.secrets, ...watched.publicTokens, ...watched.linkTokens]
  expect(leaks(watched, all, 'store')).toEqual([])
})

test.each(cases)(
  'S10 public token in a URL: it goes to Merge alone, and no log, error or event repeats it, where %s (%s)',
  async (name, store) => {
    const watched = await lived(name, store)
    expect([...watched.hosts]).toEqual(['merge.test'])
    expect(leaks(watched, watched.publicTokens, 'response', 'result', 'log', 'error', 'event', 'object', 'store')).toEqual([])
  },
)

test('S1 token in a response: the link token is in one answer, which nobody may cache', async () => {
  const watched = watch()
  const answer = await door(watched.world).call('POST', '/link-token', { body: { category: 'hris' } })
  const [linkToken = ''] = watched.linkTokens
  expect(answer.text).toContain(linkToken)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect([...answer.headers].join()).not.toContain(linkToken)
})
