import { last, type Version } from '../merge/rows.ts'
import type { MergeAccount } from '../merge/server.ts'
import type { Problem } from './outcome.ts'

/** A record as somebody keeps it: its text while it lives, `null` once it is known to be deleted. */
export type Kept = (model: string, id: string) => string | null | undefined

/** Of a store that keeps no text: the age alone. */
export const stampOf = ({ stamp }: Pick<Version, 'stamp'>): string => String(stamp)

/** Holds what is kept against Merge's own final state, never against what anybody says of themselves. */
export function compare(account: MergeAccount, kept: Kept, textOf: (truth: Version) => string = ({ json }) => json): Problem[] {
  const problems: Problem[] = []
  for (const { settings, table } of account.models) {
    for (const row of table.rows) {
      const truth = last(row)
      const ours = kept(settings.name, row.id)
      const name = `${settings.name} ${row.id}`
      if (truth.gone || truth.deleted) {
        if (typeof ours === 'string') problems.push({ kind: 'resurrected', what: `${name} is ${truth.gone ? 'gone' : 'deleted'} at Merge` })
      } else if (typeof ours !== 'string') problems.push({ kind: 'missing', what: `${name} of ${truth.json}` })
      else if (ours !== textOf(truth)) problems.push({ kind: 'stale', what: `${name} is ${ours}, at Merge ${truth.json}` })
    }
  }
  return problems
}

export function liveRecords(account: MergeAccount): number {
  return account.models.flatMap(({ table }) => table.rows.filter((row) => !last(row).gone && !last(row).deleted)).length
}
