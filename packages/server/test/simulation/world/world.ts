import type { Storage } from '../../../src/storage/port.ts'
import { createRandom } from '../engine/random.ts'
import type { Timeline } from '../engine/timeline.ts'
import type { History } from '../history/history.ts'
import { createModel, type MergeModel, type SyncRun } from '../merge/model.ts'
import { createFakeMerge } from '../merge/server.ts'
import type { Happened } from '../trial/happened.ts'
import { type Counts, count, noCounts } from '../trial/outcome.ts'
import { led, type OpenedStorage } from '../trial/storage.ts'
import { createChaos, nameOf } from './chaos.ts'
import { type CompanyWatch, createCompanyWatch } from './company.ts'
import { createCustomer, ORGANIZATION } from './customer.ts'
import { living, type Stage } from './happen.ts'
import { createMail } from './mail.ts'
import { createMonitor, type Monitor } from './monitor.ts'
import { createNetwork, type Wiretap } from './network.ts'
import { createOperator } from './operator.ts'
import { createReader, type Reader } from './reader.ts'
import { createRefusedRecords } from './refused-records.ts'
import { createSinkCopy } from './sink-copy.ts'
import { createWorkers } from './workers.ts'

export interface Tampering extends Wiretap {
  /** Another store in place of the right one. */
  storage?: (inner: Storage) => Storage
  /** Told what happens, line by line. */
  trace?: (line: string) => void
}

/** A slice, what may still be under way at its end, and what store and sink need to put it down. */
const LONGEST_LOOK = 95_000

export const START = Date.UTC(2026, 0, 5, 9)

/** Everything that one history needs, put together and not begun. */
export interface World extends Stage {
  history: History
  counts: Counts
  storage: Storage
  monitor: Monitor
  reader: Reader | null
  trace: (line: string) => void
  /** Whether anything was stored since the last call. */
  takeCommitted(): boolean
  /** A record as the store has it by its feed: its text while it lives, `null` once it is deleted; of a store of versions, its age. */
  kept(accountId: string): (model: string, id: string) => string | null | undefined
  /** What went wrong on the way. */
  breaks(): string[]
}

/** What the store's clock shows; it can be set. */
export interface StoreClock {
  now(): number
  step(milliseconds: number): void
}

export function createStoreClock(history: History, timeline: Timeline): StoreClock {
  let ahead = history.storeSkew
  return {
    now: () => timeline.now() + ahead,
    step(milliseconds) {
      ahead += milliseconds
    },
  }
}

export function createWorld(
  history: History,
  tampering: Tampering,
  timeline: Timeline,
  storeClock: StoreClock,
  opened: OpenedStorage,
): World {
  const counts = noCounts()
  const happened = (what: Happened): void => count(counts.happened, what)
  const random = createRandom(history.seed ^ 0x5eed)
  const trace = (line: string): void => tampering.trace?.(`${new Date(timeline.now()).toISOString()} ${line}`)
  const chaos = createChaos()
  const resyncs: SyncRun[] = []
  const broken = new Set<string>()
  const merge = createFakeMerge({
    timeline,
    random: random.next,
    dialect: history.dialect,
    note: happened,
    createModels: () => createModels(history, timeline, () => random.int(0, 999)),
    onResync(account) {
      const run = resyncs.shift()
      if (run !== undefined) for (const model of account.models) model.run(run)
    },
  })
  const refused = createRefusedRecords(() => happened('record refused by the store'))
  const right = refused.around(led(opened, timeline))
  const storage = tampering.storage?.(right) ?? right
  const sink = createSinkCopy({ note: happened, now: timeline.now })
  let committed = true
  let company: CompanyWatch | undefined
  // What webhooks brought is asked for ahead of a look, with the patience of a link.
  const asksBefore = history.signed || history.linkedBy === 'webhook'
  const monitor = createMonitor({
    storage,
    onCommit() {
      committed = true
    },
    now: timeline.now,
    onChange: (...change) => company?.onChange(...change),
    onLooked(length) {
      if (!asksBefore && length > LONGEST_LOOK) broken.add(`a look had its account for ${length} ms`)
    },
    onHeld({ accountId, model }) {
      for (const [id, { op }] of monitor.copy(accountId, model))
        if (op === 'upsert' && sink.kept(accountId, model, id) === null)
          broken.add(`in the sink: ${model} ${id} is deleted, and the store holds that deletion`)
    },
  })
  const network = createNetwork({
    merge,
    random,
    now: timeline.now,
    latency: history.latency,
    wiretap: tampering,
    onFault: (kind, by) => count(counts.faults, kind, by),
    onRequest: (line) => tampering.trace && trace(line()),
  })
  const workers = createWorkers({
    history,
    timeline,
    random,
    chaos,
    monitor,
    network,
    sink,
    happened,
    note(what, point, when) {
      const name = nameOf(point, when)
      if (what === 'crash') count(counts.crashes, name)
      else if (what === 'pause') counts.pauses++
      else count(counts.storeFailures, name)
      trace(`${what} at ${name}`)
    },
    async dueIn() {
      const { accounts } = await storage.list({ organizationId: ORGANIZATION, limit: 20 })
      const dues = accounts.flatMap(({ due }) => due ?? [])
      return dues.length === 0 ? null : Math.min(...dues) - storeClock.now()
    },
    onStart(integrations) {
      integrations.on('account.other_company', ({ accountId }) => company?.onTold(accountId))
      integrations.on('sync.looked', ({ ready, accountId }) => {
        const isTheirs = accountId === customer.connected.at(-1) && !customer.isBusy
        const early =
          ready && isTheirs && !isHurried(history) ? (living(merge)?.models ?? []).find((model) => !model.mayBeReady) : undefined
        if (early !== undefined) broken.add(`${early.settings.name} was called ready before Merge had read it once`)
      })
    },
  })
  const mail = createMail({ timeline, workers, note: happened })
  const customer = createCustomer({
    history,
    timeline,
    merge,
    workers,
    mail,
    note: happened,
    onRelease(id) {
      for (const { name } of history.models) if (monitor.copy(id, name).size > 0) broken.add(`${name} was read while the account was held`)
    },
  })
  const kept = (accountId: string) => keptBy(monitor, accountId)
  const operator = createOperator({
    timeline,
    customer,
    limit: history.massDeletion,
    isLive: (...record) => typeof kept(customer.connected.at(-1) ?? '')(...record) === 'string',
    isDeleted(...record) {
      const id = customer.connected.at(-1) ?? ''
      return kept(id)(...record) === null || (history.sink && sink.kept(id, ...record) === null)
    },
    note: happened,
  })
  company = createCompanyWatch({
    timeline,
    customer,
    instances: history.dialect.instances,
    stored: (accountId, model) => [...monitor.copy(accountId, model)].flatMap(([id, { op }]) => (op === 'upsert' ? [id] : [])),
    living: () => living(merge),
    note: happened,
    hush() {
      merge.lag = 0
    },
  })
  const reader =
    history.reader === null
      ? null
      : createReader({
          timeline,
          customer,
          models: history.models,
          settings: history.reader,
          written: () => monitor.written,
          note: happened,
        })
  return {
    history,
    counts,
    timeline,
    merge,
    network,
    chaos,
    workers,
    customer,
    operator,
    company,
    mail: history.signed ? mail : null,
    sink,
    refused,
    resyncs,
    happened,
    stepStore: storeClock.step,
    storage,
    monitor,
    reader,
    trace,
    kept,
    takeCommitted() {
      const before = committed
      committed = false
      return before
    },
    breaks: () => [
      ...broken,
      ...monitor.breaks,
      ...network.breaks,
      ...operator.breaks(),
      ...(company?.breaks() ?? []),
      ...(reader?.breaks ?? []),
    ],
  }
}

/** A store's clock that is set ends the wait for Merge's first word on a model at once; nothing is lost by that. */
function isHurried({ dialect, events }: History): boolean {
  return dialect.atFirst !== null && events.some((event) => event.do === 'step' && event.clock === 'store')
}

function createModels(history: History, timeline: Timeline, microseconds: () => number): MergeModel[] {
  return history.models.map(({ initial, ...settings }, index) => {
    const starts = history.dialect.announces
      ? history.events.flatMap((event) => (event.do === 'sync' && event.model === index ? [START + event.at] : []))
      : []
    const model = createModel(settings, timeline, microseconds, starts)
    model.run(initial)
    return model
  })
}

function keptBy(monitor: Monitor, accountId: string) {
  return (model: string, id: string): string | null | undefined => {
    const change = monitor.copy(accountId, model).get(id)
    if (change === undefined || change.op === 'delete') return change && null
    return change.data === 'null' ? String(change.modifiedAt) : change.data
  }
}
