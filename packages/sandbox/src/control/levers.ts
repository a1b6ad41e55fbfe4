import type { Fault } from '../faults.ts'
import type { VariantChoice } from '../variants.ts'
import type { WebhookEvent } from '../webhook-events.ts'
import type { Actions } from './actions.ts'

/** What can be done to a sandbox from outside, by code or below `/sandbox`. */
export interface Levers extends Actions {
  /** Which webhooks are sent from now on, as in Merge's dashboard; `['*.changed']` are those of every record that changes. */
  setWebhookEvents(events: readonly WebhookEvent[]): void
  /** Answers in these lawful forms from now on; `[]`: in the usual one. */
  setVariants(choice: VariantChoice): void
  /** Lets something go wrong. Returns a function that ends it early. */
  fault(fault: Fault): () => void
  clearFaults(): void
  /** Forgets what was counted against the rate limit and the address block, and lifts them. */
  resetLimits(): void
  /** Moves a clock that can be moved; returns the new time in epoch milliseconds. */
  advance(milliseconds: number): number
}
