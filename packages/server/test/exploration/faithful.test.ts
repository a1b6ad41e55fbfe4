import { expect, test } from 'vitest'
import { findModel } from '../../src/merge/model-table.ts'
import type { Claim, Storage } from '../../src/storage/port.ts'
import type { SyncContext } from '../../src/sync/context.ts'
import { lookAtAccount } from '../../src/sync/look-at-account.ts'
import { steady } from '../../src/system.ts'
import { ACCOUNT_ID, MODEL } from './names.ts'
import { listPage, newSource, type SourceOptions, sourceSteps, syncStatus, wireRecord } from './source.ts'
import { createStore, openMemoryStorage, putBack, takeContent, textOf } from './store.ts'
import { CHANGES } from './table.ts'
import { IDLE, REAL, type Step, type Worker, workerSteps } from './worker.ts'

// What the exploration stands on: its worker does what the real one does, and a state of the adapter that is put back is that state.

/** In which of its operations a look is interrupted: by a change at the source (bits), or by the death of the process. */
const SCHEDULES = Array.from({ length: 4 * 256 }, (_, number) => ({ moves: number % 256, death: [99, 1, 3, 5][Math.floor(number / 256)]! }))
const LOOKS = 3
const SOURCES: [name: string, SourceOptions, sweepEveryMs: number][] = [
  ['changes', { changes: CHANGES }, Number.POSITIVE_INFINITY],
  ['changes in syncs', { changes: CHANGES.slice(1), inSyncs: true }, Number.POSITIVE_INFINITY],
  ['a record without its stamp', { changes: [['change a'], ['change a'], ['change b']], losesStamp: 'a' }, Number.POSITIVE_INFINITY],
  ['sweeps', { changes: [['vanish a'], ['change b'], ['create a']] }, 0],
]

for (const [name, source, sweepEveryMs] of SOURCES) {
  test(`the explored look asks for what the real look asks for, in the same order: ${name}`, async () => {
    const seen = new Set<string>()
    for (const schedule of SCHEDULES) {
      const [real, explored] = [await realLooks(schedule, source, sweepEveryMs), await exploredLooks(schedule, source, sweepEveryMs)]
      expect(explored, JSON.stringify(schedule)).toEqual(real)
      seen.add(real.join('\n'))
    }
    expect(seen.size).toBeGreaterThan(100)
  })
}

test('a state that is put back goes on like the state that was walked to', async () => {
  for (let number = 1; number <= 300; number++) {
    const walked = await openMemoryStorage()
    const other = await openMemoryStorage()
    for (const operation of operations(number)) {
      putBack(other.internals, takeContent(walked.internals))
      expect(await operation(other.storage)).toEqual(await operation(walked.storage))
      expect(textOf(other.internals.rows)).toBe(textOf(walked.internals.rows))
    }
  }
})

type Schedule = (typeof SCHEDULES)[number]

/** The source, moving on and dying by schedule; and a list of what was asked of it and of the store. */
function world({ moves, death }: Schedule, options: SourceOptions) {
  const asked: string[] = []
  let source = newSource(options)
  let operation = 0
  let dead = false
  return {
    asked,
    source: () => source,
    /** False: the process dies here. */
    before(): boolean {
      if (dead) return false
      if ((moves >> (operation % 8)) & 1) source = sourceSteps(source, options)[0]?.source ?? source
      dead = operation === death
      operation += 1
      return !dead
    },
    revive() {
      dead = false
    },
    /** What the records depend on beside the source is the same here throughout, and spelled differently. */
    ask(what: NonNullable<Step['asks']>) {
      if ('list' in what) return asked.push(`fetch ${what.list.after} ${what.list.cursor}`)
      const { fence, records, sweep, checkpoint } = what.commit
      return asked.push(`commit ${JSON.stringify({ fence, records, sweep, checkpoint: { ...JSON.parse(checkpoint!), fingerprint: '' } })}`)
    },
  }
}

async function realLooks(schedule: Schedule, options: SourceOptions, sweepEveryMs: number): Promise<string[]> {
  const { asked, source, before, revive, ask } = world(schedule, options)
  const { storage, internals } = await openMemoryStorage()
  const live = () => {
    if (!before()) throw new Error('killed')
  }
  const watched: Storage = {
    ...storage,
    async commit(page) {
      if (page.model === MODEL) {
        live()
        ask({ commit: page })
      }
      return storage.commit(page)
    },
  }
  const gateway = {
    accountDetails: async () => ({ status: 'COMPLETE' }),
    findLinkedAccount: async () => null,
    async syncStatus() {
      live()
      return { date: source().now, models: [syncStatus(source())] }
    },
    async listPage(_row: unknown, _token: unknown, { after, cursor }: { after: number | null; cursor: string | null }) {
      live()
      ask({ list: { after, cursor } })
      const [page] = listPage(source(), { after, cursor })
      return { next: page!.next, records: page!.records.map(wireRecord) }
    },
  }
  const context = contextOf(watched, gateway, steady({ now: () => source().now }), sweepEveryMs)
  for (let look = 0; look < LOOKS; look++) {
    await storage.schedule(ACCOUNT_ID, 0)
    internals.time.now = 1
    const [claim] = await storage.claim({ owner: 'worker', leaseMs: 0, limit: 1, accountId: ACCOUNT_ID })
    internals.time.now = 0
    await lookAtAccount(context, claim as Claim, { ...FOREVER, now: () => source().now }).catch((error: Error) => {
      if (error.message !== 'killed') throw error
      revive()
    })
  }
  return asked
}

async function exploredLooks(schedule: Schedule, options: SourceOptions, sweepEveryMs: number): Promise<string[]> {
  const { asked, source, before, revive, ask } = world(schedule, options)
  const rules = { ...REAL, sweepEveryMs }
  const store = await createStore()
  let state = store.first
  for (let look = 0; look < LOOKS; look++) {
    let worker: Worker = IDLE
    do {
      const next = async () => ((await workerSteps(rules, store, { state, source: source(), worker })) as [Step])[0]
      const wanted = await next()
      // Claiming and releasing are no moments of the schedule.
      const alive = worker.at === 'idle' || worker.at === 'read' || before()
      // What a commit brings is settled when it is sent.
      const step = wanted.asks && 'commit' in wanted.asks ? wanted : await next()
      if (!alive) {
        revive()
        break
      }
      if (step.asks) ask(step.asks)
      state = step.state
      worker = step.worker
    } while (worker.at !== 'idle')
  }
  return asked
}

const FOREVER = {
  signal: new AbortController().signal,
  until: Number.POSITIVE_INFINITY,
  lease: { lost: new AbortController().signal, keep: async () => true, end: async () => {} },
}

function contextOf(storage: Storage, gateway: object, clock: SyncContext['clock'], sweepEveryMs: number): SyncContext {
  const nothing = () => {}
  return {
    storage,
    gateway: gateway as SyncContext['gateway'],
    vault: { open: async () => ({}) } as unknown as SyncContext['vault'],
    clock,
    // Nothing takes so long that it would be ended or the lease renewed.
    sleep: (ms) => (ms > 60_000 ? new Promise(() => {}) : Promise.resolve()),
    random: () => 0.5,
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    events: nothing,
    reportHealth: async () => {},
    wishes: () => ({ relinks: 0, rebuilds: {}, confirmedDeletions: {}, companies: 0, confirmedRelink: 0 }),
    settings: {
      plan: 'launch',
      models: [findModel(MODEL)!],
      omit: {},
      sink: undefined,
      store: 'records',
      massDeletion: false,
      earlyRead: false,
      sweepEveryMs,
      lookEveryMs: null,
      idleMs: Number.POSITIVE_INFINITY,
      leaseMs: Number.POSITIVE_INFINITY,
      sliceMs: Number.POSITIVE_INFINITY,
      graceMs: Number.POSITIVE_INFINITY,
    },
  }
}

/** Twelve calls of the port, drawn from a number; whether they make sense does not matter. */
function operations(number: number): ((storage: Storage) => Promise<unknown>)[] {
  let state = number
  const draw = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  return Array.from({ length: 12 }, () => {
    const [kind, fence, id, version, sweep] = [draw(8), 1 + draw(3), 'abc'[draw(3)]!, draw(4), draw(3)]
    if (kind === 0) return (storage) => storage.claim({ owner: 'worker', leaseMs: 0, limit: 1, accountId: ACCOUNT_ID })
    if (kind === 1) return (storage) => storage.renew(ACCOUNT_ID, fence, 0)
    if (kind === 2 && draw(4) === 0) return (storage) => storage.purge(ACCOUNT_ID)
    const data = JSON.stringify({ version })
    const record = { id, generation: 0, modifiedAt: version, page: sweep, deleted: version === 3, hash: data, data }
    const marks = sweep === 0 ? {} : { sweep: { number: sweep, ...(draw(2) === 0 ? { retire: { olderThan: 9 } } : {}) } }
    return (storage) =>
      storage.commit({ accountId: ACCOUNT_ID, fence, model: MODEL, records: [record], checkpoint: String(version), ...marks })
  })
}
