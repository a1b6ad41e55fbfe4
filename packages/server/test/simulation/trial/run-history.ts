import type { Storage } from '../../../src/storage/port.ts'
import { createRandom } from '../engine/random.ts'
import { createTimeline, type Timeline } from '../engine/timeline.ts'
import { type History, HOUR, MINUTE } from '../history/history.ts'
import type { SyncRun } from '../merge/model.ts'
import { createModel, type MergeModel } from '../merge/model.ts'
import { createFakeMerge } from '../merge/server.ts'
import { createChaos } from '../world/chaos.ts'
import { createCustomer, ORGANIZATION } from '../world/customer.ts'
import { calm, happen, living, type Stage } from '../world/happen.ts'
import { createMonitor, type Monitor } from '../world/monitor.ts'
import { createNetwork, type Wiretap } from '../world/network.ts'
import { createOperator } from '../world/operator.ts'
import { createSinkCopy } from '../world/sink-copy.ts'
import { createWorkers } from '../world/workers.ts'
import { examine } from './examine.ts'
import { inspect } from './inspect.ts'
import { count, noCounts, type Outcome, type Problem } from './outcome.ts'
import { inMemory, led, type OpenStorage } from './storage.ts'
import { compare, liveRecords, stampOf } from './verdict.ts'

export interface Tampering extends Wiretap {
  /** Another store in place of the right one. */
  storage?: (inner: Storage) => Storage
  /** Told what happens, line by line. */
  trace?: (line: string) => void
}

export const START = Date.UTC(2026, 0, 5, 9)
/** How long a sync of Merge's may still go on when everything else has ended. */
const LAST_SYNC = 50 * MINUTE
/** The longest back-off after failures, and some. */
const LONGEST_BACKOFF = 7 * HOUR

/**
 * Runs one history on the SDK with its two workers. When its hours are over everything goes quiet, and the workers have a bounded
 * time to make their copy equal to what Merge has. The same history gives the same outcome, to the last request, on each kind of store.
 */
export async function runHistory(history: History, tampering: Tampering = {}, open: OpenStorage = inMemory): Promise<Outcome> {
  const counts = noCounts()
  const random = createRandom(history.seed ^ 0x5eed)
  const timeline = createTimeline(START)
  const trace = (line: string): void => tampering.trace?.(`${new Date(timeline.now()).toISOString()} ${line}`)
  const chaos = createChaos()
  const resyncs: SyncRun[] = []
  const merge = createFakeMerge({
    timeline,
    random: random.next,
    createModels: () => createModels(history, timeline, () => random.int(0, 999)),
    onResync(account) {
      const run = resyncs.shift()
      if (run !== undefined) for (const model of account.models) model.run(run)
    },
  })
  const storeClock = { now: () => timeline.now() + history.storeSkew }
  const opened = await open(storeClock)
  const right = led(opened, timeline)
  const storage = tampering.storage?.(right) ?? right
  let committed = true
  const monitor = createMonitor(storage, () => {
    committed = true
  })
  const network = createNetwork({
    merge,
    random,
    now: timeline.now,
    latency: history.latency.merge,
    wiretap: tampering,
    onFault: (kind, by) => count(counts.faults, kind, by),
    onRequest: (line) => tampering.trace && trace(line()),
  })
  const sink = createSinkCopy()
  const workers = createWorkers({
    history,
    timeline,
    random,
    chaos,
    monitor,
    network,
    sink,
    note(what, point, when) {
      const name = point === 'body' || point === 'sleep' ? point : `${point}:${when}`
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
  })
  const tooEarly: string[] = []
  const customer = createCustomer({
    timeline,
    merge,
    workers,
    hold: history.hold,
    onRelease(id) {
      for (const { name } of history.models)
        if (monitor.copy(id, name).size > 0) tooEarly.push(`${name} was read while the account was held`)
    },
  })
  const operator = createOperator({
    timeline,
    customer,
    limit: history.massDeletion,
    isLive: (...record) => typeof keptBy(history, monitor, customer.connected.at(-1) ?? '')(...record) === 'string',
    isDeleted(...record) {
      const id = customer.connected.at(-1) ?? ''
      return keptBy(history, monitor, id)(...record) === null || (history.sink && sink.kept(id, ...record) === null)
    },
  })
  const stage: Stage = { timeline, merge, network, chaos, workers, customer, operator, resyncs }

  void customer.connect()
  for (const event of history.events) {
    timeline.at(START + event.at, () => {
      if (event.do !== 'fault') trace(JSON.stringify(event))
      happen(stage, event)
    })
  }
  const end = START + Math.ceil(history.hours * HOUR)
  const quiet = end + LAST_SYNC
  for (const moment of [end, end + LAST_SYNC / 2]) timeline.at(moment, () => calm(stage))
  const limit = quiet + LONGEST_BACKOFF + 2 * (history.sync.lookEvery + history.sync.idle) + sweepTime(history)

  const differences = (): Problem[] => {
    const account = living(merge)
    const id = customer.connected.at(-1) ?? ''
    if (account === undefined || customer.disconnected.has(id)) return []
    const inSink = history.sink ? compare(account, (...record) => sink.kept(id, ...record)) : []
    const inStore = compare(account, keptBy(history, monitor, id), history.store === 'versions' ? stampOf : undefined)
    return [...inStore, ...inSink.map(({ kind, what }) => ({ kind, what: `in the sink: ${what}` }))]
  }
  const problems: Problem[] = []
  let finished = false
  let judging = false
  const judge = (): Promise<Problem[]> => inspect(storage, history, merge, customer, monitor)
  /** Looks, after everything went quiet and something was stored, whether all is as it should be. */
  const settled = (): boolean => {
    if (timeline.now() >= limit || finished) return true
    if (history.patient || timeline.now() < quiet || !committed || judging || customer.isBusy || !workers.areIdle) return false
    committed = false
    if (differences().length > 0) return false
    judging = true
    void judge().then((found) => {
      finished = found.length === 0
      judging = false
    })
    return false
  }
  // A history that reaches its limit is judged as it stands then.
  timeline.at(limit, () => {})
  await timeline.run(settled, limit + HOUR).catch((error: Error) => problems.push({ kind: 'stuck', what: error.message }))
  problems.push(...differences(), ...(await judge()))
  const examined = problems.length === 0 && history.examined ? living(merge) : undefined
  if (examined !== undefined && !customer.disconnected.has(customer.connected.at(-1) ?? '')) {
    let wrong: string[] | undefined
    const accountId = customer.connected.at(-1) ?? ''
    void examine({ merge, account: examined, accountId, storage, workers, onDeed: (deed) => count(counts.deeds, deed) }).then(
      (found) => {
        wrong = found
      },
      (error: unknown) => {
        wrong = [`verify or audit failed: ${error}`]
      },
    )
    await timeline
      .run(() => wrong !== undefined, timeline.now() + HOUR)
      .catch((error: Error) => problems.push({ kind: 'stuck', what: error.message }))
    for (const what of wrong ?? []) problems.push({ kind: 'broken', what })
  }
  for (const what of customer.complaints) problems.push({ kind: 'stuck', what })
  for (const what of [...monitor.breaks, ...network.breaks, ...operator.breaks(), ...tooEarly]) problems.push({ kind: 'broken', what })

  await opened.close()

  const account = living(merge)
  Object.assign(counts, {
    histories: 1,
    wrong: problems.length > 0 ? 1 : 0,
    hours: (timeline.now() - START) / HOUR,
    requests: network.requests,
    commits: monitor.commits,
    records: account === undefined ? 0 : liveRecords(account),
    steals: monitor.steals,
    takeovers: monitor.takeovers,
    fenced: monitor.fenced,
    deletions: monitor.purges,
    addressBlocks: merge.limits.blocks,
  })
  const { rebuild = 0, release = 0 } = customer.deeds
  Object.assign(counts.deeds, { rebuild, release, resync: merge.resyncs, 'mass deletion held and confirmed': operator.confirmed })
  if (history.store === 'versions') count(counts.deeds, 'history with a store of versions')
  for (const { kind } of problems) count(counts.problems, kind)
  return { seed: history.seed, problems, counts }
}

function createModels(history: History, timeline: Timeline, microseconds: () => number): MergeModel[] {
  return history.models.map(({ initial, ...settings }) => {
    const model = createModel(settings, timeline, microseconds)
    model.run(initial)
    return model
  })
}

/** A store of versions that has more than the age of a record is not as old as anything. */
function keptBy(history: History, monitor: Monitor, accountId: string) {
  return (model: string, id: string): string | null | undefined => {
    const change = monitor.copy(accountId, model).get(id)
    if (change === undefined || change.op === 'delete') return change && null
    return history.store === 'versions' && change.data === 'null' ? String(change.modifiedAt) : change.data
  }
}

/**
 * Two sweeps in a row find out what has vanished, and a third one may have been under way. One that met a list which repeats itself is tried
 * again a day later; so is a rebuild.
 */
function sweepTime({ family, sync, events }: History): number {
  const loops = events.some((event) => event.do === 'fault' && event.fault === 'repeated-cursor')
  const again = loops && (family === 'sweep' || events.some((event) => event.do === 'rebuild')) ? 25 * HOUR : 0
  return again + (family === 'plain' ? 0 : 3 * sync.sweepEvery + 4 * sync.lookEvery)
}
