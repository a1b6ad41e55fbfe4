import type { Wishes } from './context.ts'

/** What the row of an account asks for, as one text: another one means that it was relinked, or that a person decided something, since. */
export function wishesText({ relinks, companies, rebuilds, confirmedDeletions }: Wishes): string {
  return JSON.stringify([relinks, companies, rebuilds, confirmedDeletions])
}
