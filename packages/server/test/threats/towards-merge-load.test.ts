import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { systemFetch } from '../../src/system.ts'
import { door, ORIGIN } from '../support/http.ts'
import { connected, setup } from '../support/setup.ts'
import { hurried, sockets } from '../support/sockets.ts'
import { fakeMerge, paged, people, UNREAD } from '../sync/fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const { listen, close } = sockets()
afterEach(close)

/** A world whose Merge blocks the address after 20 failed answers in ten seconds, and a way to post as somebody. */
function besieged() {
  const world = setup({ sync: { models: [EMPLOYEE] } }, { sandbox: { addressBlock: {} } })
  const { handler } = door(world, {
    authenticate: ({ headers }) => {
      const id = headers.get('x-test-organization') ?? ''
      return { organization: { id, name: id }, user: { id: headers.get('x-test-user') ?? '', email: `it@${id}.test` } }
    },
  })
  const post = (path: string, body: object, organization: string, user: string) =>
    handler(
      new Request(`${ORIGIN}/api/integrations${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          'sec-fetch-site': 'same-origin',
          'x-test-organization': organization,
          'x-test-user': user,
        },
      }),
    )
  return { world, post }
}

test('M5 blocked address: made-up public tokens, posted by fifty organizations as fast as they can, block nobody and hold nobody up', async () => {
  const { world, post } = besieged()
  const id = await world.connect()
  const { sleep, clock } = world.time
  const statuses = new Set<number>()
  let over = false
  const attack = async (organization: string) => {
    await post('/link-token', { category: 'hris' }, organization, 'user_0')
    for (let guess = 0; !over; guess++) {
      const users = ['user_0', 'user_1', 'user_2', 'user_3']
      const answers = users.map((user) =>
        post('/exchange', { publicToken: `garbage-${organization}-${guess}-${user}` }, organization, user),
      )
      for (const { status } of await Promise.all(answers)) statuses.add(status)
      await sleep(2_000)
    }
  }
  const waits: number[] = []
  const timed = async (work: Promise<Response>) => {
    const before = clock.now()
    const answer = await work
    waits.push(clock.now() - before)
    expect(answer.status).toBe(200)
    return answer
  }
  const customers = async () => {
    // The first guess of each organization is taken for an honest one; what comes after it is not.
    await sleep(60_000)
    for (let customer = 0; customer < 8; customer++) {
      const organization = `honest_${customer}`
      const answer = await timed(post('/link-token', { category: 'hris' }, organization, 'user_1'))
      const { linkToken } = (await answer.json()) as { linkToken: string }
      await sleep(8_000)
      await timed(post('/exchange', { publicToken: world.complete(linkToken) }, organization, 'user_1'))
      await world.integrations.tick({ budgetMs: 5_000 })
    }
    over = true
  }
  await world.run(Promise.all([customers(), ...Array.from({ length: 50 }, (_, place) => attack(`evil_${place}`))]))
  expect(statuses).toEqual(new Set([404, 429]))
  expect(world.requests.filter((request) => request.endsWith(' 404')).length).toBeGreaterThan(60)
  expect(world.requests.filter((request) => / 403| 429/.test(request))).toEqual([])
  expect(world.events.filter(({ name }) => name === 'sync.problem')).toEqual([])
  expect(world.requests.filter((request) => request.includes('/employees')).length).toBeGreaterThan(8)
  expect(waits).toHaveLength(16)
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_000)
  expect(await world.acme.account(id)).not.toBeNull()
})

test('M5 blocked address: somebody whose token was refused once is believed again after the next good one', async () => {
  const { world, post } = besieged()
  const exchange = async (publicToken: string, organization: string) =>
    (await world.run(post('/exchange', { publicToken }, organization, 'user_1'))).status
  const click = async (organization: string) => {
    const answer = await world.run(post('/link-token', { category: 'hris' }, organization, 'user_1'))
    return world.complete(((await answer.json()) as { linkToken: string }).linkToken)
  }
  const publicToken = await click('org_clumsy')
  expect(await exchange('a-token-that-looks-real', 'org_clumsy')).toBe(404)
  expect(await exchange(publicToken, 'org_clumsy')).toBe(200)
  // The share of those who are doubted is used up by others.
  for (const organization of ['evil_1', 'evil_2', 'evil_3'])
    for (let guess = 0; guess < 3; guess++) {
      if (guess === 0) await click(organization)
      await exchange(`garbage-${guess}`, organization)
    }
  expect(await exchange('garbage-again', 'evil_3')).toBe(429)
  expect(await exchange(await click('org_clumsy'), 'org_clumsy')).toBe(200)
})

test('M5 blocked address: the block of the sandbox is real, and without a budget it would be met', async () => {
  const world = await connected({}, { sandbox: { addressBlock: {} } })
  const statuses = new Set<number>()
  for (let call = 0; call < 40; call++) {
    const headers = { authorization: `Bearer ${world.sandbox.apiKey}` }
    statuses.add((await world.sandbox.handle(new Request('https://merge.test/api/integrations/account-token/nothing', { headers }))).status)
  }
  expect(statuses.size).toBeGreaterThan(1)
})

test('M6 bomb: 64 MiB in a few kilobytes of gzip are not unpacked to their end, and the next account is read', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
  expect(bomb.byteLength).toBeLessThan(100_000)
  const merge = await listen((request, response) => {
    response.setHeader('content-type', 'application/json')
    const list = request.url?.includes('/employees')
    if (list && request.headers['x-account-token'] === 'token-bombed') return response.setHeader('content-encoding', 'gzip').end(bomb)
    const body = list ? { next: null, results: people(3) } : { id: 'merge', status: 'COMPLETE', next: null, results: [UNREAD] }
    return response.end(JSON.stringify(body))
  })
  let unpacked = 0
  const counting: typeof fetch = async (input, init) => {
    const response = await systemFetch(input, init)
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        unpacked += chunk.byteLength
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body?.pipeThrough(count) ?? null, response)
  }
  const fake = fakeMerge({ merge: { apiKey: 'key', baseUrl: `${merge}/api` }, fetch: counting, sleep: hurried }, () => ({ results: [] }))
  const [bombed, well] = [await fake.account('bombed'), await fake.account('well')]
  await fake.integrations.tick({ budgetMs: 600_000 })
  expect(await fake.problem(bombed, EMPLOYEE)).toBe('UPSTREAM_BAD_RESPONSE')
  expect(await fake.rows(well, EMPLOYEE)).toHaveLength(3)
  // Four attempts, each of little more than 32 MiB.
  expect(unpacked).toBeLessThan(4 * 36 * 1024 * 1024)
})

test('M6 endless list: one whose cursors never come again takes its own slice of time, and others are read meanwhile', async () => {
  let page = 0
  const endless = () => ({ results: people(1).map((record) => ({ ...record, id: `e${page}` })), next: `cursor-${page++}` })
  const fake = fakeMerge({}, ({ token, query }) => (token === 'token-a' ? endless() : paged(people(3), query)))
  const [a, b] = [await fake.account('a'), await fake.account('b')]
  const before = fake.time.clock.now()
  await fake.work()
  expect(await fake.rows(b, EMPLOYEE)).toHaveLength(3)
  expect(fake.time.clock.now() - before).toBeLessThan(10 * 60_000 + 60_000)
  // No faster than Merge allows the account, however long it goes on.
  expect(page).toBeLessThan(100 * 11)
  expect(page).toBeGreaterThan(100)
  expect((await fake.rows(a, EMPLOYEE)).length).toBeGreaterThan(100)
})

test.each(['sync-status', 'issues', 'organizations/integrations'])(
  'M6 endless list: %s is given up after more pages than anybody has',
  async (endless) => {
    let asked = 0
    const fake = fakeMerge({}, ({ query }) => paged(people(1), query), {
      other: (_, path) => (path.endsWith(endless) ? Response.json({ next: `cursor-${asked++}`, results: [] }) : undefined),
    })
    const id = await fake.account('a')
    await fake.work()
    const handle = await fake.integrations.forOrganization(`org_${id}`).account(id)
    const ask = { issues: () => handle?.issues(), 'organizations/integrations': () => fake.integrations.catalog() }[endless]
    const problems: unknown[] = fake.log.filter((line) => line.includes('UPSTREAM_PAGINATION_LOOP'))
    if (ask) problems.push(await fake.time.run(Promise.resolve(ask()).catch((error: { code: string }) => error.code)))
    expect(problems).toHaveLength(1)
    expect(String(problems[0])).toContain('UPSTREAM_PAGINATION_LOOP')
    expect(asked).toBeLessThanOrEqual(1_000)
    expect(asked).toBeGreaterThanOrEqual(20)
  },
)

test('M6 endless list: a cursor that comes again ends the walk at once', async () => {
  const fake = fakeMerge({}, ({ query }) => ({
    results: people(1),
    next: query.get('cursor') === 'b' ? 'a' : query.get('cursor') === 'a' ? 'b' : 'a',
  }))
  const id = await fake.account('a')
  await fake.work()
  expect(await fake.problem(id, EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
  expect(fake.asked.length).toBeLessThan(6)
})
