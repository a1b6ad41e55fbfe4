import { createRandom, type Random } from '../engine/random.ts'
import { FAULT_KINDS, HONEST_FAULTS } from '../faults/kinds.ts'
import { USUAL } from '../merge/dialect.ts'
import type { Ordering } from '../merge/list.ts'
import type { SyncRun } from '../merge/model.ts'
import type { WriteKind } from '../merge/rows.ts'
import { hasAfter, POINTS, type Point } from '../world/chaos.ts'
import { extend } from './extend.ts'
import { type Event, type Happening, type History, HOUR, MINUTE } from './history.ts'
import { imagine } from './imagine/imagine.ts'
import { type Pace, paceOf } from './pace.ts'

/** The history of that number. Numbers beside each other have nothing in common. */
export function generateHistory(seed: number): History {
  const random = createRandom(seed)
  const family = random.chance(0.6) ? 'plain' : 'sweep'
  const pace = paceOf(random)
  const hours = pace.least + pace.more * random.next() ** 3
  const models = MODELS.slice(0, random.pick([1, 1, 1, 1, 1, 2, 2, 3])).map((model) => ({
    ...model,
    ...listOf(random, family),
    pageSize: random.int(2, 12),
    offsetCutoff: 1_000,
    initial: firstSync(random, pace),
  }))
  const lookEvery = random.pick(pace.lookEvery) * MINUTE
  const slow = random.chance(0.15)
  const history = {
    seed,
    family,
    hours,
    models,
    sync: {
      lookEvery,
      idle: lookEvery * random.pick([1, 2]),
      sweepEvery: family === 'plain' ? 60 * 24 * HOUR : random.pick(pace.sweepEvery) * HOUR,
      earlyRead: random.chance(0.3),
    },
    sink: family === 'plain' && random.chance(0.3),
    originIds: random.pick(['many-per-category', 'one-per-category'] as const),
    workers: [0, 1].map(() => ({
      drive: random.chance(0.8) ? ('tick' as const) : ('run' as const),
      skew: random.int(-90_000, 90_000),
      restart: random.pick([1_000, 60_000, 10 * MINUTE]),
    })),
    // Seldom ahead of the workers': then they ask without a pause, which costs no record and much time here.
    storeSkew: random.chance(0.02) ? random.int(-90_000, 90_000) : -90_000,
    latency: { least: slow ? 2_000 : 40, merge: slow ? 20_000 : 400, store: random.chance(0.5) ? 0 : 60 },
    patient: random.chance(0.05),
    store: 'records' as const,
    massDeletion: 0.5,
    hold: null,
    examined: false,
    dialect: USUAL,
    reader: null,
    cron: null,
    profile: 'atomic' as const,
    linkedBy: 'exchange' as const,
    signed: false,
    ownCadence: false,
  } satisfies Omit<History, 'events'>
  const events = [...happenings(random, pace, history)].map(([at, happening]): Event => ({ at: Math.floor(at), ...happening }))
  return imagine(extend({ ...history, events: events.sort((one, other) => one.at - other.at) }))
}

const MODELS = [
  { name: 'hris.Employee', path: 'employees' },
  { name: 'hris.TimeOff', path: 'time-off' },
  { name: 'hris.Company', path: 'companies' },
] as const

/** Rows that keep their place among equals are what Merge documents; the rest is for the sweep. */
function listOf(random: Random, family: History['family']): { ordering: Ordering; ties: boolean; movingTies: boolean } {
  if (family === 'sweep')
    return {
      ordering: random.pick(['created_at', '-created_at', 'modified_at', '-modified_at']),
      ties: random.chance(0.6),
      movingTies: true,
    }
  const ordering = random.pick(['created_at', 'created_at', '-created_at', 'modified_at', '-modified_at'] as const)
  return { ordering, ties: ordering.endsWith('created_at') && random.chance(0.5), movingTies: false }
}

function firstSync(random: Random, pace: Pace): SyncRun {
  const rows = random.int(1, random.pick([6, 16, 32]))
  const writes = Array.from({ length: rows }, () => ({ at: random.next(), kind: 'create' as const, target: 0 }))
  return {
    queued: random.int(0, pace.first.queued),
    length: random.pick(pace.first.minutes) * MINUTE,
    result: random.chance(0.1) ? 'PARTIALLY_SYNCED' : 'DONE',
    commits: commits(random),
    writes: byTime(writes),
  }
}

type Timed = Generator<[at: number, Happening]>

function* happenings(random: Random, pace: Pace, history: Omit<History, 'events'>): Timed {
  const { hours, models, family } = history
  const sometime = (): number => random.next() * hours * HOUR
  for (const model of models.keys()) {
    yield* syncs(random, pace, history, model)
    yield* writes(random, pace, history, model, sometime)
    if (random.chance(0.08))
      yield [sometime(), { do: 'off', model, status: random.pick(['DISABLED', 'PAUSED']), length: random.int(10, 240) * MINUTE }]
  }
  for (let hints = random.int(0, 4); hints > 0; hints--) yield [sometime(), { do: 'webhook' }]
  if (random.chance(0.1)) yield [sometime(), { do: 'broken', length: random.int(5, 300) * MINUTE }]
  if (random.chance(0.1)) yield [sometime(), { do: 'relink' }]
  if (random.chance(0.15)) {
    yield [(0.3 + 0.7 * random.next()) * hours * HOUR, { do: 'delete', reconnect: random.chance(0.5) }]
    yield [0, { do: 'crash', worker: 0, point: 'purge', when: random.pick(['before', 'after']) }]
  }
  for (let lags = random.int(0, 2); lags > 0; lags--)
    yield [sometime(), { do: 'lag', milliseconds: random.int(100, 5_000), length: random.int(10, 300) * MINUTE }]
  if (random.chance(0.1)) yield [sometime(), { do: 'crowd', perMinute: random.int(1, 6), length: random.int(5, 60) * MINUTE }]
  yield* faults(random, pace, family, sometime)
  yield* accidents(random, history, sometime)
}

function* syncs(random: Random, pace: Pace, { hours, family }: Omit<History, 'events'>, model: number): Timed {
  const every = random.pick(pace.syncEvery) * HOUR
  for (let at = random.next() * every; at < hours * HOUR; at += every * (0.7 + 0.6 * random.next())) {
    const length = random.pick([1, 3, 10, 20]) * MINUTE
    const count = random.chance(0.3) ? 0 : random.int(1, 6)
    const writes = Array.from({ length: count }, () => ({ at: random.next(), kind: writeKind(random, family), target: random.int(0, 999) }))
    const result = random.pick(['DONE', 'DONE', 'DONE', 'DONE', 'PARTIALLY_SYNCED', 'FAILED'] as const)
    yield [
      at,
      { do: 'sync', model, run: { queued: random.int(0, 90_000), length, result, commits: commits(random), writes: byTime(writes) } },
    ]
    // Some words of it never come, some come late, some twice.
    for (let copies = random.pick([0, 1, 1, 2]); copies > 0; copies--) {
      const delay = random.chance(0.1) ? random.int(0, 120) * MINUTE : random.int(0, 20_000)
      yield [at + length + delay, { do: 'webhook' }]
    }
  }
}

function* writes(random: Random, pace: Pace, { family }: Omit<History, 'events'>, model: number, sometime: () => number): Timed {
  for (let left = random.int(0, pace.writes); left > 0; left--) {
    const delay = random.pick([0, 0, random.int(1, 2_000), random.int(60_000, 400_000)])
    const at = sometime()
    yield [at, { do: 'write', model, kind: writeKind(random, family), target: random.int(0, 999), delay }]
    // A webhook right after it finds it half written.
    if (random.chance(0.5)) yield [at + random.int(0, delay), { do: 'webhook' }]
  }
}

function* faults(random: Random, pace: Pace, family: History['family'], sometime: () => number): Timed {
  const share = random.pick([0, 0.03, 0.1, 0.3])
  // The last one is a lie that needs a page in the middle of a list, and so is wanted twice as often.
  const kinds = family === 'plain' ? HONEST_FAULTS : [...FAULT_KINDS, 'missing-next' as const]
  for (let left = Math.round(share * pace.faults); left > 0; ) {
    const burst = Math.min(left, random.pick([1, 1, 2, 5]))
    const at = sometime()
    for (let each = 0; each < burst; each++) yield [at, { do: 'fault', fault: random.pick(kinds), argument: random.next() }]
    left -= burst
  }
}

const STORE_POINTS: readonly Point[] = [
  'reserve',
  'get',
  'update',
  'list',
  'schedule',
  'claim',
  'renew',
  'commit',
  'release',
  'purge',
  'sink',
]
/** What every look passes, and so what is hit surely; the others are hit when they come by. */
const BUSY_POINTS: readonly Point[] = ['claim', 'commit', 'commit', 'commit', 'get', 'release', 'fetch']

function* accidents(random: Random, history: Omit<History, 'events'>, sometime: () => number): Timed {
  const who = (): { worker: number; when: 'before' | 'after' } => ({ worker: random.int(0, 1), when: random.pick(['before', 'after']) })
  for (let crashes = random.int(0, 5); crashes > 0; crashes--) {
    const point = random.pick(random.chance(0.5) ? POINTS : BUSY_POINTS)
    yield [sometime(), { do: 'crash', point, ...who(), ...(hasAfter(point) ? {} : { when: 'before' }) }]
  }
  // Points that are seldom passed: linking passes some, slow answers and a sink the others.
  if (random.chance(0.5))
    yield [0, { do: 'crash', ...who(), worker: 0, point: random.pick(['reserve', 'reserve', 'reserve', 'update', 'list', 'schedule']) }]
  if (history.latency.merge > 1_000) for (const worker of [0, 1]) yield [sometime(), { do: 'crash', ...who(), worker, point: 'renew' }]
  if (history.sink) for (const worker of [0, 1]) yield [sometime(), { do: 'crash', ...who(), worker, point: 'sink' }]
  for (let pauses = random.int(0, 3); pauses > 0; pauses--)
    yield [sometime(), { do: 'pause', ...who(), point: random.pick(BUSY_POINTS), length: random.int(2, 15) * MINUTE }]
  for (let failures = random.int(0, 3); failures > 0; failures--)
    yield [sometime(), { do: 'store-failure', ...who(), point: random.pick(STORE_POINTS) }]
  for (let stops = random.int(0, 2); stops > 0; stops--) yield [sometime(), { do: 'stop', worker: random.int(0, 1) }]
  if (random.chance(0.2)) yield [sometime(), { do: 'clock', worker: random.int(0, 1), skew: random.int(-90_000, 90_000) }]
}

function writeKind(random: Random, family: History['family']): WriteKind {
  const plain: WriteKind[] = ['update', 'update', 'update', 'create', 'create', 'delete', 'restore']
  return random.pick(family === 'plain' ? plain : [...plain, 'relation', 'delete-unstamped', 'vanish'])
}

/** At most two transactions before the last one. */
function commits(random: Random): number[] {
  return Array.from({ length: random.int(0, 2) }, () => random.next())
}

function byTime<T extends { at: number }>(writes: T[]): T[] {
  return writes.sort((one, other) => one.at - other.at)
}
