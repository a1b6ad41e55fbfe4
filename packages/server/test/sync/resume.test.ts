import { expect, test } from 'vitest'
import type { Page, Storage } from '../../src/storage/port.ts'
import { rowOf, setup, stale, type World, type WorldOptions } from '../support/setup.ts'

const LEASE_MS = 120_000
const lists = (world: World) => world.requests.filter((request) => /employees|companies|time-off/.test(request))

/** A linked account with 3 + 1 + 5 pages that nobody has read yet. */
async function unread(wrap: WorldOptions['wrap'] = (storage) => storage, network?: WorldOptions['network']) {
  const world = setup({}, { sandbox: { employees: 250 }, wrap, ...(network ? { network } : {}) })
  const id = await world.connect()
  world.time.clock.advance(30_000)
  return Object.assign(world, { id, linked: (await rowOf(world, id)).linkedAccountId ?? '' })
}

/** Another process, after the lease of the dead one has run out. */
async function successor(world: World): Promise<void> {
  world.time.clock.advance(LEASE_MS)
  await world.run(world.another().tick({ budgetMs: 300_000 }))
}

async function pagesOfAWholeRead(): Promise<number> {
  const world = await unread()
  await world.work()
  expect(await stale(world)).toEqual([])
  return lists(world).length
}

/** Every call after the n-th commit fails, as when the process is killed; `after`: that commit still took effect. */
function dyingAt(n: number, after: boolean) {
  let commits = 0
  let dead = false
  let mortal = true
  const kill = () => {
    dead = true
    return Promise.reject(new Error('killed'))
  }
  const wrap = (storage: Storage): Storage =>
    new Proxy(storage, {
      get(target, name: keyof Storage) {
        const method = target[name]
        if (typeof method !== 'function') return method
        return async (...given: unknown[]) => {
          if (dead) return kill()
          const call = () => (method as (...all: unknown[]) => Promise<unknown>).apply(target, given)
          if (!mortal || name !== 'commit' || (given[0] as Page).model === '@account' || ++commits < n) return call()
          if (after) await call()
          return kill()
        }
      },
    })
  const revive = () => {
    dead = false
    mortal = false
  }
  return { wrap, revive }
}

test.each([
  ['before', false],
  ['after', true],
] as const)('a process that is killed right %s storing any page is continued by another from there', async (_, after) => {
  const pages = await pagesOfAWholeRead()
  expect(pages).toBeGreaterThan(7)
  for (let n = 1; n <= pages; n++) {
    const death = dyingAt(n, after)
    const world = await unread(death.wrap)
    await expect(world.work()).rejects.toThrow('killed')
    death.revive()
    await successor(world)
    expect(await stale(world), `killed at page ${n}`).toEqual([])
    // Of the first walk, at most what was under way and not stored is asked for again.
    expect(lists(world).filter((request) => !request.includes('modified_after')).length).toBeLessThanOrEqual(pages + 3)
  }
})

test('a process that is killed at any request to Merge is continued by another', async () => {
  for (let n = 1; n <= 11; n++) {
    let requests = Number.POSITIVE_INFINITY
    const killed = new AbortController()
    const world = await unread(undefined, async (_, next) => {
      if (--requests === 0) killed.abort()
      // A dead process hears no answer.
      if (killed.signal.aborted && requests <= 0 && !alive) return new Promise<Response>(() => {})
      return next()
    })
    let alive = false
    requests = n
    await world.run(world.integrations.tick({ budgetMs: 300_000, signal: killed.signal }))
    alive = true
    await successor(world)
    expect(await stale(world), `killed at request ${n}`).toEqual([])
  }
})

test('an abort at any time puts the work down at once, for the next tick to go on', async () => {
  for (const ms of [1, 500, 1_000, 2_000, 3_000, 4_000, 5_000]) {
    const world = await unread()
    const before = world.time.clock.now()
    const stop = new AbortController()
    world.time.sleep(ms).then(() => stop.abort())
    await world.run(world.integrations.tick({ budgetMs: 300_000, signal: stop.signal }))
    expect(world.time.clock.now() - before).toBeLessThanOrEqual(ms + 5)
    await world.run(world.another().tick({ budgetMs: 300_000 }))
    expect(await stale(world), `aborted after ${ms} ms`).toEqual([])
  }
})

test('a walk that is longer than a slice goes on in the next one, without reading a page twice', async () => {
  const world = setup({ sync: { models: ['hris.Employee'] } }, { sandbox: { employees: 12_000 } })
  const id = await world.connect()
  await world.work(30_000)
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  expect(await stale({ ...world, id, linked }, ['hris.Employee'])).toEqual([])
  expect(lists(world).filter((request) => request.endsWith(' 200'))).toHaveLength(120)
  expect(world.events.filter(({ name }) => name === 'sync.looked').length).toBe(2)
})

test('a walk that was broken off a month ago goes on at its page', async () => {
  const death = dyingAt(3, true)
  const world = await unread(death.wrap)
  await expect(world.work()).rejects.toThrow('killed')
  death.revive()
  world.time.clock.advance(30 * 86_400_000)
  const before = lists(world).length
  await successor(world)
  expect(await stale(world)).toEqual([])
  expect(
    lists(world)
      .slice(before)
      .filter((request) => request.includes('/employees') && !request.includes('cursor') && !request.includes('modified_after')),
  ).toHaveLength(0)
})

test('a checkpoint that is no checkpoint of ours means reading everything, not stopping', async () => {
  let damaged = false
  const world = await unread((inner) => ({
    ...inner,
    claim: async (query) => {
      const claims = await inner.claim(query)
      if (damaged)
        for (const claim of claims)
          for (const model of Object.values(claim.account.models))
            model.checkpoint &&= model.checkpoint.startsWith('{"dirtySeen') ? model.checkpoint : 'garbage'
      return claims
    },
  }))
  await world.work()
  damaged = true
  world.time.clock.advance(900_000)
  await world.work()
  expect(await stale(world)).toEqual([])
})
