import type { FaultKind } from '../faults/kinds.ts'
import type { ModelSettings, SyncRun } from '../merge/model.ts'
import type { WriteKind } from '../merge/rows.ts'
import type { Point } from '../world/chaos.ts'

/** One account's life, as a plain value: what happens, and when. The same value always runs the same way. */
export interface History {
  readonly seed: number
  /**
   * `plain`: only what rule R must bear by itself, so no sweep may help. `sweep`: also what breaks its assumptions
   * (changes without a stamp, rows that vanish, lists in other orders, answers that lie), which a sweep heals.
   */
  readonly family: 'plain' | 'sweep'
  readonly hours: number
  /** `initial`: Merge's first sync of an account that was just linked. */
  readonly models: readonly (ModelSettings & { initial: SyncRun })[]
  readonly sync: { lookEvery: number; idle: number; sweepEvery: number; earlyRead: boolean }
  /** Records also go into a sink, which must end up equal. */
  readonly sink: boolean
  /** `versions` (with a sink): the store keeps no record, only which there are and how old they are. */
  readonly store: 'records' | 'versions'
  /** `sync.massDeletion`. */
  readonly massDeletion: number | false
  /** Milliseconds for which a new account is held before somebody releases it; `null`: it is read at once. */
  readonly hold: number | null
  readonly originIds: 'many-per-category' | 'one-per-category'
  readonly workers: readonly WorkerSettings[]
  /** Milliseconds by which the store's clock is ahead. A worker whose own is further behind finds everything due at once. */
  readonly storeSkew: number
  /** Milliseconds that an answer of Merge and of the store take, at most. */
  readonly latency: { merge: number; store: number }
  readonly events: readonly Event[]
  /** After the end: run on for the whole time that is allowed, even when everything is right before. */
  readonly patient: boolean
  /** After the end: `verify` and `audit` have to find what is so, before and after something is spoiled on purpose. */
  readonly examined: boolean
}

export interface WorkerSettings {
  /** How an application drives it: as a cron job, or as a server process. */
  drive: 'tick' | 'run'
  /** Milliseconds by which its clock is ahead. */
  skew: number
  /** Milliseconds from a crash to the next start. */
  restart: number
}

/** `at`: milliseconds since the beginning. `model`: an index. */
export type Event = { readonly at: number } & Happening

export type Happening =
  | { do: 'sync'; model: number; run: SyncRun }
  | { do: 'write'; model: number; kind: WriteKind; target: number; delay: number }
  | { do: 'off'; model: number; status: 'DISABLED' | 'PAUSED'; length: number }
  /** Merge's word that something is new, as far as it arrives. */
  | { do: 'webhook' }
  /** The connection breaks at the source, and recovers without our help. */
  | { do: 'broken'; length: number }
  /** A customer goes through Merge Link again. */
  | { do: 'relink' }
  | { do: 'delete'; reconnect: boolean }
  /** So many rows get older contents with older stamps, as from a backup; then somebody asks for everything anew. `model` `null`: of all. */
  | { do: 'rebuild'; model: number | null; rewinds: number }
  /** So many rows are written, and `later` milliseconds after that all of them go at once. */
  | { do: 'mass-deletion'; model: number; rows: number; later: number; how: 'delete' | 'vanish' }
  /** Somebody asks Merge for a sync out of turn. */
  | { do: 'resync'; run: SyncRun }
  | { do: 'lag'; milliseconds: number; length: number }
  /** Somebody else uses up the account's rate. */
  | { do: 'crowd'; perMinute: number; length: number }
  /** Of the next request that this fault can hit. `argument`: 0 ≤ n < 1. */
  | { do: 'fault'; fault: FaultKind; argument: number }
  /** At the next passage of that worker through that point. */
  | { do: 'crash'; worker: number; point: Point; when: 'before' | 'after' }
  | { do: 'pause'; worker: number; point: Point; when: 'before' | 'after'; length: number }
  /** The store refuses (`before`), or does its work and its answer is lost (`after`). */
  | { do: 'store-failure'; worker: number; point: Point; when: 'before' | 'after' }
  /** The process is told to stop, and started again. */
  | { do: 'stop'; worker: number }
  | { do: 'clock'; worker: number; skew: number }

export const HOUR = 3_600_000
export const MINUTE = 60_000
