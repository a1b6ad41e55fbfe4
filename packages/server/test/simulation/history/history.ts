import type { FaultKind } from '../faults/kinds.ts'
import type { Dialect } from '../merge/dialect.ts'
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
  /** Milliseconds that an answer of Merge (at least, at most) and of the store (at most) take. */
  readonly latency: { least: number; merge: number; store: number }
  readonly events: readonly Event[]
  /** How Merge words its answers, within what its documentation allows. */
  readonly dialect: Dialect
  /** An application that pages through the change feed while it is written; `null`: there is none but at the end. */
  readonly reader: ReaderSettings | null
  /** A cron job in place of the workers' own drives; `null`: there is none. */
  readonly cron: Cron | null
  /** `ordered`: a store that writes a page's records first, and its checkpoint after them. */
  readonly profile: 'atomic' | 'ordered'
  /** How the account gets linked: by the browser's exchange, by two of them at once, by the webhook alone because the tab was closed, or long before this SDK came. */
  readonly linkedBy: 'exchange' | 'twice' | 'webhook' | 'adoption'
  /** Merge's words come as signed webhooks; else somebody asks for a look. */
  readonly signed: boolean
  /** The account is looked at as often as Merge's own syncs suggest, and not every `sync.lookEvery`. */
  readonly ownCadence: boolean
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

export interface ReaderSettings {
  /** Milliseconds from one visit to the next, and from one page of a visit to the next. */
  every: number
  pause: number
  /** Changes in a page. */
  limit: number
}

export interface Cron {
  /** Milliseconds: of `tick({ budgetMs })`, and from one tick to the next. */
  budget: number
  every: number
  /** Each tick is a process of its own, as a serverless function is, and nothing is left in memory from one to the next. */
  serverless: boolean
  /** No answer of Merge's comes in the time that there is: nothing can be read, and that has to be told. */
  inVain: boolean
}

/** `at`: milliseconds since the beginning. `model`: an index. */
export type Event = { readonly at: number } & Happening

export type Happening =
  | Imagined
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

/** What years of operation bring. */
export type Imagined =
  /** Somebody sets a clock: a worker's, or the store's. No time passes. */
  | { do: 'step'; clock: number | 'store'; by: number }
  /** The sink refuses (`before`), or does its work and its answer is lost (`after`): the next so many writes, or all of them for so long. */
  | { do: 'sink-failure'; when: 'before' | 'after'; times: number }
  | { do: 'sink-outage'; when: 'before' | 'after'; length: number }
  /** A row is marked as deleted, and not even its mark is left so many milliseconds later. */
  | { do: 'mark-and-vanish'; model: number; target: number; later: number }
  /** The application is deployed with other options, one worker after the other. */
  | { do: 'deploy'; omit?: boolean; store?: 'versions'; between: number }
  /** The customer signs in again, to another company: other records, other ids. The new ones come so much later. */
  | { do: 'other-company'; rows: number; later: number }
  /** Merge does not answer at all. */
  | { do: 'outage'; length: number }
  /** The store refuses one record for good, for so long. */
  | { do: 'refused-record'; model: number; target: number; length: number }
  /** The keys are changed: deployed, the tokens sealed anew, and the old key taken away. */
  | { do: 'rotate'; between: number }
  | { do: 'rename' }
  | { do: 'sync-now' }
  /** Somebody clicks on Connect although it is connected, and closes the modal again. */
  | { do: 'click' }
  /** A webhook that is not Merge's, that nobody can read, or that names nothing of ours. */
  | { do: 'odd-webhook'; kind: OddWebhook }
  /** Merge says (again) that the account was linked, with its token, or with one that is not its own. */
  | { do: 'linked-webhook'; token: 'own' | 'foreign'; relink: boolean }

export type OddWebhook = 'forged' | 'garbage' | 'ping' | 'stranger' | 'huge'

export const HOUR = 3_600_000
export const MINUTE = 60_000
export const DAY = 24 * HOUR
