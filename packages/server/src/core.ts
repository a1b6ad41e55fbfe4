import type { Events } from './events.ts'
import type { LinkContext } from './link/context.ts'
import type { CircuitBreaker } from './merge/circuit-breaker.ts'
import type { ErrorBudget } from './merge/error-budget.ts'
import type { Hosts } from './merge/region.ts'
import type { Secret } from './secrets/secret.ts'
import type { Storage } from './storage/port.ts'
import type { SyncContext } from './sync/context.ts'
import type { Logger, Sleep, SteadyClock } from './system.ts'
import type { Wakeup } from './wakeup.ts'
import type { WebhookInput, WebhookVerdict } from './webhooks/receive.ts'

/** Everything that was put together once, for the doors to use. */
export interface Core {
  storage: Storage
  clock: SteadyClock
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
  breaker: CircuitBreaker
  budget: ErrorBudget
  /** `null`: there are no secrets to verify with. */
  receiveWebhook: ((input: WebhookInput) => Promise<WebhookVerdict>) | null
  /** Opens the route that a cron job calls; `null`: there is none. */
  tickSecret: Secret | null
}
