import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { connected, handleOf, infoOf, MODELS, rowOf, setup, stale, stored, truth, type World } from '../support/setup.ts'

/** A worker that stands still in the middle of storing its first page of employees, until `wake`. */
async function sleeper(more: { deleteMeanwhile?: boolean } = {}) {
  let wake = () => {}
  let asleep = () => {}
  const sleeping = new Promise<void>((resolve) => (asleep = resolve))
  const woken = new Promise<void>((resolve) => (wake = resolve))
  let first = true
  const answers: unknown[] = []
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    commit: async (page) => {
      if (page.model !== 'hris.Employee' || !first) return storage.commit(page)
      first = false
      asleep()
      await woken
      const answer = await storage.commit(page)
      answers.push(answer)
      return answer
    },
  })
  const world = setup({ sync: { models: ['hris.Employee'] } }, { wrap })
  const id = await world.connect()
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  world.time.clock.advance(30_000)
  const slow = world.integrations.tick({ budgetMs: 3_600_000 })
  await world.run(sleeping)
  // The slow worker has page one in hand; meanwhile the world moves on and its lease runs out.
  for (const employee of truth(world, linked, 'hris.Employee').keys()) world.sandbox.change(linked, { id: employee, immediately: true })
  world.time.clock.advance(130_000)
  if (more.deleteMeanwhile) await world.run((await handleOf(world, id)).delete())
  else await world.run(world.another().tick({ budgetMs: 60_000 }))
  const requests = world.requests.length
  wake()
  await world.run(slow)
  return { ...world, id, linked, answers, requestsAfterwards: world.requests.length - requests }
}

test('a worker that has lost its lease writes nothing over what the other has read, and stops', async () => {
  const world = await sleeper()
  expect(world.answers).toEqual(['fenced'])
  expect(await stale(world, ['hris.Employee'])).toEqual([])
  expect(world.requestsAfterwards).toBe(0)
})

test('a worker that wakes up after a deletion brings nothing back', async () => {
  const world = await sleeper({ deleteMeanwhile: true })
  expect(world.answers).toEqual(['fenced'])
  expect(await stored(world, world.id, 'hris.Employee')).toEqual(new Map())
  expect(world.requestsAfterwards).toBe(0)
})

test('a worker whose lease cannot be renewed asks Merge for nothing more', async () => {
  const world: World = setup(
    {},
    {
      sandbox: { employees: 6_000, rateLimitPerMinute: Number.POSITIVE_INFINITY },
      wrap: (storage) => ({
        ...storage,
        renew: async () => {
          renewals.push(world.requests.length)
          return false
        },
      }),
    },
  )
  const renewals: number[] = []
  await world.connect()
  world.time.clock.advance(30_000)
  await world.run(world.integrations.tick({ budgetMs: 55_000 }))
  expect(renewals.length).toBeGreaterThan(0)
  // Requests that other models had under way may still have been answered.
  expect(world.requests.length - (renewals[0] ?? 0)).toBeLessThanOrEqual(MODELS.length)
})

test('one account is never read by two workers at once, and all are read', async () => {
  const reading = new Map<string, number>()
  let crowded = false
  const world = setup(
    {},
    {
      sandbox: { employees: 150 },
      network: async (request, next) => {
        const token = request.headers.get('x-account-token')
        if (token === null || !request.url.includes('sync-status')) return next()
        reading.set(token, (reading.get(token) ?? 0) + 1)
        crowded ||= (reading.get(token) ?? 0) > 1
        await world.time.sleep(200)
        reading.set(token, (reading.get(token) ?? 0) - 1)
        return next()
      },
    },
  )
  const organizations = ['org_a', 'org_b', 'org_c', 'org_d', 'org_e']
  const ids: string[] = []
  for (const organization of organizations) ids.push(await world.connect(organization))
  world.time.clock.advance(30_000)
  const stop = new AbortController()
  const workers = [world.integrations, world.another(), world.another()].map((each) => each.run({ signal: stop.signal, concurrency: 2 }))
  world.time.sleep(120_000).then(() => stop.abort())
  await world.run(Promise.all(workers))
  expect(crowded).toBe(false)
  for (const [place, organization] of organizations.entries()) {
    const id = ids[place] ?? ''
    const linked = (await infoOf(world, id, organization)).linkedAccountId ?? ''
    expect(await stale({ ...world, id, linked })).toEqual([])
  }
})

test('a running process hears at once of what is linked in it', async () => {
  const world = setup({}, { sandbox: { initialSyncMs: 0 } })
  const stop = new AbortController()
  const running = world.integrations.run({ signal: stop.signal })
  const id = await world.connect()
  const before = world.time.clock.now()
  world.time.sleep(10_000).then(() => stop.abort())
  await world.run(running)
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  expect(await stale({ ...world, id, linked })).toEqual([])
  const first = world.events.find(({ name }) => name === 'sync.looked')
  expect(first).toBeDefined()
  expect(world.time.clock.now() - before).toBeLessThan(30_000)
})

test('a store that fails for a while is waited for, and nothing is lost by it', async () => {
  let broken = false
  const world = await connected(
    {},
    {
      wrap: (storage) => ({
        ...storage,
        claim: (query) => (broken ? Promise.reject(new Error('connection refused at db.internal?password=hunter2')) : storage.claim(query)),
      }),
    },
  )
  const stop = new AbortController()
  broken = true
  world.sandbox.hire(world.linked, { immediately: true })
  await (await handleOf(world, world.id)).wake()
  world.time.sleep(90_000).then(() => {
    broken = false
  })
  world.time.sleep(300_000).then(() => stop.abort())
  await world.run(world.integrations.run({ signal: stop.signal }))
  expect(await stale(world)).toEqual([])
  const complaints = world.log.filter((line) => line.includes('No work could be fetched'))
  expect(complaints.length).toBeGreaterThan(3)
  expect(complaints.length).toBeLessThan(12)
  expect(complaints.join('\n')).not.toContain('hunter2')
})

test('one account’s trouble does not hold back another', async () => {
  const world = await connected()
  const other = await world.connect('org_other')
  const linked = (await infoOf(world, other, 'org_other')).linkedAccountId ?? ''
  world.sandbox.fault({ kind: 'status', linkedAccountId: world.linked, count: Number.POSITIVE_INFINITY })
  await (await handleOf(world, world.id)).wake()
  await world.work(30_000)
  expect(await stale({ ...world, id: other, linked })).toEqual([])
})
