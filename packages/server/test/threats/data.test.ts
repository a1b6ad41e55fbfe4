import { readFileSync } from 'node:fs'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { withTemporaryFile } from '../support/files.ts'
import { ACME, connected, handleOf, MODELS, rowOf, setup, stored, type World } from '../support/setup.ts'
import { tokenOf, whose } from '../support/tokens.ts'
import { envelope, withWebhooks } from '../support/webhooks.ts'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const STAMP = '"modified_at":"2026-01-01T09:00:00.123456Z"'
const STORES: [string, ((clock: { now(): number }) => Storage) | undefined][] = [
  ['memory', undefined],
  ['SQLite', (clock) => sqliteStorage(':memory:', { clock })],
]

/** Records that mean harm, as Merge might send them. */
const HOSTILE = [
  `{"id":"a","__proto__":{"polluted":true},${STAMP}}`,
  `{"id":"b","constructor":{"prototype":{"polluted":true}},"toString":"x","hasOwnProperty":1,${STAMP}}`,
  `{"id":"__proto__",${STAMP}}`,
  `{"id":"c\\u0000\\ud800",${STAMP},"name":"\\u0000 \\ud800 \\udfff"}`,
  `{"id":"d",${STAMP},"n":[12345678901234567890,1e400,-9007199254740993,0.1234567890123456789]}`,
  `{"id":"e",${STAMP},"deep":${'['.repeat(500)}${']'.repeat(500)}}`,
  `{"id":"f'; DROP TABLE connect_integration_records; --",${STAMP},"name":"' OR 1=1 --"}`,
  `{"id":"g",${STAMP},"__proto__":{"remote_was_deleted":true,"id":"h"}}`,
  `{"id":"${'x'.repeat(300)}",${STAMP},"<script>":"</script><img src=x onerror=alert(1)>"}`,
]

test.each(STORES)('M7 hostile record: kept letter for letter, on %s, and none of them touches anything else', async (_, storage) => {
  const bottomless = `{"id":"bottomless",${STAMP},"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const page = `{"next":null,"results":[${[...HOSTILE.slice(0, 4), bottomless, ...HOSTILE.slice(4)].join(',')}]}`
  const fake = fakeMerge({}, () => new Response(page), storage ? { storage } : {})
  const id = await fake.account('a')
  await fake.work()
  const rows = await fake.rows(id, EMPLOYEE)
  expect(rows.map(({ data }) => data).sort()).toEqual([...HOSTILE].sort())
  expect(rows.every(({ op }) => op === 'upsert')).toBe(true)
  for (const name of ['polluted', 'remote_was_deleted']) expect(({} as Record<string, unknown>)[name]).toBeUndefined()
  const handle = await fake.integrations.forOrganization(`org_${id}`).account(id)
  for await (const { data } of handle?.changes(EMPLOYEE) ?? [])
    expect([Object.getPrototypeOf(data), (data as { polluted?: unknown }).polluted]).toEqual([Object.prototype, undefined])
  // The one that cannot be written again holds nobody up, and is told.
  expect(handle?.info.sync.models[EMPLOYEE]).toMatchObject({ readiness: 'degraded', problem: null, records: HOSTILE.length })
})

test('D2 queue that leaks: what waits to be done names the account and the time, and nothing else of anybody', async () => {
  const queued: unknown[][] = []
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    schedule(...args) {
      queued.push(['schedule', ...args])
      return storage.schedule(...args)
    },
    claim(query) {
      queued.push(['claim', query])
      return storage.claim(query)
    },
    renew(...args) {
      queued.push(['renew', ...args])
      return storage.renew(...args)
    },
    commit(page) {
      if (page.release) queued.push(['release', page.release])
      return storage.commit(page)
    },
  })
  const world = withWebhooks({}, { wrap })
  const id = await world.connect()
  await world.work(30_000)
  await world.deliver()
  const { linkedAccountId, originId } = await rowOf(world, id)
  const token = await tokenOf(await rowOf(world, id))
  const account = { id: linkedAccountId, end_user_origin_id: originId, end_user_email_address: ACME.userEmail }
  for (const event of ['Employee.changed', 'Issue.new', 'LinkedAccount.linked'])
    await world.post(envelope(event, account, { account_token: token, first_name: 'Ada', ssn: '078-05-1120' }))
  for (let look = 0; look < 4; look++) await world.work(60_000)
  await world.run((await handleOf(world, id)).syncNow())
  expect(queued.filter(([what]) => what === 'schedule').length).toBeGreaterThan(2)
  for (const [what, first, ...rest] of queued) {
    expect(rest.filter((value) => typeof value !== 'number')).toEqual([])
    if (typeof first === 'object') expect(Object.keys(first ?? {}).filter((name) => !QUEUE_FIELDS.has(name))).toEqual([])
    else expect([what, first]).toEqual([what, id])
  }
  // Events are what a queue of the application is fed with.
  const people = [...(await stored(world, id, EMPLOYEE)).values()].flatMap(({ first_name, ssn, work_email }) => [
    first_name,
    ssn,
    work_email,
  ])
  const names = [...people, ACME.userEmail, token, 'Ada', '078-05-1120'].filter(
    (text): text is string => typeof text === 'string' && text.length > 2,
  )
  expect(names.length).toBeGreaterThan(100)
  const told = `${JSON.stringify(queued)}${JSON.stringify(world.events)}`
  expect(names.filter((text) => told.includes(`"${text}"`))).toEqual([])
})

const QUEUE_FIELDS = new Set(['owner', 'leaseMs', 'limit', 'accountId', 'delayMs', 'dirtySeen'])

test.each(STORES)('D3 zombie worker: one that wakes up after an erasure writes nothing, on %s', async (_, storage) => {
  const zombie = Promise.withResolvers<void>()
  const asleep = Promise.withResolvers<void>()
  const answers: unknown[] = []
  const wrap = (inner: Storage): Storage => {
    const store = storage?.({ now: () => world.time.clock.now() }) ?? inner
    return {
      ...store,
      async commit(page) {
        if (page.model === EMPLOYEE && answers.length === 0) {
          answers.push('asleep')
          asleep.resolve()
          await zombie.promise
        }
        const answer = await store.commit(page)
        if (answers.length > 0) answers.push(answer)
        return answer
      },
    }
  }
  const world: World = setup({ sync: { models: [EMPLOYEE] } }, { wrap })
  const id = await world.connect()
  world.time.clock.advance(30_000)
  const slow = world.integrations.tick({ budgetMs: 3_600_000 })
  await world.run(asleep.promise)
  expect(await world.run((await handleOf(world, id)).delete())).toBe('deleted')
  const requests = world.requests.length
  zombie.resolve()
  await world.run(slow)
  expect(new Set(answers)).toEqual(new Set(['asleep', 'fenced']))
  expect(await rowOf(world, id)).toMatchObject({ status: 'deleted', token: null, details: null, models: {} })
  for (const model of [...MODELS, '@account'])
    expect((await world.storage.changes({ accountId: id, model, after: 0, limit: 10 })).changes).toEqual([])
  expect(world.requests.length).toBe(requests)
})

test('D4 backup: after an erasure no sealed token and no wrapped key is left here, and what a backup has opens nothing', async () => {
  const wrapped = new Set<string>()
  const secrets = {
    wrap: async (key: Uint8Array) => Buffer.from(key).reverse(),
    unwrap: async (key: Uint8Array) => {
      wrapped.add(Buffer.from(key).toString('base64url'))
      return Buffer.from(key).reverse()
    },
  }
  await withTemporaryFile('storage.db', async (file) => {
    const world: World = setup({ secrets }, { wrap: () => sqliteStorage(file, { clock: { now: () => world.time.clock.now() } }) })
    const id = await world.connect()
    await world.work(30_000)
    const backup = await rowOf(world, id)
    const bytes = () => ['', '-wal'].map((suffix) => readFileSync(file + suffix, 'latin1')).join('')
    const traces = [...wrapped, backup.token ?? '']
    expect(traces.every((trace) => trace !== '' && bytes().includes(trace))).toBe(true)
    const token = (await world.integrations.core.link.vault.open(backup.token ?? '', 'account-token', backup)).reveal()
    expect(await whose(world, token)).toBe(backup.linkedAccountId)
    await world.run((await handleOf(world, id)).delete())
    expect(traces.filter((trace) => bytes().includes(trace))).toEqual([])
    expect(await rowOf(world, id)).toMatchObject({ status: 'deleted', token: null, details: null })
    // Whoever has the backup and the key gets a token that Merge does not know any more.
    expect(await whose(world, token)).toBeNull()
    await world.storage.close()
  })
})

test('D4 backup: an account that a restored backup brings back is found gone, and nothing of it is read', async () => {
  const world = await connected()
  const backup = await rowOf(world, world.id)
  await world.run((await handleOf(world, world.id)).delete())
  const later = setup()
  const { models: _, due: __, fence: ___, revision: ____, dirty: _____, ...row } = backup
  const { account } = await later.storage.reserve({ ...row, status: 'active', slot: 'restored', createdAt: row.createdAt })
  await later.storage.update(account.id, account.revision, { token: backup.token, linkedAccountId: backup.linkedAccountId, wake: 0 })
  for (let look = 0; look < 3; look++) await later.work(900_000)
  expect((await rowOf(later, world.id)).status).toBe('error')
  expect(later.requests.filter((request) => request.includes('/employees'))).toEqual([])
})

test('D5 starvation: a hundred accounts that cannot be read do not keep the others from being looked at in time', async () => {
  const looks = new Map<string, number[]>()
  const dead = (token: string | null) => token?.startsWith('token-dead')
  const stop = new AbortController()
  const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: 300_000 } }, ({ query }) => paged(people(20), query), {
    other(request, path) {
      const token = request.headers.get('x-account-token')
      if (path === 'account-details' && token) looks.set(token, [...(looks.get(token) ?? []), fake.time.clock.now()])
      return dead(token) && path === 'sync-status' ? new Response('{}', { status: 403 }) : undefined
    },
  })
  for (let account = 0; account < 100; account++) await fake.account(`dead${account}`)
  for (let account = 0; account < 10; account++) await fake.account(`well${account}`)
  const began = fake.time.clock.now()
  fake.time.sleep(4_200_000).then(() => stop.abort())
  await fake.time.run(fake.integrations.run({ signal: stop.signal, concurrency: 4 }))
  const well = [...looks].filter(([token]) => !dead(token))
  expect(well).toHaveLength(10)
  expect(looks.size).toBe(110)
  for (const [token, moments] of well) {
    const times = [began, ...moments, fake.time.clock.now()]
    const gaps = times.slice(1).map((at, place) => at - (times[place] ?? at))
    // At first all hundred and ten are due at once; once the dead ones are asked seldom, five minutes is what was asked for.
    expect(Math.max(...gaps), token).toBeLessThan(900_000)
    expect(Math.max(...gaps.filter((_, place) => (times[place] ?? 0) > began + 2_400_000)), token).toBeLessThan(330_000)
  }
})

test.each([1, 3])(
  'D5 starvation: an account without end takes its slice and goes to the back of the queue, by %i at a time',
  async (concurrency) => {
    let page = 0
    const stop = new AbortController()
    const fake = fakeMerge({ sync: { models: [EMPLOYEE], lookEvery: 300_000 } }, ({ token, query }) =>
      token === 'token-endless' ? { results: people(1), next: `cursor-${page++}` } : paged(people(20), query),
    )
    await fake.account('endless')
    const ids = await Promise.all(Array.from({ length: 8 }, (_, place) => fake.account(`well${place}`)))
    fake.time.sleep(600_000).then(() => stop.abort())
    await fake.time.run(fake.integrations.run({ signal: stop.signal, concurrency }))
    for (const id of ids) expect(await fake.rows(id, EMPLOYEE), id).toHaveLength(20)
    expect(page).toBeGreaterThan(100)
  },
)

test('D5 starvation: a record that the store refuses keeps no other out, of no page and no account', async () => {
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    commit: async (page) => {
      if (page.records.some(({ id }) => id === 'p00137')) throw new Error('value too long for its column')
      return storage.commit(page)
    },
  })
  const fake = fakeMerge({}, ({ query }) => paged(people(250), query), { wrap })
  const ids = [await fake.account('a'), await fake.account('b')]
  await fake.work()
  for (const id of ids) expect(await fake.rows(id, EMPLOYEE)).toHaveLength(249)
})
