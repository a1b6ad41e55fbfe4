import { describe, expect, test } from 'vitest'
import 'ky'
import { createTimeline } from './engine/timeline.ts'
import { generateHistory } from './history/generate.ts'
import { cutPage, listRows, type Ordering } from './merge/list.ts'
import { createTable } from './merge/rows.ts'
import { runMany } from './trial/many.ts'
import { addCounts, noCounts } from './trial/outcome.ts'
import { neglected } from './trial/report.ts'
import { runHistory } from './trial/run-history.ts'
import { shrink } from './trial/shrink.ts'

const SETTINGS = { ordering: 'created_at' as Ordering, pageSize: 3, movingTies: false, offsetCutoff: 1_000 }
const ALL = { modifiedAfter: null, modifiedBefore: null, includeDeleted: true }

/** A table of so many rows, the first `tied` of which share a stamp. */
function table(rows: number, tied = 0) {
  const made = createTable('row', { ties: true })
  for (let index = 0; index < rows; index++)
    made.write('create', 0, { now: 0, visibleAt: 0, stamp: 1_000_000 + (index < tied ? 0 : index) })
  return made
}

/** Ids page by page, at most 50 pages. */
function walk(rows: ReturnType<typeof table>['rows'], settings: Partial<typeof SETTINGS>, between = () => {}): string[] {
  const ids: string[] = []
  let cursor: string | null = null
  for (let page = 0; page < 50; page++) {
    const answer = listRows(rows, { ...ALL, cursor }, { ...SETTINGS, ...settings }, 1_000)
    if (answer === 'invalid cursor') throw new Error(answer)
    ids.push(...answer.results.map((text) => JSON.parse(text).id))
    if (answer.next === null) break
    cursor = answer.next
    between()
  }
  return ids
}

describe("the fake's lists", () => {
  test.each(['created_at', '-created_at', 'modified_at', '-modified_at'] as const)(
    'deliver every row once, by %s, ties or none',
    (ordering) => {
      for (const tied of [0, 2, 7, 11]) {
        const { rows } = table(11, tied)
        const ids = walk(rows, { ordering })
        expect(ids.toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
      }
    },
  )

  test('repeat a cursor for ever where more rows are tied than the offset may skip', () => {
    expect(walk(table(9, 9).rows, { offsetCutoff: 4 }).length).toBeGreaterThan(100)
  })

  test('lose a row that nobody touched when one of its ties is moved between two pages', () => {
    const made = table(6, 6)
    let moved = false
    const ids = walk(made.rows, { movingTies: true }, () => {
      if (!moved) made.write('update', 0, { now: 1, visibleAt: 1, stamp: 2_000_000 })
      moved = true
    })
    expect(new Set(ids).size).toBe(5)
  })

  test('refuse a cursor that is none', () => {
    const query = { ...ALL, cursor: 'https://elsewhere.test/?cursor=cD0x' }
    expect(listRows(table(3).rows, query, SETTINGS, 1_000)).toBe('invalid cursor')
  })

  test('end with a page that is exactly full', () => {
    const items = [1, 2, 3].map((key) => ({ key }))
    expect(cutPage(items, { offset: 0, position: null }, SETTINGS)).toEqual({ items, next: null })
  })
})

describe('virtual time', () => {
  test('stands still while something real is under way, and lets only one such thing go on at a time', async () => {
    const timeline = createTimeline(0)
    const told: string[] = []
    const turns = (count: number): Promise<void> =>
      count === 0 ? Promise.resolve() : new Promise((resolve) => void setImmediate(resolve)).then(() => turns(count - 1))
    const real = (name: string, length: number) =>
      timeline.real(async () => {
        told.push(`${name} begins at ${timeline.now()}`)
        await turns(length)
        told.push(`${name} ends at ${timeline.now()}`)
      })
    timeline.at(
      10,
      () => void Promise.all([real('long', 20), real('short', 1), timeline.real(() => Promise.reject(new Error('no')))]).catch(() => {}),
    )
    timeline.at(11, () => void real('late', 3))
    timeline.at(12, () => {})
    await timeline.run(() => timeline.now() === 12, 12)
    expect(told).toEqual([
      'long begins at 10',
      'long ends at 10',
      'short begins at 10',
      'short ends at 10',
      'late begins at 11',
      'late ends at 11',
    ])
  })

  test('runs timers in order, without those that were cancelled, and stands still at the limit', async () => {
    const timeline = createTimeline(0)
    const fired: number[] = []
    for (const time of [50, 10, 30, 20, 40]) timeline.at(time, () => fired.push(timeline.now()))
    timeline.at(25, () => fired.push(-1)).cancel()
    await expect(timeline.run(() => false, 40)).rejects.toThrow('The time that was allowed is over.')
    expect(fired).toEqual([10, 20, 30, 40])
  })

  test('says so when nothing can happen any more', async () => {
    await expect(createTimeline(0).run(() => false, 1)).rejects.toThrow('no timer is left')
  })
})

test('a history runs the same way every time, to the last request', async () => {
  for (const seed of [4, 10, 28]) {
    const told = await Promise.all(
      [0, 1].map(async () => {
        const lines: string[] = []
        const outcome = await runHistory(generateHistory(seed), { trace: (line) => void lines.push(line) })
        return JSON.stringify([lines, outcome])
      }),
    )
    expect(told[0]).toBe(told[1])
  }
})

test("the lighter classes of fetch change no history's end", async () => {
  const [light, own] = await Promise.all(
    (['light', 'own'] as const).map((platform) => runMany({ first: 5_000_000, count: 100, threads: 1, platform })),
  )
  expect(light?.counts.histories).toBe(100)
  expect(light).toEqual(own)
})

test('a failing history is cut down to what makes it fail', async () => {
  const history = generateHistory(28)
  const essential = [history.events[3], history.events.at(-2)]
  const shrunk = await shrink(history, async ({ seed, events }) => ({
    seed,
    counts: noCounts(),
    problems: essential.every((event) => event !== undefined && events.includes(event)) ? [{ kind: 'missing', what: 'it' }] : [],
  }))
  expect(shrunk.events).toEqual(essential)
})

test('a report names what was not tried often enough', () => {
  const counts = noCounts()
  expect(neglected(counts)).toContain('fault missing-next: 0 times')
  addCounts(counts, { ...noCounts(), faults: { 'missing-next': 60 } })
  addCounts(counts, { ...noCounts(), faults: { 'missing-next': 40 } })
  expect(neglected(counts).join()).not.toContain('missing-next')
})
