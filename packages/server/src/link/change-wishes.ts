import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { type Details, noted, readDetails, writeDetails } from './details.ts'

/** Asks for these models to be read again from the beginning, and believed even where a record's `modified_at` went backwards. `null` when the account is gone. */
export function askForRebuild(context: LinkContext, account: Account, models: readonly string[]): Promise<Account | null> {
  return change(context, account, 'rebuild requested', models.join(', '), (details) => ({ rebuilds: rebuilt(details, models) }))
}

/**
 * Confirms that the mass deletion which holds this model back is right. `held`: which one that is, by its number, of the row as it is; `null`: none is
 * held, and then nothing is written. A number and no moment, because whoever confirms and whoever holds have clocks of their own.
 */
export function confirmDeletions(
  context: LinkContext,
  account: Account,
  model: string,
  held: (current: Account) => number | null,
): Promise<Account | null> {
  return change(context, account, 'deletions confirmed', model, ({ confirmedDeletions }, current) => {
    const number = held(current)
    return number === null ? null : { confirmedDeletions: { ...confirmedDeletions, [model]: number } }
  })
}

/**
 * Confirms that the connection is to lead to another company from now on: all of `models` are read again, and what was stored of the company before
 * is deleted. `isStrange`: whether another company was found; where it was not, nothing is written. `null` when the account is gone.
 */
export function confirmCompany(
  context: LinkContext,
  account: Account,
  models: readonly string[],
  isStrange: (current: Account) => boolean,
): Promise<Account | null> {
  return change(context, account, 'other company confirmed', undefined, (details, current) =>
    isStrange(current) ? { companies: details.companies + 1, confirmedRelink: details.relinks, rebuilds: rebuilt(details, models) } : null,
  )
}

function rebuilt({ rebuilds }: Details, models: readonly string[]): Details['rebuilds'] {
  return { ...rebuilds, ...Object.fromEntries(models.map((model) => [model, (rebuilds[model] ?? 0) + 1])) }
}

/** Writes the change and has the account synced at once. Race: decided on the row as it is when it is written; `null` from `decide` writes nothing. */
async function change(
  context: LinkContext,
  account: Account,
  event: string,
  about: string | undefined,
  decide: (details: Details, current: Account) => Partial<Details> | null,
): Promise<Account | null> {
  return amend(context.storage, account.id, account.organizationId, (current) => {
    const details = readDetails(current)
    const changes = decide(details, current)
    if (changes === null) return null
    const now = context.clock.now()
    return { details: writeDetails(noted({ ...details, ...changes }, now, event, about)), updatedAt: now, wake: 0 }
  })
}
