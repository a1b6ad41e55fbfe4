import { expect, test } from 'vitest'
import { connected, handleOf, MODELS, stale, truth } from '../support/setup.ts'

const DAY = 86_400_000

test('what changes, comes and goes at the source is here after the next look', async () => {
  const world = await connected()
  const [first, second] = [...truth(world, world.linked, 'hris.Employee').keys()]
  const { seq } = (await (await handleOf(world, world.id)).changesPage('hris.Employee', { limit: 10_000 })).changes.at(-1) ?? { seq: 0 }
  world.sandbox.change(world.linked, { id: first ?? '', fields: { preferred_name: 'Zed' } })
  world.sandbox.remove(world.linked, { id: second ?? '' })
  const hired = world.sandbox.hire(world.linked, { fields: { first_name: 'Newly', last_name: 'Hired' } })
  world.sandbox.sync(world.linked)
  await world.work(DAY)

  expect(await stale(world)).toEqual([])
  const { changes } = await (await handleOf(world, world.id)).changesPage('hris.Employee', { after: seq, limit: 10_000 })
  const byId = new Map(changes.map((change) => [change.id, change]))
  expect(byId.get(first ?? '')).toMatchObject({ op: 'upsert', data: { preferred_name: 'Zed' } })
  expect(byId.get(second ?? '')).toMatchObject({ op: 'delete', data: { id: second, remote_was_deleted: true } })
  expect(byId.get(hired.id)).toMatchObject({ op: 'upsert', data: { first_name: 'Newly' } })
})

test('a look at which nothing is new stores nothing and tells of nothing', async () => {
  const world = await connected()
  const before = await (await handleOf(world, world.id)).changesPage('hris.Employee', { limit: 10_000 })
  const lists = () => world.requests.filter((request) => request.includes('/employees')).length
  const asked = lists()
  await world.work(900_000)
  expect(lists()).toBe(asked)
  await world.work(3_600_000)
  expect(lists()).toBeGreaterThan(asked)
  expect(await (await handleOf(world, world.id)).changesPage('hris.Employee', { limit: 10_000 })).toEqual(before)
})

test('a later walk asks only for what changed since shortly before the last one, deletions included', async () => {
  const world = await connected()
  const before = world.time.clock.now()
  world.sandbox.sync(world.linked)
  await world.work(DAY)
  const last = world.requests.filter((request) => request.includes('/employees')).at(-1) ?? ''
  const query = new URLSearchParams(last.split(' ')[1]?.split('?')[1])
  expect(query.get('include_deleted_data')).toBe('true')
  expect(query.get('page_size')).toBe('100')
  expect(query.has('modified_before')).toBe(false)
  expect(query.has('expand')).toBe(false)
  const after = Date.parse(query.get('modified_after') ?? '')
  expect(after).toBeLessThanOrEqual(before - 600_000)
  expect(after).toBeGreaterThan(before - 660_000)
})

test('a deletion that carries no new stamp is found by the sweep', async () => {
  const world = await connected({}, { sandbox: { stampDeletions: false } })
  // Two looks, so that what an incremental walk asks for no longer reaches back to the first sync.
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  const [id] = [...truth(world, world.linked, 'hris.Employee').keys()]
  world.sandbox.remove(world.linked, { id: id ?? '' })
  world.sandbox.sync(world.linked)
  await world.work(DAY)
  expect(await stale(world)).not.toEqual([])
  await world.work(7 * DAY)
  expect(await stale(world)).toEqual([])
})

test('a record that comes back after its deletion is live again', async () => {
  const world = await connected()
  const [id] = [...truth(world, world.linked, 'hris.Employee').keys()]
  let gone = true
  // The source system forgets a person and finds them again: Merge marks and unmarks the row.
  const mark = (body: unknown) => {
    const page = body as { results: { id: string; modified_at: string; remote_was_deleted: boolean }[] }
    const modified_at = new Date(world.time.clock.now()).toISOString()
    const results = page.results.map((row) => (row.id === id ? { ...row, modified_at, remote_was_deleted: gone } : row))
    return { ...page, results }
  }
  world.sandbox.fault({ kind: 'rewrite', model: 'hris.Employee', rewrite: mark, count: 2 })
  world.sandbox.change(world.linked, { id: id ?? '' })
  world.sandbox.sync(world.linked)
  await world.work(900_000)
  const ops = async () => {
    const { changes } = await (await handleOf(world, world.id)).changesPage('hris.Employee', { limit: 10_000 })
    return changes.filter((change) => change.id === id).map(({ op }) => op)
  }
  expect(await ops()).toEqual(['delete'])
  gone = false
  world.sandbox.change(world.linked, { id: id ?? '' })
  world.sandbox.sync(world.linked)
  await world.work(900_000)
  expect(await ops()).toEqual(['upsert'])
})

test('syncNow looks at once, and wake lets the work loop do it', async () => {
  const world = await connected()
  const account = await handleOf(world, world.id)
  world.sandbox.hire(world.linked, { immediately: true })
  expect(await stale(world)).toContain('hris.Employee')
  const info = await world.run(account.syncNow())
  expect(await stale(world, ['hris.Employee'])).toEqual([])
  expect(info.sync.lastSyncedAt).not.toBeNull()
  world.sandbox.hire(world.linked, { immediately: true })
  await account.wake()
  expect(await stale(world)).toContain('hris.Employee')
  await world.work(5_000)
  expect(await stale(world, ['hris.Employee'])).toEqual([])
})

test('a look that is asked for during another look is not lost', async () => {
  let asked = false
  const world = await connected(
    {},
    {
      network: async (request, next) => {
        const answer = await next()
        if (asked || !request.url.includes('modified_after') || !request.url.includes('/employees')) return answer
        asked = true
        // After the page was read, and before the look is over.
        world.sandbox.hire(world.linked, { immediately: true })
        await (await handleOf(world, world.id)).wake()
        return answer
      },
    },
  )
  await world.work(3_600_000)
  expect(asked).toBe(true)
  expect(await stale(world, ['hris.Employee'])).toEqual([])
})

test('random histories end with exactly what Merge has', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const world = await connected(
      {},
      { sandbox: { seed, employees: 60, syncMs: 60_000, visibilityLagMs: (seed % 3) * 5_000, batchSize: 1 + (seed % 30) } },
    )
    let state = seed
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
      return (state >>> 8) % below
    }
    for (let step = 0; step < 25; step++) {
      const immediately = random(2) === 0
      const model = MODELS[random(3)] ?? ''
      const kind = random(4)
      if (kind === 0) world.sandbox.hire(world.linked, { immediately })
      else if (kind === 1) world.sandbox.remove(world.linked, { model: 'hris.Employee', immediately })
      else world.sandbox.change(world.linked, { model, immediately })
      if (random(5) === 0) world.sandbox.sync(world.linked)
      await world.work(random(20) * 60_000)
    }
    world.sandbox.sync(world.linked)
    for (let look = 0; look < 4; look++) await world.work(900_000 + random(3_600_000))
    expect(await stale(world), `seed ${seed}`).toEqual([])
  }
})
