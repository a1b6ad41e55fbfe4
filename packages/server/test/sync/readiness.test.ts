import { describe, expect, test } from 'vitest'
import { MODEL_TABLE } from '../../src/merge/model-table.ts'
import type { Account, Status } from '../../src/storage/port.ts'
import { ACCOUNT } from '../../src/sync/account-checkpoint.ts'
import { type Checkpoint, EMPTY_CHECKPOINT } from '../../src/sync/checkpoint.ts'
import { READINESS, type Readiness, type ReadinessFacts, readinessOf, readProgress } from '../../src/sync/progress.ts'
import { door } from '../support/http.ts'
import { connected, infoOf, setup } from '../support/setup.ts'
import { fakeMerge, people } from './fake-merge.ts'

const STATES = ['off', 'waiting', 'initial', 'idle', 'incremental', 'sweep'] as const
const READ: Pattern = { state: ['idle', 'incremental', 'sweep'], ready: true, stale: false }

/** What is not named may be anything. Each combination of facts is in exactly one row. */
interface Pattern extends Partial<Omit<ReadinessFacts, 'state' | 'completeness'>> {
  state?: readonly ReadinessFacts['state'][]
  completeness?: readonly ReadinessFacts['completeness'][]
}
const TABLE: [Readiness, Pattern][] = [
  ['stale', { stale: true }],
  ['stale', { state: ['off'], stale: false }],
  ['waiting', { state: ['waiting'], stale: false }],
  ['initial', { state: ['initial'], stale: false }],
  ['initial', { ...READ, ready: false }],
  ['degraded', { ...READ, degraded: true }],
  ['partial', { ...READ, degraded: false, completeness: ['partial', 'none'] }],
  ['complete', { ...READ, degraded: false, completeness: ['complete'] }],
]

const combinations: ReadinessFacts[] = STATES.flatMap((state) =>
  (['none', 'partial', 'complete'] as const).flatMap((completeness) =>
    [true, false].flatMap((ready) =>
      [true, false].flatMap((degraded) => [true, false].map((stale) => ({ state, completeness, ready, degraded, stale }))),
    ),
  ),
)

const matches = (facts: ReadinessFacts, pattern: Pattern) =>
  Object.entries(pattern).every(([name, wanted]) => [wanted].flat().includes(facts[name as keyof ReadinessFacts]))

describe('the word of a model', () => {
  test('is told by one row of the table for each of the 144 combinations of facts', () => {
    expect(combinations).toHaveLength(144)
    for (const facts of combinations) {
      const rows = TABLE.filter(([, pattern]) => matches(facts, pattern))
      expect(rows, JSON.stringify(facts)).toHaveLength(1)
      expect(readinessOf(facts), JSON.stringify(facts)).toBe(rows[0]?.[0])
    }
  })

  test('is the first of the list that is true of it', () => {
    expect(READINESS).toEqual(['stale', 'waiting', 'initial', 'degraded', 'partial', 'complete'])
    expect(new Set(TABLE.map(([word]) => word))).toEqual(new Set(READINESS))
  })
})

const HRIS = MODEL_TABLE.filter((row) => row.category === 'hris').slice(0, 3)
const read: Partial<Checkpoint> = { walkedAt: 1, ready: true, completeness: 'complete', status: 'DONE' }
const lost = { id: 'x', modifiedAt: 1, code: 'UNEXPECTED', at: 1 }
const WORDS: Record<Exclude<Readiness, 'none'> | 'off', Partial<Checkpoint>> = {
  stale: { ...read, status: 'PAUSED' },
  waiting: {},
  initial: { ...read, ready: false },
  degraded: { ...read, quarantine: [lost as Checkpoint['quarantine'][number]] },
  partial: { ...read, completeness: 'partial' },
  complete: read,
  off: { ...read, status: 'DISABLED' },
}

/** An account whose models stand like this. */
function progress(words: (Exclude<Readiness, 'none'> | 'off')[], more: { status?: Status; failures?: number; problem?: string } = {}) {
  const models = Object.fromEntries(
    words.map((word, place) => {
      const checkpoint = { ...EMPTY_CHECKPOINT, ...WORDS[word], problem: more.problem ?? null }
      return [HRIS[place]?.model, { checkpoint: JSON.stringify(checkpoint), records: 10 ** place, seq: 0 }]
    }),
  )
  const account = {
    category: 'hris',
    linkedAccountId: 'la',
    status: more.status ?? 'active',
    models: { ...models, [ACCOUNT]: { checkpoint: JSON.stringify({ failures: more.failures ?? 0 }), records: 0, seq: 0 } },
  }
  return readProgress(account as unknown as Account, HRIS.slice(0, words.length))
}

describe('the word of an account', () => {
  test('is the worst of its models', () => {
    for (const [place, worse] of READINESS.entries())
      for (const better of READINESS.slice(place)) {
        expect(progress([worse, better]).readiness, `${worse} and ${better}`).toBe(worse)
        expect(progress([better, worse, better]).readiness, `${better} and ${worse}`).toBe(worse)
      }
  })

  test('leaves out what is switched off, unless everything is', () => {
    expect(progress(['off', 'complete']).readiness).toBe('complete')
    expect(progress(['off', 'initial']).readiness).toBe('initial')
    expect(progress(['off', 'off']).readiness).toBe('stale')
    expect(progress([])).toMatchObject({ readiness: 'none', ready: true })
  })

  test.each<[Status, Readiness]>([
    ['relink_needed', 'stale'],
    ['error', 'stale'],
    ['active', 'complete'],
    ['held', 'complete'],
    ['deleting', 'complete'],
  ])('of which the connection is %s is %s, and so are its models’', (status, word) => {
    const { readiness, models } = progress(['complete', 'complete'], { status })
    expect([readiness, ...Object.values(models).map((model) => model.readiness)]).toEqual([word, word, word])
    expect(progress([], { status }).readiness).toBe(word === 'stale' ? 'stale' : 'none')
  })

  test('that failed five looks in a row is degraded at best, and so is each model that failed', () => {
    expect(progress(['complete'], { failures: 4, problem: 'UPSTREAM_REJECTED' }).readiness).toBe('complete')
    const { readiness, models } = progress(['complete', 'initial', 'partial'], { failures: 5, problem: 'UPSTREAM_REJECTED' })
    expect([readiness, ...Object.values(models).map((model) => model.readiness)]).toEqual(['initial', 'degraded', 'initial', 'degraded'])
    expect(progress(['complete'], { failures: 5 })).toMatchObject({
      readiness: 'degraded',
      models: { [HRIS[0]?.model ?? '']: { readiness: 'complete' } },
    })
  })

  test('comes with the records of all its models', () => {
    expect(progress(['complete', 'initial', 'off']).records).toBe(111)
    expect(progress([]).records).toBe(0)
  })
})

test('from the first click to the last trouble, the words follow, and the browser gets them', async () => {
  const world = setup({ sync: { models: ['hris.Employee', 'hris.Company'], lookEvery: 900_000 } }, { sandbox: { employees: 350 } })
  const id = await world.connect()
  const linked = (await infoOf(world, id)).linkedAccountId ?? ''
  const seen = async () => {
    const { sync } = await infoOf(world, id)
    const { json } = await door(world).call('GET', `/accounts/${id}`)
    expect(json.account.sync).toEqual(JSON.parse(JSON.stringify(sync)))
    return [sync.readiness, sync.models['hris.Employee']?.readiness, sync.models['hris.Company']?.readiness]
  }
  expect(await seen()).toEqual(['waiting', 'waiting', 'waiting'])
  let pages = 0
  const stop = new AbortController()
  const off = world.integrations.on('sync.page', ({ model }) => model === 'hris.Employee' && ++pages === 2 && stop.abort())
  world.time.clock.advance(30_000)
  await world.run(world.integrations.tick({ budgetMs: 300_000, signal: stop.signal }))
  off()
  expect(await seen()).toEqual(['initial', 'initial', 'complete'])
  await world.work(1_000)
  expect(await seen()).toEqual(['complete', 'complete', 'complete'])
  expect((await infoOf(world, id)).sync.records).toBe(351)
  world.sandbox.setModelStatus(linked, 'hris.Company', 'PARTIALLY_SYNCED')
  for (let look = 0; look < 2; look++) await world.work(3_600_000)
  expect(await seen()).toEqual(['partial', 'complete', 'partial'])
  world.sandbox.setModelStatus(linked, 'hris.Employee', 'PAUSED')
  await world.work(900_000)
  expect(await seen()).toEqual(['stale', 'stale', 'partial'])
  world.sandbox.setModelStatus(linked, 'hris.Employee', 'DISABLED')
  await world.work(900_000)
  expect(await seen()).toEqual(['partial', 'stale', 'partial'])
})

test('what Merge was still at its first sync of when it was read is not called complete', async () => {
  const world = setup({ sync: { models: ['hris.Employee'], earlyRead: true } }, { sandbox: { initialSyncMs: 600_000 } })
  const id = await world.connect()
  await world.work(1_000)
  expect((await infoOf(world, id)).sync).toMatchObject({
    readiness: 'initial',
    ready: false,
    models: { 'hris.Employee': { state: 'idle' } },
  })
})

test('a connection that the customer must renew is not being renewed', async () => {
  const world = await connected()
  expect((await infoOf(world, world.id)).sync.readiness).toBe('complete')
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED')
  await world.work(900_000)
  expect(await infoOf(world, world.id)).toMatchObject({ status: 'relink_needed', sync: { readiness: 'stale', ready: true } })
})

test.each([
  [2 * 3_600_000, 300_000],
  [6 * 3_600_000, 900_000],
  [12 * 3_600_000, 1_800_000],
  [48 * 3_600_000, 3_600_000],
])('when Merge syncs an account every %i ms, its next look is announced for %i ms later', async (cadence, expected) => {
  const fake = fakeMerge({}, () => ({ results: people(1) }))
  const began = fake.time.clock.now() - 60_000
  const iso = (ms: number) => new Date(ms).toISOString()
  fake.statuses.push({
    ...{ model_id: 'hris.Employee', status: 'DONE', last_sync_result: 'DONE' },
    ...{ last_sync_start: iso(began), last_sync_finished: iso(began + 30_000), next_sync_start: iso(began + cadence) },
  })
  const id = await fake.account('a')
  await fake.work()
  const info = (await fake.integrations.forOrganization(`org_${id}`).account(id))?.info
  expect(Date.parse(info?.sync.nextLookAt ?? '') - fake.time.clock.now()).toBe(expected)
})
