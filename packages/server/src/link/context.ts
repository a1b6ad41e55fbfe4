import type { EventSink } from '../events.ts'
import type { Gateway } from '../merge/gateway.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Account, Storage } from '../storage/port.ts'
import type { Clock, Logger, Sleep } from '../system.ts'
import type { OpenModals } from './open-modals.ts'
import type { OriginIdInput, OriginIdStrategy } from './origin-id.ts'

/** What every use case of this folder is handed. */
export interface LinkContext {
  storage: Storage
  gateway: Gateway
  vault: Vault
  clock: Clock
  sleep: Sleep
  randomBytes: (size: number) => Uint8Array
  logger: Logger
  events: EventSink
  /** What may be connected. */
  categories: ReadonlySet<string>
  strategy: OriginIdStrategy
  originId: (input: OriginIdInput) => string
  openModals: OpenModals
  /** Whether a newly linked account waits for `account.release()`. */
  hold: (account: Account) => boolean
}
