import { createIntegrations, type Integrations, type Options, type SinkBatch } from '../../../src/index.ts'
import type { Storage } from '../../../src/storage/port.ts'
import type { Sleep } from '../../../src/system.ts'
import type { Random } from '../engine/random.ts'
import type { Timeline } from '../engine/timeline.ts'
import { type History, MINUTE } from '../history/history.ts'
import type { Chaos, Point } from './chaos.ts'
import type { Monitor } from './monitor.ts'
import { BASE_URL, type Network } from './network.ts'
import { createProcess, type Process, type ProcessOptions } from './process.ts'
import type { SinkCopy } from './sink-copy.ts'

/** The application's worker processes: each is started again after a crash or a stop, on the same store. */
export interface Workers {
  /** Somebody who can take a call now; `undefined` when all are down or stand still. */
  available(): { process: Process; integrations: Integrations } | undefined
  /** Somebody who looks by the true time, on the store as it is or on another one, and is never in trouble. */
  visitor(storage: Storage): Integrations
  /** Tells a process to stop; it is started again. */
  stop(worker: number): void
  setSkew(worker: number, milliseconds: number): void
  /** Those who wait for something to become due look again. */
  ring(): void
  /** Whether nobody is in the middle of something. */
  readonly areIdle: boolean
}

export interface WorkersOptions {
  history: History
  timeline: Timeline
  random: Random
  chaos: Chaos
  monitor: Monitor
  network: Network
  sink: SinkCopy
  note: ProcessOptions['note']
  /** Milliseconds from now until something is due; `null`: nothing is. */
  dueIn: () => Promise<number | null>
}

const ORDER: readonly Point[] = ['reserve', 'get', 'update', 'list', 'schedule', 'claim', 'renew', 'commit', 'purge']
/** `run` looks for work this often; there it is stretched to the next moment at which there can be any. */
const POLL = 2_000
/** Nothing is ever meant for it. */
const VISITOR = 99

export function createWorkers(options: WorkersOptions): Workers {
  const { history, timeline, random } = options
  const skews = history.workers.map(({ skew }) => skew)
  const current = history.workers.map((): Running | undefined => undefined)
  let bells: (() => void)[] = []

  for (const worker of history.workers.keys()) void serve(worker)

  async function serve(worker: number): Promise<never> {
    const { drive, restart } = history.workers[worker] as History['workers'][number]
    for (;;) {
      const process = createProcess({ worker, timeline: options.timeline, chaos: options.chaos, note: options.note })
      const running = start(process, drive)
      current[worker] = running
      await Promise.race([process.dead, drive === 'run' ? runs(running) : ticks(running)])
      process.kill()
      await timeline.wait(restart)
    }
  }

  function start(process: Process, drive: 'tick' | 'run'): Running {
    const stop = new AbortController()
    const running: Running = { process, stop, busy: 0, integrations: undefined as never }
    running.integrations = createIntegrations(optionsOf(options, process, () => skews[process.worker] ?? 0, stretched(running, drive)))
    return running
  }

  /** A server process. */
  async function runs({ integrations, stop }: Running): Promise<void> {
    await integrations.run({ signal: stop.signal, concurrency: 2 })
  }

  /** A cron job that is quick to come when something is due. */
  async function ticks(running: Running): Promise<void> {
    while (!running.stop.signal.aborted) {
      running.busy++
      // A failing store: the next tick tries again.
      await running.integrations.tick({ budgetMs: 5 * MINUTE, signal: running.stop.signal }).catch(() => {})
      running.busy--
      await idle(running.process, running.stop.signal)
    }
  }

  function stretched(running: Running, drive: 'tick' | 'run'): Sleep {
    const { sleep } = running.process
    if (drive === 'tick') return sleep
    return (ms, { signal } = {}) => {
      if (ms !== POLL || signal === undefined) return sleep(ms, signal ? { signal } : {})
      return idle(running.process, signal).then(() => signal.throwIfAborted())
    }
  }

  /** Until something may be due, somebody rings, or the process is told to stop. */
  async function idle(process: Process, signal: AbortSignal): Promise<void> {
    const due = (await options.dueIn()) ?? 30 * MINUTE
    // Due already, and not to be had: somebody else is at it.
    const pause = (due <= 0 ? 30_000 : due) + random.int(0, 20_000)
    const bell = new AbortController()
    bells.push(() => bell.abort())
    await process.sleep(pause, { signal: AbortSignal.any([bell.signal, signal]) }).catch(() => {})
  }

  return {
    visitor(storage) {
      const process = createProcess({ worker: VISITOR, timeline, chaos: options.chaos, note: options.note })
      return createIntegrations({ ...optionsOf(options, process, () => 0, process.sleep), storage })
    },
    available() {
      const running = current.find((one) => one?.process.isAlive && !one.process.isPaused && !one.stop.signal.aborted)
      return running && { process: running.process, integrations: running.integrations }
    },
    stop: (worker) => current[worker]?.stop.abort(),
    setSkew(worker, milliseconds) {
      skews[worker] = milliseconds
    },
    ring() {
      const ringing = bells
      bells = []
      for (const bell of ringing) bell()
    },
    get areIdle() {
      return current.every((one) => one === undefined || !one.process.isAlive || one.busy === 0)
    },
  }
}

interface Running {
  process: Process
  stop: AbortController
  integrations: Integrations
  busy: number
}

/** The SDK, with every seam led through its process. */
function optionsOf(world: WorkersOptions, process: Process, skew: () => number, sleep: Sleep): Options {
  const { history, timeline, random } = world
  const sink = { write: (batch: SinkBatch) => process.seam('sink', 0, () => world.sink.write(batch)) }
  return {
    merge: { apiKey: 'test_key_of_the_simulation', baseUrl: BASE_URL, plan: 'enterprise', processes: history.workers.length },
    secrets: [SECRET],
    storage: storeOf(world, process),
    originIds: history.originIds,
    sync: {
      models: history.models.map(({ name }) => name),
      ...history.sync,
      massDeletion: history.massDeletion,
      ...(history.sink ? { sink, store: history.store } : {}),
    },
    onLinked: () => (history.hold === null ? 'ready' : 'hold'),
    clock: { now: () => timeline.now() + skew() },
    sleep,
    random: random.next,
    randomBytes: (size) => Uint8Array.from({ length: size }, () => random.int(0, 255)),
    fetch: world.network.fetchOf(process),
    logger: SILENT,
  }
}

function storeOf({ history, random, monitor }: Pick<WorkersOptions, 'history' | 'random' | 'monitor'>, process: Process): Storage {
  const store = monitor.watched(process)
  const latency = (): number => (history.latency.store === 0 ? 0 : random.int(1, history.latency.store))
  const led = { ...store } as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  const inner = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  for (const method of ORDER) {
    led[method] = (...args) => {
      const point = method === 'commit' && (args[0] as { release?: unknown }).release !== undefined ? 'release' : method
      return process.seam(point, latency(), () => inner[method]?.(...args))
    }
  }
  return led as unknown as Storage
}

const SECRET = Buffer.alloc(32, 7).toString('base64')
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
