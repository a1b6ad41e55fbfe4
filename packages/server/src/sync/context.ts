import type { EventSink } from '../events.ts'
import type { Gateway } from '../merge/gateway.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Account, Storage } from '../storage/port.ts'
import type { Clock, Logger, Sleep } from '../system.ts'
import type { MergePlan } from './governor.ts'

/** What every part of this folder is handed. */
export interface SyncContext {
  storage: Storage
  gateway: Gateway
  vault: Vault
  clock: Clock
  sleep: Sleep
  random: () => number
  logger: Logger
  events: EventSink
  settings: SyncSettings
  /** Tells the account's row what Merge says of the connection. */
  reportHealth: (account: Account, health: 'healthy' | 'relink_needed' | 'gone') => Promise<void>
  /** Counts the relinks of an account: other credentials, other data. */
  relinks: (account: Account) => number
}

export interface SyncSettings {
  plan: MergePlan
  models: readonly ModelRow[]
  omit: Readonly<Record<string, readonly string[]>>
  earlyRead: boolean
  sweepEveryMs: number
  lookEveryMs: number
  idleMs: number
  leaseMs: number
  sliceMs: number
}
