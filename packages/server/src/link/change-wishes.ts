import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { noted, readDetails, writeDetails } from './details.ts'

/** Asks that these models be read anew, and believed even where a record's stamp went backwards. `null` when the account is gone. */
export function askForRebuild(context: LinkContext, account: Account, models: readonly string[]): Promise<Account | null> {
  return amend(context.storage, account.id, account.organizationId, (current) => {
    const details = readDetails(current)
    const rebuilds = { ...details.rebuilds, ...Object.fromEntries(models.map((model) => [model, (details.rebuilds[model] ?? 0) + 1])) }
    const now = context.clock.now()
    return {
      details: writeDetails(noted({ ...details, rebuilds }, now, 'rebuild requested', models.join(', '))),
      updatedAt: now,
      wake: 0,
    }
  })
}

/** Confirms that the mass deletion which holds this model back is right. `null` when the account is gone. */
export function confirmDeletions(context: LinkContext, account: Account, model: string): Promise<Account | null> {
  return amend(context.storage, account.id, account.organizationId, (current) => {
    const details = readDetails(current)
    const now = context.clock.now()
    const confirmed = { ...details.confirmedDeletions, [model]: now }
    return {
      details: writeDetails(noted({ ...details, confirmedDeletions: confirmed }, now, 'deletions confirmed', model)),
      updatedAt: now,
      wake: 0,
    }
  })
}
