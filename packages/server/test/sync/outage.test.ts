import { expect, test } from 'vitest'
import type { IntegrationEvents } from '../../src/index.ts'
import { door } from '../support/http.ts'
import { connected, infoOf, rowOf, setup, stale } from '../support/setup.ts'
import { fakeMerge, people } from './fake-merge.ts'

const MINUTE = 60_000
const ACCOUNTS = 50

/** 50 accounts, read well; then Merge is down for ten minutes in which all of them are due. */
async function outage() {
  const stop = new AbortController()
  const refusals: number[] = []
  const turns: string[] = []
  let isDown = false
  let version = 0
  const fake = fakeMerge(
    { sync: { models: ['hris.Employee'], lookEvery: 5 * MINUTE, idle: 5 * MINUTE } },
    () =>
      isDown
        ? new Response('', { status: 503 })
        : { results: people(3, { version, modified_at: new Date(fake.time.clock.now()).toISOString() }) },
    {
      other: () => {
        if (!isDown) return undefined
        refusals.push(fake.time.clock.now())
        return new Response('', { status: 503 })
      },
    },
  )
  const ids: string[] = []
  for (let account = 0; account < ACCOUNTS; account++) ids.push(await fake.account(`a${account}`))
  for (const name of ['account.degraded', 'account.recovered', 'account.relink_needed', 'account.gone'] as const)
    fake.integrations.on(name, (event: IntegrationEvents[typeof name]) => void turns.push(`${name} ${event.accountId}`))
  const info = async (id: string) => {
    const account = await fake.integrations.forOrganization(`org_${id}`).account(id)
    if (account === null) throw new Error(`There is no ${id}.`)
    return account.info
  }
  const running = fake.integrations.run({ signal: stop.signal, concurrency: 8 })
  const life = (async () => {
    await fake.time.sleep(MINUTE)
    version = 1
    isDown = true
    const links = await Promise.all(ids.map(async (id) => (await fake.storage.get({ id, organizationId: `org_${id}` }))?.revision))
    await fake.time.sleep(10 * MINUTE)
    isDown = false
    await fake.time.sleep(12 * MINUTE)
    stop.abort()
    return links
  })()
  const links = await fake.time.run(life)
  await fake.time.run(running)
  return { fake, ids, info, refusals, turns, links }
}

test('ten minutes in which Merge is down cost it few requests, and no account anything', async () => {
  const { fake, ids, info, refusals, turns, links } = await outage()
  // Until it opens 20 calls, as fast as the error budget lets them; then one each at about 30 s, 90 s, 210 s, 450 s.
  expect(refusals.length).toBeGreaterThanOrEqual(20)
  expect(refusals.length).toBeLessThan(40)
  expect(turns).toEqual([])
  for (const [place, id] of ids.entries()) {
    expect(await info(id)).toMatchObject({
      status: 'active',
      sync: { readiness: 'complete', models: { 'hris.Employee': { problem: null } } },
    })
    expect((await fake.rows(id, 'hris.Employee')).map(({ data }) => JSON.parse(data).version)).toEqual([1, 1, 1])
    expect((await fake.storage.get({ id, organizationId: `org_${id}` }))?.revision).toBe(links[place])
  }
})

/** A connected account in a process that has found Merge to be down. */
async function down() {
  let isDown = false
  let tried = 0
  const world = await connected(
    { sync: { models: ['hris.Employee'], lookEvery: 15 * MINUTE } },
    {
      network: async (_, next) => {
        if (!isDown) return next()
        tried++
        throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
      },
    },
  )
  // What went well is not of the same half minute.
  world.time.clock.advance(60_000)
  isDown = true
  const link = () => world.acme.createLinkToken({ category: 'ats', organizationName: 'Acme', userEmail: 'it@acme.test' })
  // Four attempts each.
  for (let call = 0; call < 5; call++) await expect(world.run(link())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  return Object.assign(world, { link, tried: () => tried, recover: () => (isDown = false) })
}

test('while Merge is down a customer who wants to link is told at once, and nothing is asked', async () => {
  const world = await down()
  const tried = world.tried()
  const before = world.time.clock.now()
  await expect(world.run(world.link())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterMs: 30_000 })
  const answer = await door(world).call('POST', '/link-token', { body: { category: 'ats' } })
  expect(answer).toMatchObject({ status: 503, json: { error: { code: 'unavailable', retryable: true } } })
  expect(world.tried()).toBe(tried)
  expect(world.time.clock.now()).toBe(before)
})

test('an account that is due while Merge is down is put down until it may be asked again: no failure, no event, no state', async () => {
  const world = await down()
  const row = await rowOf(world, world.id)
  const told = world.events.length
  const requests = world.tried()
  world.sandbox.change(world.linked, { id: [...world.sandbox.truth(world.linked, 'hris.Employee')][0]?.id as string, immediately: true })
  await world.storage.schedule(world.id, 0)
  const now = world.time.clock.now()
  await world.work()
  expect(world.tried()).toBe(requests)
  const put = await rowOf(world, world.id)
  expect(put).toMatchObject({ status: 'active', revision: row.revision })
  expect((put.due ?? 0) - now).toBeGreaterThanOrEqual(30_000)
  expect((put.due ?? 0) - now).toBeLessThanOrEqual(60_000)
  expect(world.events.slice(told).map(({ name }) => name)).toEqual(['sync.looked'])
  expect((await infoOf(world, world.id)).sync).toMatchObject({ readiness: 'complete', nextLookAt: new Date(put.due ?? 0).toISOString() })
  world.recover()
  await world.work(60_000)
  expect(await stale(world, ['hris.Employee'])).toEqual([])
})

test('a look in the middle of which Merge goes down is no failure of its models', async () => {
  const models = ['hris.Employee', 'hris.Company', 'hris.TimeOff', 'hris.Team', 'hris.Group', 'hris.Location', 'hris.Employment'] as const
  let isDown = true
  let lists = 0
  const fake = fakeMerge({ sync: { models } }, () => {
    lists++
    return isDown ? new Response('', { status: 503 }) : { results: people(2) }
  })
  const id = await fake.account('a')
  await fake.time.run(fake.integrations.tick({ budgetMs: 50_000 }))
  expect(lists).toBeLessThanOrEqual(24)
  for (const model of models) expect(await fake.problem(id, model), model).toBe(null)
  expect((await fake.due(id)) ?? 0).toBeGreaterThan(fake.time.clock.now())
  isDown = false
  await fake.work(90_000)
  for (const model of models) expect(await fake.rows(id, model), model).toHaveLength(2)
})

test('a call that waited for the error budget while Merge went down is not made', async () => {
  const world = setup()
  let made = 0
  const counting = world.another({
    fetch: async () => {
      made++
      return new Response('', { status: 503 })
    },
  })
  const link = (place: number) =>
    counting.forOrganization(`org_${place}`).createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' })
  await world.run(Promise.allSettled(Array.from({ length: 60 }, (_, place) => link(place))))
  // Twelve may fail in ten seconds; 60 calls of four attempts would be 240.
  expect(made).toBeGreaterThanOrEqual(20)
  expect(made).toBeLessThanOrEqual(24)
})

test('an account that fails five looks in a row is told of once, and again when it can be read', async () => {
  const world = await connected({ sync: { models: ['hris.Employee'], lookEvery: 15 * MINUTE } })
  const heal = world.sandbox.fault({ kind: 'status', status: 400, linkedAccountId: world.linked, count: Number.POSITIVE_INFINITY })
  const look = async () => {
    const due = (await rowOf(world, world.id)).due ?? 0
    await world.work(Math.max(0, due - world.time.clock.now()))
  }
  const turns = () => world.events.filter(({ name }) => name === 'account.degraded' || name === 'account.recovered')
  for (let failure = 1; failure <= 4; failure++) await look()
  expect(turns()).toEqual([])
  expect((await infoOf(world, world.id)).sync.readiness).toBe('complete')
  for (let failure = 5; failure <= 8; failure++) await look()
  const account = { accountId: world.id, organizationId: 'org_acme' }
  expect(turns()).toEqual([{ name: 'account.degraded', event: { ...account, failures: 5, code: 'UPSTREAM_REJECTED' } }])
  expect(await infoOf(world, world.id)).toMatchObject({ status: 'active', sync: { readiness: 'degraded' } })
  heal()
  await look()
  expect(turns().slice(1)).toEqual([{ name: 'account.recovered', event: account }])
  expect((await infoOf(world, world.id)).sync.readiness).toBe('complete')
})
