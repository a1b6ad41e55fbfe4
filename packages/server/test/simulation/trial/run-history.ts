import { memoryStorage } from '../../../src/storage/memory.ts'
import type { Storage } from '../../../src/storage/port.ts'
import { createRandom } from '../engine/random.ts'
import { createTimeline, type Timeline } from '../engine/timeline.ts'
import { type History, HOUR, MINUTE } from '../history/history.ts'
import { createModel, type MergeModel } from '../merge/model.ts'
import { createFakeMerge } from '../merge/server.ts'
import { createChaos } from '../world/chaos.ts'
import { createCustomer, ORGANIZATION } from '../world/customer.ts'
import { calm, happen, living, type Stage } from '../world/happen.ts'
import { createMonitor, type Monitor } from '../world/monitor.ts'
import { createNetwork, type Wiretap } from '../world/network.ts'
import { createSinkCopy } from '../world/sink-copy.ts'
import { createWorkers } from '../world/workers.ts'
import { inspect } from './inspect.ts'
import { count, noCounts, type Outcome, type Problem } from './outcome.ts'
import { compare, liveRecords } from './verdict.ts'

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
 * time to make their copy equal to what Merge has. The same history gives the same outcome, to the last request.
 */
export async function runHistory(history: History, tampering: Tampering = {}): Promise<Outcome> {
  const counts = noCounts()
  const random = createRandom(history.seed ^ 0x5eed)
  const timeline = createTimeline(START)
  const trace = (line: string): void => tampering.trace?.(`${new Date(timeline.now()).toISOString()} ${line}`)
  const chaos = createChaos()
  const merge = createFakeMerge({
    timeline,
    random: random.next,
    createModels: () => createModels(history, timeline, () => random.int(0, 999)),
  })
  const storeClock = { now: () => timeline.now() + history.storeSkew }
  const right = memoryStorage({ clock: storeClock })
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
  const customer = createCustomer({ timeline, merge, workers })
  const stage: Stage = { timeline, merge, network, chaos, workers, customer }

  void customer.connect()
  for (const event of history.events) {
    timeline.at(START + event.at, () => {
      if (event.do !== 'fault') trace(JSON.stringify(event))
      happen(stage, event)
    })
  }
  const end = START + history.hours * HOUR
  const quiet = end + LAST_SYNC
  for (const moment of [end, end + LAST_SYNC / 2]) timeline.at(moment, () => calm(stage))
  const limit = quiet + LONGEST_BACKOFF + 2 * (history.sync.lookEvery + history.sync.idle) + sweepTime(history)

  const differences = (): Problem[] => {
    const account = living(merge)
    const id = customer.connected.at(-1) ?? ''
    if (account === undefined || customer.disconnected.has(id)) return []
    const inSink = history.sink ? compare(account, (...record) => sink.kept(id, ...record)) : []
    return [...compare(account, keptBy(monitor, id)), ...inSink.map(({ kind, what }) => ({ kind, what: `in the sink: ${what}` }))]
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
  for (const what of customer.complaints) problems.push({ kind: 'stuck', what })
  for (const what of [...monitor.breaks, ...network.breaks]) problems.push({ kind: 'broken', what })

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

function keptBy(monitor: Monitor, accountId: string) {
  return (model: string, id: string): string | null | undefined => {
    const change = monitor.copy(accountId, model).get(id)
    return change === undefined ? undefined : change.op === 'delete' ? null : change.data
  }
}

/** Two sweeps in a row find out what has vanished, and a third one may have been under way. */
function sweepTime({ family, sync }: History): number {
  return family === 'plain' ? 0 : 3 * sync.sweepEvery + 4 * sync.lookEvery
}
