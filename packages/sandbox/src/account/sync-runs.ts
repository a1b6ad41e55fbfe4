import { SandboxError } from '../sandbox-error.ts'
import type { ModelDefinition } from '../world/category.ts'
import type { Source } from './source.ts'

export type SyncState = 'SYNCING' | 'DONE' | 'FAILED' | 'DISABLED' | 'PAUSED' | 'PARTIALLY_SYNCED'

/** What sync-status says of one model. Times are epoch milliseconds. */
export interface ModelSync {
  model: ModelDefinition
  status: SyncState
  initial: boolean
  lastStart: number | null
  lastFinished: number | null
  lastResult: SyncState | null
  nextStart: number | null
  /** When the newest run that ended as DONE began. */
  freshAsOf: number | null
  /** Why it stands still. */
  reason: SyncReason | null
}

/** Merge's two, and whatever it may add. */
export type SyncReason = 'RATE_LIMITED' | 'WAITING_ON_OTHER_MODELS' | (string & {})

/** All in milliseconds of the sandbox's clock, except `batchSize`. */
export interface SyncTiming {
  initialSyncMs: number
  syncMs: number
  /** From the end of one run to the start of the next; 0: runs start only when asked for. */
  syncEveryMs: number
  /** Between the stamp on a written row and the moment when readers can see it. */
  visibilityLagMs: number
  /** How many records Merge writes under one timestamp. */
  batchSize: number
}

export type Permission = 'run' | 'stop' | 'pause'

export interface SyncRuns {
  catchUp(now: number): void
  /** Starts a run now, or as soon as the one under way has ended. */
  requestSync(now: number): void
  /** `stop`: no run starts, as for an account whose connection is broken. `pause`: that, and every model says so. What is under way ends. */
  permit(permission: Permission): void
  /** How this model's runs end from now on, and the reason that is told until it is set again. */
  setOutcome(model: string, outcome: SyncState, now: number, reason?: SyncReason | null): void
  status(): ModelSync[]
  /** True while a run is under way. */
  running(): boolean
}

/** Called when a run has ended, with what became of the models that took part. */
export type RunFinished = (run: { initial: boolean; models: ModelSync[] }) => void

interface Run {
  writes: { model: string; id: string; stamp: number; visibleAt: number }[]
  position: number
  /** Until when a model waits for those before it. */
  begins: { state: ModelState; at: number }[]
  ends: { state: ModelState; at: number; done: boolean }[]
  finish: number
  initial: boolean
}

interface ModelState {
  model: ModelDefinition
  /** How runs end. `SYNCING` never ends; `PAUSED` and `DISABLED` never start. */
  outcome: SyncState
  initial: boolean
  running: boolean
  lastStart: number | null
  lastFinished: number | null
  lastResult: SyncState | null
  freshAsOf: number | null
  /** In the run under way it is not this model's turn yet. */
  waiting: boolean
  /** As set from outside. */
  reason: SyncReason | null
}

export function createSyncRuns(input: {
  models: readonly ModelDefinition[]
  source: Source
  timing: SyncTiming
  firstRunAt: number
  /** `initial`: in the first run of all. */
  write(model: string, id: string, stamp: number, initial: boolean): void
  finished: RunFinished
}): SyncRuns {
  const { source, timing } = input
  const states = input.models.map(initialState)
  let run: Run | null = null
  let nextStart: number | null = input.firstRunAt
  let permission: Permission = 'run'
  let first = true
  let lastStamp = 0

  return {
    catchUp,
    requestSync,
    permit: (value) => {
      permission = value
    },
    setOutcome(model, outcome, now, reason = null) {
      catchUp(now)
      const state = states.find((candidate) => candidate.model.id === model)
      if (!state) throw new SandboxError(`There is no model ${model} here. Known: ${states.map((each) => each.model.id).join(', ')}.`)
      state.outcome = outcome
      state.reason = reason
      // The only honest way to become DONE is a run. The others are said at once, so that nobody has to wait for one.
      if (outcome === 'DONE') return requestSync(now)
      state.running = outcome === 'SYNCING'
      if (outcome === 'SYNCING') state.lastStart = now
      if (isResult(outcome))
        Object.assign(state, { initial: false, lastResult: outcome, lastStart: state.lastStart ?? now, lastFinished: now })
    },
    status: () => states.map(statusOf),
    running: () => run !== null,
  }

  function requestSync(now: number): void {
    catchUp(now)
    nextStart = run ? run.finish : now
    catchUp(now)
  }

  function catchUp(now: number): void {
    for (;;) {
      if (run) {
        advance(run, now)
        if (run.finish > now || run.position < run.writes.length) return
        if (nextStart === null || nextStart < run.finish) nextStart = timing.syncEveryMs > 0 ? run.finish + timing.syncEveryMs : null
        const { initial, ends } = run
        run = null
        input.finished({ initial, models: ends.map((end) => statusOf(end.state)) })
      } else if (permission === 'run' && nextStart !== null && nextStart <= now) {
        // Whole periods in which nothing changed would leave nothing but their times behind.
        if (timing.syncEveryMs > 0 && source.countUnseen() === 0) {
          const idle = Math.floor((now - nextStart) / (timing.syncEveryMs + timing.syncMs))
          nextStart += idle * (timing.syncEveryMs + timing.syncMs)
        }
        run = startRun(nextStart)
        nextStart = null
      } else return
    }
  }

  function startRun(at: number): Run {
    const duration = first ? timing.initialSyncMs : timing.syncMs
    const work = states.filter(takesPart).map((state) => ({ state, ids: chosen(state, source.takeUnseen(state.model.id)) }))
    const batches = work.reduce((sum, { ids }) => sum + Math.ceil(ids.length / timing.batchSize), 0)
    // No shorter than a microsecond, the finest that Merge can stamp.
    const step = Math.max(1, Math.floor((duration * 1000) / Math.max(1, batches)))
    // A clock that stands still must not give two runs the same stamps.
    const firstStamp = Math.max(at * 1000, lastStamp + 1)
    const begun: Run = { writes: [], position: 0, begins: [], ends: [], finish: at + duration, initial: first }
    first = false
    const moment = (batch: number) => Math.min(at + Math.floor((batch * step) / 1000), begun.finish)
    let batch = 0
    for (const { state, ids } of work) {
      state.running = true
      state.lastStart = at
      begun.begins.push({ state, at: moment(batch) })
      for (let index = 0; index < ids.length; index += timing.batchSize, batch++) {
        const stamp = firstStamp + batch * step
        const visibleAt = moment(batch) + timing.visibilityLagMs
        for (const id of ids.slice(index, index + timing.batchSize)) begun.writes.push({ model: state.model.id, id, stamp, visibleAt })
        lastStamp = stamp
      }
      if (state.outcome !== 'SYNCING')
        begun.ends.push({ state, at: at + Math.floor((duration * batch) / Math.max(1, batches)), done: false })
    }
    return begun
  }

  function advance(current: Run, now: number): void {
    for (const { state, at } of current.begins) state.waiting = now < at
    for (; current.position < current.writes.length; current.position++) {
      const { model, id, stamp, visibleAt } = current.writes[current.position]!
      if (visibleAt > now) break
      if (writes(states.find((state) => state.model.id === model)!)) input.write(model, id, stamp, current.initial)
      else source.markUnseen(model, id)
    }
    for (const end of current.ends) {
      if (end.done || end.at > now) continue
      end.done = true
      const { state } = end
      if (!state.running || !isResult(state.outcome)) continue
      Object.assign(state, { running: false, initial: false, lastFinished: end.at, lastResult: state.outcome })
      if (state.outcome === 'DONE') state.freshAsOf = state.lastStart
    }
  }

  /** A partial run misses every third record, and leaves it unseen for the next. */
  function chosen(state: ModelState, ids: string[]): string[] {
    if (state.outcome !== 'PARTIALLY_SYNCED') return ids
    return ids.filter((id, index) => {
      if (index % 3 === 2) source.markUnseen(state.model.id, id)
      return index % 3 !== 2
    })
  }

  function statusOf(state: ModelState): ModelSync {
    const { model, initial, lastStart, lastFinished, lastResult, freshAsOf } = state
    const resting = !takesPart(state)
    const status = resting
      ? state.outcome
      : permission === 'pause'
        ? 'PAUSED'
        : state.running || lastResult === null
          ? 'SYNCING'
          : lastResult
    return {
      model,
      status,
      initial,
      lastStart,
      lastFinished,
      lastResult,
      nextStart: resting || permission !== 'run' ? null : nextStartOf(),
      freshAsOf,
      reason: state.reason ?? (status === 'SYNCING' && state.waiting ? 'WAITING_ON_OTHER_MODELS' : null),
    }
  }

  function nextStartOf(): number | null {
    if (nextStart !== null) return nextStart
    return run && timing.syncEveryMs > 0 ? run.finish + timing.syncEveryMs : null
  }
}

function initialState(model: ModelDefinition): ModelState {
  const outcome = model.available ? 'DONE' : 'DISABLED'
  const never = { lastStart: null, lastFinished: null, lastResult: null, freshAsOf: null }
  return { model, outcome, initial: model.available, running: false, ...never, waiting: false, reason: null }
}

function takesPart(state: ModelState): boolean {
  return state.outcome !== 'PAUSED' && state.outcome !== 'DISABLED'
}

function writes(state: ModelState): boolean {
  return state.outcome === 'DONE' || state.outcome === 'PARTIALLY_SYNCED'
}

function isResult(outcome: SyncState): boolean {
  return outcome === 'DONE' || outcome === 'FAILED' || outcome === 'PARTIALLY_SYNCED'
}
