import { expect, test } from 'vitest'
import { createCircuitBreaker } from '../../src/merge/circuit-breaker.ts'
import { createErrorBudget } from '../../src/merge/error-budget.ts'
import { createTransport, type TransportOptions } from '../../src/merge/transport.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { steady } from '../../src/system.ts'
import { ACME, setup } from '../support/setup.ts'
import { hurried } from '../support/sockets.ts'

/** The same texts each time, made of what has a meaning in a URL. */
function* hostileTexts(count: number): Generator<string> {
  let state = 20_260_105
  const chance = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const pieces = [
    '..',
    '.',
    '/',
    '\\',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '?',
    '#',
    '@',
    ':',
    ';',
    '&',
    '=',
    '+',
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    'é',
    '／',
    '．',
    '\ud800',
  ]
  const harmless = ['a', 'Z', '0', '_', '-', 'hris', 'token', 'x'.repeat(100), 'https', 'evil']
  for (let made = 0; made < count; made++) {
    const parts = Array.from({ length: 1 + chance(6) }, () =>
      chance(3) === 0 ? pieces[chance(pieces.length)] : harmless[chance(harmless.length)],
    )
    yield parts.join('')
  }
}

test('M4 path injection: of 24,000 hostile parameters none leaves its template, and what is lawful passes', async () => {
  const seen: URL[] = []
  const system = { clock: steady({ now: () => 0 }), random: () => 0, logger: { debug() {}, info() {}, warn() {}, error() {} } }
  const options: TransportOptions = {
    apiBase: new URL('https://merge.test/api'),
    apiKey: new Secret('the-api-key'),
    fetch: async (input) => {
      seen.push(new URL(input instanceof Request ? input.url : input))
      return Response.json({})
    },
    ...system,
    sleep: hurried,
    breaker: createCircuitBreaker(system),
    budget: createErrorBudget(system.clock, hurried, 1),
  }
  const send = createTransport(options)
  const templates = [
    ['/{value}/v1/link-token', /^\/api\/([\w-]+)\/v1\/link-token$/],
    ['/integrations/account-token/{value}', /^\/api\/integrations\/account-token\/([\w-]+)$/],
    ['/hris/v1/employees/{value}', /^\/api\/hris\/v1\/employees\/([\w-]+)$/],
  ] as const
  let refused = 0
  let tried = 0
  for (const value of hostileTexts(24_000)) {
    const [template, path] = templates[tried++ % 3] ?? templates[0]
    const before = seen.length
    const error = await send({ method: 'GET', template, params: { value }, query: { cursor: value }, retry: false }).catch(
      (problem: unknown) => problem,
    )
    const url = seen[before]
    if (url === undefined) {
      refused++
      expect(error, value).toMatchObject({ code: 'INPUT_INVALID' })
      expect(String(error)).not.toContain(JSON.stringify(value))
    } else {
      expect(url.origin).toBe('https://merge.test')
      expect(path.exec(url.pathname)?.[1]).toBe(value)
      expect([...url.searchParams]).toEqual([['cursor', value]])
      expect(url.hash + url.username).toBe('')
    }
  }
  expect(tried).toBe(24_000)
  expect(Math.min(refused, seen.length)).toBeGreaterThan(3_000)
})

test('M4 path injection: nor does what a caller passes to the API', async () => {
  const paths = new Set<string>()
  const world = setup(
    {},
    {
      network: (request, next) => {
        paths.add(new URL(request.url).pathname)
        return next()
      },
    },
  )
  await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  const texts = [...hostileTexts(300)]
  await world.run(
    Promise.all(
      texts.flatMap((text) =>
        [
          () => world.acme.createLinkToken({ category: text, ...ACME }),
          () => world.acme.createLinkToken({ category: 'hris', integration: text, ...ACME }),
          () => world.acme.adopt({ endUserOriginId: 'x', category: text, accountToken: 'a-token-of-an-account' }),
          () => (/^[\w-]{8,}$/.test(text) ? null : world.acme.exchangePublicToken(text)),
          () => world.acme.account(text),
        ].map((work) => Promise.resolve(work()).catch(() => {})),
      ),
    ),
  )
  expect([...paths].sort()).toEqual(['/api/hris/v1/account-details', '/api/hris/v1/link-token'])
})
