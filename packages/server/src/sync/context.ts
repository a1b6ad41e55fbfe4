import type { EventSink } from '../events.ts'
import type { Gateway } from '../merge/gateway.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Account, Storage } from '../storage/port.ts'
import type { Logger, Sleep, SteadyClock } from '../system.ts'
import type { MergePlan } from './governor.ts'
import type { Sink } from './sink.ts'

/** What every part of this folder is handed. */
export interface SyncContext {
  storage: Storage
  gateway: Gateway
  vault: Vault
  clock: SteadyClock
  sleep: Sleep
  random: () => number
  logger: Logger
  events: EventSink
  settings: SyncSettings
  /** Tells the account's row what Merge says of the connection. */
  reportHealth: (account: Account, health: 'healthy' | 'relink_needed' | 'gone') => Promise<void>
  /** What the account's row asks of its syncs. */
  wishes: (account: Account) => Wishes
}

export interface Wishes {
  /** Counts the relinks of an account: other credentials, other data. */
  relinks: number
  /** By model: how often a rebuild was asked for. */
  rebuilds: Readonly<Record<string, number>>
  /** By model: the number of the newest mass deletion that was confirmed. */
  confirmedDeletions: Readonly<Record<string, number>>
  /** How often it was confirmed that another company is meant. */
  companies: number
  /** Of which relink the newest of these confirmations was. */
  confirmedRelink: number
}

export interface SyncSettings {
  plan: MergePlan
  models: readonly ModelRow[]
  omit: Readonly<Record<string, readonly string[]>>
  sink: Sink | undefined
  store: 'records' | 'versions'
  /** Largest share of a model that one walk may delete unasked; `false`: no limit. */
  massDeletion: number | false
  earlyRead: boolean
  sweepEveryMs: number
  /** `null`: by the account's own cadence. */
  lookEveryMs: number | null
  idleMs: number
  leaseMs: number
  /** After so many milliseconds a look begins nothing new. */
  sliceMs: number
  /** What is under way then has so many milliseconds to end. */
  graceMs: number
}
