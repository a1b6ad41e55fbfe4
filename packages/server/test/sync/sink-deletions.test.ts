import { expect, test } from 'vitest'
import type { SinkBatch } from '../../src/sync/sink.ts'
import { fakeMerge, paged, people } from './fake-merge.ts'

const EMPLOYEE = 'hris.Employee'
const DAY = 86_400_000

/** What a sink keeps that follows the rule: newer, or of the same age again. */
function copy() {
  const rows = new Map<string, 'upsert' | 'delete'>()
  const heard: string[] = []
  let down: 'before' | 'after' | null = null
  return {
    rows,
    heard,
    fail: (when: 'before' | 'after' | null) => {
      down = when
    },
    async write({ changes }: SinkBatch) {
      if (down === 'before') throw new Error('the sink is down')
      for (const { id, op } of changes) {
        rows.set(id, op)
        heard.push(`${op} ${id}`)
      }
      if (down === 'after') throw new Error('the answer of the sink was lost')
    },
  }
}

function world(sink: ReturnType<typeof copy>, count = 20, massDeletion: number | false = 0.5) {
  const state = { records: people(count) }
  const sync = {
    models: [EMPLOYEE],
    sweepEvery: DAY,
    lookEvery: DAY / 4,
    massDeletion,
    sink: { write: (batch: SinkBatch) => sink.write(batch) },
  }
  const fake = fakeMerge({ sync }, ({ query }) => paged(state.records, query))
  const mark = (place: number) =>
    Object.assign(state.records[place] as object, { remote_was_deleted: true, modified_at: new Date(fake.time.clock.now()).toISOString() })
  return { fake, state, mark }
}

test.each(['before', 'after'] as const)(
  'a sink that fails (%s it wrote) when a record is deleted hears of it, although the record is gone at Merge before the page comes again',
  async (when) => {
    const sink = copy()
    const { fake, state, mark } = world(sink)
    const id = await fake.account('a')
    await fake.work()
    mark(7)
    sink.fail(when)
    await fake.work(DAY / 4)
    // An hour later the row itself is gone, so no list brings it again.
    state.records = state.records.filter(({ id }) => id !== 'p00007')
    sink.fail(null)
    for (let run = 0; run < 84; run++) await fake.work(DAY / 4)
    expect((await fake.rows(id, EMPLOYEE)).find(({ id }) => id === 'p00007')).toMatchObject({ op: 'delete' })
    expect(sink.rows.get('p00007')).toBe('delete')
    expect([...sink.rows.values()].filter((op) => op === 'upsert')).toHaveLength(19)
    expect(await fake.problem(id, EMPLOYEE)).toBe(null)
  },
)

test('what the guard holds is never told to the sink as deleted, and is told once it is confirmed', async () => {
  const sink = copy()
  const { fake, mark } = world(sink, 120)
  const id = await fake.account('a')
  await fake.work()
  for (let place = 0; place < 100; place++) mark(place)
  for (let run = 0; run < 3; run++) await fake.work(DAY / 4)
  expect(await fake.problem(id, EMPLOYEE)).toBe('SYNC_MASS_DELETION')
  expect(sink.heard.filter((line) => line.startsWith('delete'))).toEqual([])
  const handle = await fake.integrations.forOrganization('org_a').account(id)
  await handle?.confirmDeletions(EMPLOYEE)
  await fake.work(DAY / 4)
  expect([...sink.rows.values()].filter((op) => op === 'delete')).toHaveLength(100)
})

test('deletions of one page come before the upserts of the next one', async () => {
  const sink = copy()
  const { fake, state, mark } = world(sink, 250, false)
  await fake.account('a')
  await fake.work()
  sink.heard.length = 0
  mark(50)
  for (const place of [51, 220])
    Object.assign(state.records[place] as object, { modified_at: new Date(fake.time.clock.now()).toISOString(), name: 'new' })
  await fake.work(8 * DAY)
  const order = (line: string) => sink.heard.indexOf(line)
  expect(order('upsert p00051')).toBeLessThan(order('delete p00050'))
  expect(order('delete p00050')).toBeLessThan(order('upsert p00220'))
})
