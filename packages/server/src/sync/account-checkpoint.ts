import type { ModelStatus } from '../merge/gateway.ts'
import type { Account } from '../storage/port.ts'
import type { Pace } from './governor.ts'

/** The account's own place among its models: what a look needs to know of the look before. */
export const ACCOUNT = '@account'

export interface AccountCheckpoint {
  /** The `dirty` of the newest finished look: a higher one means that somebody asked for another. */
  dirtySeen: number
  /** What the account's row asked for when it was last read (relinks, rebuilds, confirmations), as one text: another one means that it was changed here. */
  wishesSeen: string
  /** Looks in a row that found Merge's first sync still under way. */
  waits: number
  /** Failed looks in a row. */
  failures: number
  /** Looks in a row that ended at their deadline without anything to show for it. */
  fruitless: number
  /** Error code of the newest look, if it failed. */
  problem: string | null
  /** End of the newest look, epoch milliseconds of the store's clock. */
  lookedAt: number | null
  nextLookAt: number | null
  /** Whose data it is; `null` until it was read for the first time. */
  company: Company | null
  /** What Merge said in a look that was not finished, for the next one to go on from. */
  facts: Facts | null
  /** How fast the account may be asked on. */
  pace?: Pace
}

/** What an account's data is known to be of. */
export interface Company extends Identity {
  /** Up to which relink, and which confirmation, this was found out. */
  relinks: number
  confirmed: number
  /** By what the connection was found to lead to another one, until a person confirms it or the customer relinks; `null`: it does not. */
  strange: 'identity' | 'records' | null
  /** How Merge's syncs stood when this was found out, as one text: another one once it has begun or finished a sync since. */
  seen: string
  /** Of a relink that Merge says nothing of: since when its own sync is waited for, epoch milliseconds of the store's clock. `null`: it is not. */
  waiting: { since: number } | null
  /** How far the search for a record that is known has come; `null`: it is not under way. */
  search: Search | null
}

export interface Search {
  /** Which relink it is about: one that comes later begins anew. */
  relinks: number
  model: string
  cursor: string | null
  /** Records were met, and none of them is stored. */
  met: boolean
  /** A list was refused, so not everything was read. */
  refused: boolean
  /** It came to nothing once, in more than one look: what had been read may have changed its place meanwhile. */
  again: boolean
}

/** What tells one company from another at one integration, as far as Merge says it: `null` is unknown. */
export interface Identity {
  slug: string | null
  instance: string | null
  subdomain: string | null
}

/** What a look asks Merge before the first page. */
export interface Facts {
  /** When the first of them was answered, by the store's clock, epoch milliseconds. */
  at: number
  /** `subdomain` is asked for only where it matters; absent: not yet. */
  details: { slug: string | null; instance: string | null; subdomain?: string | null }
  /** `null`: not asked yet. `at` as above; `date`: Merge's clock then. */
  status: { at: number; date: number | null; models: ModelStatus[] } | null
  /** Pages that were stored with them. */
  pages: number
}

/** Text that is no checkpoint of ours reads as empty: then Merge is asked everything again. */
export function readAccountCheckpoint(account: Account): AccountCheckpoint {
  const text = account.models[ACCOUNT]?.checkpoint
  if (text == null) return EMPTY_ACCOUNT_CHECKPOINT
  try {
    return { ...EMPTY_ACCOUNT_CHECKPOINT, ...(JSON.parse(text) as Partial<AccountCheckpoint>) }
  } catch {
    return EMPTY_ACCOUNT_CHECKPOINT
  }
}

export const EMPTY_ACCOUNT_CHECKPOINT: AccountCheckpoint = {
  dirtySeen: 0,
  wishesSeen: '',
  waits: 0,
  failures: 0,
  fruitless: 0,
  problem: null,
  lookedAt: null,
  nextLookAt: null,
  company: null,
  facts: null,
}
