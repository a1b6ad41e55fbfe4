import { expect, test } from 'vitest'
import { ErrorCode, IntegrationError } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import type { SinkBatch } from '../../src/sync/sink.ts'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { DAY, EMPLOYEE, HOUR, handle, live, since } from './support.ts'

type Records = Record<string, unknown>[]

function copy() {
  const rows = new Map<string, { op: string; at: string; generation: number }>()
  const heard: string[] = []
  const state = { down: false }
  return {
    rows,
    heard,
    state,
    live: () =>
      [...rows]
        .filter(([, row]) => row.op === 'upsert')
        .map(([id]) => id)
        .sort(),
    async write({ changes, generation }: SinkBatch) {
      if (state.down) throw new Error('the sink is down')
      for (const { id, op, modifiedAt } of changes) {
        const mine = rows.get(id)
        if (mine && (mine.generation > generation || (mine.generation === generation && mine.at > modifiedAt))) continue
        rows.set(id, { op, at: modifiedAt, generation })
        heard.push(`${op} ${id}`)
      }
    },
  }
}

function world(count: number, more: { sync?: Record<string, unknown>; wrap?: (storage: Storage) => Storage } = {}) {
  const sink = copy()
  const state = {
    records: people(count) as Records,
    answer: undefined as ((path: string, query: URLSearchParams) => Response | undefined) | undefined,
  }
  const sync = {
    models: [EMPLOYEE],
    sweepEvery: DAY,
    lookEvery: DAY / 4,
    sink: { write: (batch: SinkBatch) => sink.write(batch) },
    ...more.sync,
  }
  const fake = fakeMerge(
    { sync },
    ({ path, query }) => state.answer?.(path, query) ?? paged(since(state.records, query), query),
    more.wrap ? { wrap: more.wrap } : {},
  )
  const mark = (place: number) =>
    Object.assign(state.records[place] as object, { remote_was_deleted: true, modified_at: new Date(fake.time.clock.now()).toISOString() })
  return { fake, state, mark, sink }
}

const picky =
  (refused: Set<string>) =>
  (storage: Storage): Storage => ({
    ...storage,
    commit: async (page) => {
      if (page.records.some(({ id }) => refused.has(id))) throw new Error('value too long')
      return storage.commit(page)
    },
  })

test.each(['atomic', 'ordered'] as const)(
  'S1 (%s) deletions that were stored while the store was searched for a refused record, before the guard held the rest, reach the sink',
  async (profile) => {
    const refused = new Set<string>()
    const { fake, mark, sink } = world(120, { wrap: (storage) => ({ ...picky(refused)(storage), profile }) })
    const id = await fake.account('a')
    await fake.work()
    for (let place = 0; place < 100; place++) mark(place)
    refused.add('p00099')
    await fake.work(DAY / 4)
    expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
    await (await handle(fake, id)).confirmDeletions(EMPLOYEE)
    refused.clear()
    for (let run = 0; run < 40; run++) await fake.work(DAY / 4)
    expect(await fake.problem(id, EMPLOYEE)).toBe(null)
    expect(sink.live()).toEqual((await live(fake, id, EMPLOYEE)).sort())
  },
)

test('S3 a list without an end is told until a walk of everything has ended, with a sink that hears of a deletion too', async () => {
  const { fake, state, mark } = world(450, { sync: { sweepEvery: 7 * DAY, lookEvery: HOUR } })
  const id = await fake.account('a')
  await fake.work()
  state.answer = (_, query) =>
    query.get('modified_after') === null && query.get('cursor') === '300'
      ? Response.json({ results: state.records.slice(300, 400), next: '300' })
      : undefined
  await fake.work(8 * DAY)
  await fake.work(HOUR)
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
  mark(3)
  await fake.work(HOUR)
  expect(await fake.problem(id, EMPLOYEE)).toBe('UPSTREAM_PAGINATION_LOOP')
})

test('S5 an ordered store that keeps the records of a page and not its checkpoint, at every commit in turn', async () => {
  for (let at = 1; at < 14; at++) {
    let dies = Number.POSITIVE_INFINITY
    let commits = 0
    const { fake, mark, sink, state } = world(150, {
      wrap: (storage) => ({
        ...storage,
        profile: 'ordered',
        commit: async (page) => {
          if (++commits < dies) return storage.commit(page)
          dies = Number.POSITIVE_INFINITY
          const row = await storage.get({ id: page.accountId, organizationId: 'org_a' })
          const { release: _, ...rest } = page
          await storage.commit({ ...rest, checkpoint: row?.models[page.model]?.checkpoint ?? null })
          throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'gone')
        },
      }),
    })
    const id = await fake.account('a')
    await fake.work()
    mark(7)
    mark(120)
    state.records = state.records.filter((record) => record.id !== 'p00050')
    dies = commits + at
    await fake.work(DAY / 4)
    state.records = state.records.filter((record) => record.id !== 'p00007')
    for (let run = 0; run < 16; run++) await fake.work(DAY / 4)
    expect(sink.live(), String(at)).toEqual((await live(fake, id, EMPLOYEE)).sort())
    expect(sink.live(), String(at)).toHaveLength(147)
  }
})
