import type { Events } from './events.ts'
import type { LinkContext } from './link/context.ts'
import type { Hosts } from './merge/region.ts'
import type { Secret } from './secrets/secret.ts'
import type { Storage } from './storage/port.ts'
import type { SyncContext } from './sync/context.ts'
import type { Clock, Logger, Sleep } from './system.ts'
import type { Wakeup } from './wakeup.ts'

/** Everything that was put together once, for the doors to use. */
export interface Core {
  storage: Storage
  clock: Clock
  sleep: Sleep
  logger: Logger
  /** This instance's name on the leases it holds. */
  worker: string
  randomBytes: (size: number) => Uint8Array
  events: Events
  link: LinkContext
  sync: SyncContext
  hosts: Hosts
  apiKey: Secret
  wakeup: Wakeup
}
