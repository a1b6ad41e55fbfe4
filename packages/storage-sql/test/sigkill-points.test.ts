import { isDeepStrictEqual } from 'node:util'
import type { Storage } from '@connect-integration/server/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPointWorld, MODELS, type PointWorld, readRows, SCENARIOS, type Scenario } from './fixtures/point-world.ts'
import type { Death } from './fixtures/points.ts'

// A process is killed at a point of its sync that has a name, at that moment and not some milliseconds around it; another one goes on
// from the file. In the end file and sink must be what they are when nobody is killed, to the number of each change.
// CONNECT_PROVE=1: at many passes of each point, and the second process is killed there too.
const PROVE = process.env.CONNECT_PROVE === '1'

/** Which pass of each point is its end: mostly one in the middle of a walk. */
const DEATHS: Record<Scenario, Record<string, number>> = {
  'first read': {
    'before schedule': 1,
    'after schedule': 1,
    'before SELECT accounts': 5,
    'before get': 3,
    'after get': 2,
    'before claim': 2,
    'before UPDATE accounts': 2,
    'after claim': 1,
    'in a pause': 6,
    'before renew': 2,
    'after renew': 2,
    'before account-details is fetched': 1,
    'after account-details was fetched': 1,
    'before sync-status is fetched': 1,
    'after sync-status was fetched': 1,
    'before a page is fetched': 3,
    'after a page was fetched': 4,
    'before the sink writes': 2,
    'while the sink writes': 3,
    'after the sink has written': 3,
    'before the commit of a page': 4,
    'before BEGIN': 4,
    'before SELECT models': 3,
    'before SELECT records': 4,
    'before INSERT models': 2,
    'before INSERT records': 150,
    'before UPDATE models': 3,
    'before COMMIT': 4,
    'after COMMIT': 4,
    'after the commit of a page': 5,
    'before the release': 1,
    'after the release': 1,
  },
  news: {
    'after a page was fetched': 2,
    'while the sink writes': 2,
    'before UPDATE records': 60,
    'before INSERT records': 20,
    'before COMMIT': 3,
    'after COMMIT': 3,
  },
  sweep: {
    'before SELECT missing': 3,
    'before DELETE seen': 2,
    'before INSERT seen': 4,
    'before DELETE missing': 1,
    'before the last commit of a sweep': 1,
    'before UPDATE records': 3,
    'before INSERT missing': 2,
    'after the last commit of a sweep': 1,
    'before changes': 1,
    'after changes': 1,
    'before the sink writes': 5,
    'while the sink writes': 5,
  },
}

/** Nothing of the sync has begun yet, or all of it is over. */
const OUTSIDE = ['list', 'migrate', 'close', 'PRAGMA', 'SELECT', 'SELECT schema'].flatMap((name) => [`before ${name}`, `after ${name}`])

let world: PointWorld
const undisturbed = new Map<Scenario, Awaited<ReturnType<typeof readThrough>>>()

beforeAll(async () => {
  world = await createPointWorld()
  for (const scenario of SCENARIOS) undisturbed.set(scenario, await readThrough(scenario, []))
})
afterAll(() => world?.close())

test('a process that nobody kills ends with what Merge has, in the file and in the sink', () => {
  for (const scenario of SCENARIOS) {
    const { end } = undisturbed.get(scenario)!
    for (const [index, model] of MODELS.entries()) {
      const truth = world.truth(scenario, model).filter((record) => record.remote_was_deleted !== true)
      const stored = end.rows[index]!.filter((row) => row.op === 'upsert').map((row) => JSON.parse(row.data) as { id: string })
      expect(truth.length).toBeGreaterThan(100)
      expect(isDeepStrictEqual(byId(stored), byId(truth as { id: string }[]))).toBe(true)
      for (const { id, op } of end.rows[index]!) expect(end.sunk.get(`${model} ${id}`)?.op).toBe(op)
    }
  }
})

test('every point that is passed has its death', () => {
  const passed = SCENARIOS.flatMap((scenario) => Object.keys(undisturbed.get(scenario)!.passed))
  const deadly = Object.values(DEATHS).flatMap((deaths) => Object.keys(deaths))
  expect([...new Set(passed)].filter((point) => !OUTSIDE.includes(point) && !deadly.includes(point))).toEqual([])
})

for (const scenario of SCENARIOS) {
  describe.concurrent(`killed in its ${scenario}`, () => {
    for (const [point, pass] of Object.entries(DEATHS[scenario])) {
      test(`${point} (pass ${pass})`, async () => {
        const deaths = PROVE ? passes(scenario, point).map((each) => [each, 1]) : [[pass]]
        for (const each of deaths) {
          const { end } = await readThrough(
            scenario,
            each.map((pass) => ({ point, pass })),
          )
          expect(isDeepStrictEqual(end, undisturbed.get(scenario)!.end), difference(end, undisturbed.get(scenario)!.end)).toBe(true)
        }
      })
    }
  })
}

/** One process after the other on the same file: each but the last, which is this one, is killed. */
async function readThrough(scenario: Scenario, deaths: readonly Death[]) {
  const place = world.place(scenario)
  for (const [index, death] of deaths.entries()) {
    // What the first has got past does not come again: then the second ends by itself.
    expect(['SIGKILL', index === 0 ? 'SIGKILL' : null]).toContain(await place.die(death))
    await place.open(expectWholePages)
  }
  const passed = await place.readUntilReady()
  return { passed, end: { rows: await place.open(readAll), sunk: place.sunk() } }
}

/** What atomic commits promise after any crash: the counts beside the rows are those of the rows, and no change is missing. */
async function expectWholePages(storage: Storage) {
  const account = await storage.get({ linkedAccountId: world.linkedAccountId })
  for (const model of MODELS) {
    const rows = await readRows(storage, account!.id, model)
    const { records = 0, seq = 0 } = account!.models[model] ?? {}
    expect({ records, seq }).toEqual({ records: rows.filter((row) => row.op === 'upsert').length, seq: rows.at(-1)?.seq ?? 0 })
  }
}

async function readAll(storage: Storage) {
  const account = await storage.get({ linkedAccountId: world.linkedAccountId })
  return Promise.all(MODELS.map((model) => readRows(storage, account!.id, model)))
}

/** Up to ten passes of a point, spread over all of them. */
function passes(scenario: Scenario, point: string): number[] {
  const count = undisturbed.get(scenario)!.passed[point] ?? 0
  const step = Math.max(1, count / 10)
  return Array.from({ length: Math.min(10, count) }, (_, index) => Math.floor(index * step) + 1)
}

type End = Awaited<ReturnType<typeof readThrough>>['end']

/** What a failing test says: numbers and ids, not the records. */
function difference(end: End, expected: End): string {
  const changes = end.rows.map((rows, index) => rows.filter((row) => !expected.rows[index]!.some((other) => isDeepStrictEqual(row, other))))
  const sunk = [...expected.sunk].filter(([id, change]) => !isDeepStrictEqual(change, end.sunk.get(id)))
  const named = changes.flat().map(({ seq, id, op }) => `${op} ${id} (${seq})`)
  const rows = `${end.rows.map(({ length }) => length)} rows instead of ${expected.rows.map(({ length }) => length)}`
  return `${rows}; different: ${named.join(', ') || 'none'}; different in the sink: ${sunk.map(([id]) => id).join(', ') || 'none'}`
}

function byId<Kept extends { id: string }>(records: readonly Kept[]): Map<string, Kept> {
  return new Map(records.map((record) => [record.id, record]))
}
