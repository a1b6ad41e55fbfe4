import type { DatabaseSync } from 'node:sqlite'
import { createIntegrations, type Integrations, type Options } from '@connect-integration/server'
import { ticketSink } from './ticket-sink.ts'

/** The records go to the app's own tables, and the SDK's store keeps their versions only. In production `integrationsFromEnv` takes `merge` and `secrets` from the environment. */
export function connectTickets(
  database: DatabaseSync,
  options: Pick<Options, 'merge' | 'secrets' | 'storage' | 'fetch' | 'clock' | 'random' | 'logger'>,
): Integrations {
  return createIntegrations({
    ...options,
    sync: {
      models: ['ticketing.Ticket', 'ticketing.Comment'],
      sink: ticketSink(database),
      store: 'versions',
    },
  })
}
