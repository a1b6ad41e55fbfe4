import { createIntegrations, type Integrations } from '../../../src/index.ts'
import type { Storage } from '../../../src/storage/port.ts'
import type { Sleep } from '../../../src/system.ts'
import { type History, MINUTE } from '../history/history.ts'
import { type AsDeployed, FIRST, optionsOf, type ProcessWorld } from './options.ts'
import { createProcess, type Process, type ProcessOptions } from './process.ts'

/** The application's worker processes: each is started again after a crash or a stop, on the same store. */
export interface Workers {
  /** Somebody who can take a call now; `undefined` when all are down or stand still. */
  available(): { process: Process; integrations: Integrations } | undefined
  /** Somebody who looks by the true time, on the store as it is or on another one, and is never in trouble. */
  visitor(storage: Storage): Integrations
  /** Tells a process to stop; it is started again. */
  stop(worker: number): void
  setSkew(worker: number, milliseconds: number): void
  /** Sets a worker's clock: it is ahead by so many milliseconds more. */
  step(worker: number, milliseconds: number): void
  /** Starts every worker again with other options, one so many milliseconds after the other. Resolves when all have them. */
  deploy(change: Partial<AsDeployed>, between: number): Promise<void>
  /** Those who wait for something to become due look again. */
  ring(): void
  /** The newest options that were deployed, whether or not all have them. */
  readonly deployed: AsDeployed
  readonly isDeploying: boolean
  /** Whether nobody is in the middle of something. */
  readonly areIdle: boolean
}

export interface WorkersOptions extends ProcessWorld {
  note: ProcessOptions['note']
  /** Milliseconds from now until something is due; `null`: nothing is. */
  dueIn: () => Promise<number | null>
  /** Told of every process that starts. */
  onStart: (integrations: Integrations) => void
}

/** `run` looks for work this often; there it is stretched to the next moment at which there can be any. */
const POLL = 2_000
/** Nothing is ever meant for them. */
const VISITOR = 99
const FRONT = 98
/** However far away the next look may seem, a cron job comes by. */
const LONGEST_IDLE = 30 * MINUTE

type Drive = History['workers'][number]['drive'] | 'cron'

export function createWorkers(options: WorkersOptions): Workers {
  const { history, timeline, random } = options
  const skews = history.workers.map(({ skew }) => skew)
  const current = history.workers.map((): Running | undefined => undefined)
  const wanted = history.workers.map(() => FIRST)
  // A moment that lies far ahead may be of a clock that has been set back.
  const longestIdle = history.events.some((event) => event.do === 'step') ? LONGEST_IDLE : Number.POSITIVE_INFINITY
  let newest = FIRST
  let bells: (() => void)[] = []
  const deployments: (() => void)[] = []

  for (const worker of history.workers.keys()) void serve(worker)

  async function serve(worker: number): Promise<never> {
    const { restart } = history.workers[worker] as History['workers'][number]
    const drive: Drive = history.cron === null ? (history.workers[worker]?.drive ?? 'tick') : 'cron'
    if (history.cron !== null) await timeline.wait((worker * history.cron.every) / 2)
    for (;;) {
      const process = createProcess({ worker, timeline, chaos: options.chaos, note: options.note })
      const running = start(process, drive, wanted[worker] as AsDeployed)
      current[worker] = running
      for (const told of deployments) told()
      const driven = drive === 'run' ? runs(running) : drive === 'cron' ? crons(running) : ticks(running)
      await Promise.race([process.dead, driven])
      process.kill()
      await timeline.wait(drive === 'cron' ? (history.cron?.every ?? 0) : restart)
    }
  }

  function start(process: Process, drive: Drive, deployed: AsDeployed): Running {
    const stop = new AbortController()
    const running: Running = { process, stop, busy: 0, deployed, integrations: undefined as never }
    const skew = (): number => skews[process.worker] ?? 0
    running.integrations = createIntegrations(optionsOf(options, process, { skew, sleep: stretched(running, drive), deployed }))
    options.onStart(running.integrations)
    return running
  }

  /** A server process. */
  async function runs({ integrations, stop }: Running): Promise<void> {
    await integrations.run({ signal: stop.signal, concurrency: 2 })
  }

  /** A cron job that is quick to come when something is due. */
  async function ticks(running: Running): Promise<void> {
    while (!running.stop.signal.aborted) {
      await tick(running, 5 * MINUTE)
      await idle(running.process, running.stop.signal)
    }
  }

  /** One that comes when it comes, and has little time. */
  async function crons(running: Running): Promise<void> {
    const { budget, every, serverless } = history.cron as NonNullable<History['cron']>
    while (!running.stop.signal.aborted) {
      options.happened('tick of a cron job')
      await tick(running, budget)
      if (serverless) return
      await running.process.sleep(every, { signal: running.stop.signal }).catch(() => {})
    }
  }

  async function tick(running: Running, budgetMs: number): Promise<void> {
    running.busy++
    // A failing store: the next tick tries again.
    await running.integrations.tick({ budgetMs, signal: running.stop.signal }).catch(() => {})
    running.busy--
  }

  function stretched(running: Running, drive: Drive): Sleep {
    const { sleep } = running.process
    if (drive !== 'run') return sleep
    return (ms, { signal } = {}) => {
      if (ms !== POLL || signal === undefined) return sleep(ms, signal ? { signal } : {})
      return idle(running.process, signal).then(() => signal.throwIfAborted())
    }
  }

  /** Until something may be due, somebody rings, or the process is told to stop. */
  async function idle(process: Process, signal: AbortSignal): Promise<void> {
    const due = (await options.dueIn()) ?? LONGEST_IDLE
    // Due already, and not to be had: somebody else is at it.
    const pause = (due <= 0 ? 30_000 : Math.min(due, longestIdle)) + random.int(0, 20_000)
    const bell = new AbortController()
    bells.push(() => bell.abort())
    await process.sleep(pause, { signal: AbortSignal.any([bell.signal, signal]) }).catch(() => {})
  }

  /** Whoever answers the application's users: with a cron job alone nobody else is there. */
  let front: Running | undefined

  const workers: Workers = {
    visitor(storage) {
      const process = createProcess({ worker: VISITOR, timeline, chaos: options.chaos, note: options.note })
      return createIntegrations({ ...optionsOf(options, process, { skew: () => 0, sleep: process.sleep, deployed: newest }), storage })
    },
    available() {
      const running = current.find((one) => one?.process.isAlive && !one.process.isPaused && !one.stop.signal.aborted)
      if (running !== undefined) return { process: running.process, integrations: running.integrations }
      if (history.cron === null) return undefined
      if (front?.deployed !== newest) front = start(createProcess({ ...options, worker: FRONT }), 'tick', newest)
      return { process: front.process, integrations: front.integrations }
    },
    stop: (worker) => current[worker]?.stop.abort(),
    setSkew(worker, milliseconds) {
      skews[worker] = milliseconds
    },
    step(worker, milliseconds) {
      skews[worker] = (skews[worker] ?? 0) + milliseconds
    },
    async deploy(change, between) {
      newest = { ...newest, ...change, version: newest.version + 1 }
      const { version } = newest
      for (const worker of history.workers.keys()) {
        if (worker > 0) await timeline.wait(between)
        wanted[worker] = newest
        workers.stop(worker)
      }
      const isDone = (): boolean => current.every((one) => one !== undefined && one.deployed.version >= version)
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (isDone()) resolve()
        }
        deployments.push(look)
        look()
      })
    },
    ring() {
      const ringing = bells
      bells = []
      for (const bell of ringing) bell()
    },
    get deployed() {
      return newest
    },
    get isDeploying() {
      return current.some((one) => one?.deployed.version !== newest.version)
    },
    get areIdle() {
      return current.every((one) => one === undefined || !one.process.isAlive || one.busy === 0)
    },
  }
  return workers
}

interface Running {
  process: Process
  stop: AbortController
  deployed: AsDeployed
  integrations: Integrations
  busy: number
}
