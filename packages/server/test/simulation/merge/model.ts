import type { Timeline } from '../engine/timeline.ts'
import type { ListSettings } from './list.ts'
import { createTable, formatStamp, type Table, type WriteKind } from './rows.ts'

export type SyncResult = 'DONE' | 'PARTIALLY_SYNCED' | 'FAILED'

export interface ModelSettings extends ListSettings {
  /** `hris.Employee`. */
  name: string
  /** The list's path: `employees`. */
  path: string
  /** Rows that one sync writes in one go get one stamp. */
  ties: boolean
}

/** One of Merge's own syncs of a model. */
export interface SyncRun {
  /** Milliseconds for which it is announced as SYNCING before it starts. */
  queued: number
  /** Milliseconds. */
  length: number
  result: SyncResult
  /** Share of the length at which a transaction is committed; whatever is left is committed shortly before the end. */
  commits: readonly number[]
  /** `at`: share of the length. */
  writes: readonly { at: number; kind: WriteKind; target: number }[]
}

/** One model of a linked account at Merge: its table, and how its syncs stand. */
export interface MergeModel {
  readonly settings: ModelSettings
  readonly table: Table
  /** Starts one of Merge's syncs, unless one is under way or the model is switched off. */
  run(run: SyncRun): void
  /** A writer beside the syncs: a third party's webhook, a write through Merge, a field mapping. Visible `delay` milliseconds later. */
  write(kind: WriteKind, target: number, delay: number): void
  /** DISABLED or PAUSED until `null` is given; nothing happens while a sync is under way. */
  setOff(status: 'DISABLED' | 'PAUSED' | null): void
  readonly isOff: boolean
  readonly isFinished: boolean
  /** A sync has ended well at some time, or it was switched off: whoever calls it ready may. */
  readonly mayBeReady: boolean
  status(): Record<string, unknown>
}

/** Transactions are over this long before a sync's status says so, replicas included. */
const SETTLED_BEFORE_END = 8_000

/** `announced`: epoch milliseconds at which syncs will begin, in order. */
export function createModel(
  settings: ModelSettings,
  timeline: Timeline,
  microseconds: () => number,
  announced: readonly number[] = [],
): MergeModel {
  const table = createTable(settings.path, settings)
  let running = false
  let off: 'DISABLED' | 'PAUSED' | null = null
  let started: string | null = null
  let finished: string | null = null
  let result: SyncResult | null = null
  let mayBeReady = false

  /** A stamp of the current millisecond. */
  const stamp = (): number => timeline.now() * 1000 + microseconds()

  function start(run: SyncRun): void {
    const from = timeline.now()
    started = formatStamp(stamp())
    const end = run.length - SETTLED_BEFORE_END
    const commits = [...run.commits.map((share) => share * end), end].sort((one, other) => one - other)
    let shared = stamp()
    for (const [index, { at, kind, target }] of run.writes.entries()) {
      const offset = Math.floor(at * end)
      const commit = commits.find((moment) => moment >= offset) ?? end
      timeline.at(from + offset, () => {
        // A third of a batch and more shares a stamp, as with one statement that writes many rows.
        if (!settings.ties || index % 3 === 0) shared = stamp()
        table.write(kind, target, { now: timeline.now(), visibleAt: Math.ceil(from + commit), stamp: shared })
      })
    }
    timeline.at(from + run.length, () => {
      running = false
      finished = formatStamp(stamp())
      result = run.result
      mayBeReady ||= result !== 'FAILED'
    })
  }

  return {
    settings,
    table,
    run(run) {
      if (running || off !== null) return
      running = true
      timeline.at(timeline.now() + run.queued, () => start(run))
    },
    write: (kind, target, delay) => table.write(kind, target, { now: timeline.now(), visibleAt: timeline.now() + delay, stamp: stamp() }),
    setOff(status) {
      if (!running || status === null) off = status
      mayBeReady ||= off !== null
    },
    get isOff() {
      return off !== null
    },
    get isFinished() {
      return !running && result !== null && result !== 'FAILED'
    },
    get mayBeReady() {
      return mayBeReady
    },
    status: () => ({
      model_name: settings.name.split('.')[1],
      model_id: settings.name,
      status: off ?? (running ? 'SYNCING' : (result ?? 'SYNCING')),
      is_initial_sync: finished === null,
      last_sync_result: result,
      last_sync_start: started,
      last_sync_finished: finished,
      next_sync_start: nextOf(announced, timeline.now()),
    }),
  }
}

function nextOf(announced: readonly number[], now: number): string | null {
  const next = announced.find((at) => at > now)
  return next === undefined ? null : formatStamp(next * 1000)
}
