import type { Integration } from '../merge/gateway.ts'
import type { Account } from '../storage/port.ts'

/** What the core keeps in an account's opaque `details`. */
export interface Details {
  displayName: string | null
  /** Shown in Merge's modal; kept so that a relink can be offered without asking again. */
  organizationName: string | null
  integration: Integration | null
  accountType: 'PRODUCTION' | 'TEST' | null
  /** Epoch milliseconds until which the newest link token can be used; the token itself is never stored. */
  linkExpiresAt: number | null
  /** Keyed digest of the public token that was exchanged last, to recognise a repeated call. */
  exchanged: string | null
  /** Raised by every relink: what was read before may belong to other credentials. */
  relinks: number
  /** By model: how often a rebuild was asked for. */
  rebuilds: Record<string, number>
  /** By model: when a mass deletion was last confirmed, epoch milliseconds. */
  confirmedDeletions: Record<string, number>
  /** Failed deletions in a row. */
  deletions: number
  /** Newest last, at most 50. */
  activity: Activity[]
}

export interface Activity {
  /** ISO 8601. */
  at: string
  event: string
  detail?: string
}

export function readDetails(account: Pick<Account, 'details'>): Details {
  return { ...EMPTY, ...(account.details === null ? {} : (JSON.parse(account.details) as Partial<Details>)) }
}

export function writeDetails(details: Details): string {
  return JSON.stringify(details)
}

/** The same details with one more line in the account's history. `now` in epoch milliseconds. */
export function noted(details: Details, now: number, event: string, detail?: string): Details {
  const line = { at: new Date(now).toISOString(), event, ...(detail === undefined ? {} : { detail }) }
  return { ...details, activity: [...details.activity, line].slice(-50) }
}

const EMPTY: Details = {
  displayName: null,
  organizationName: null,
  integration: null,
  accountType: null,
  linkExpiresAt: null,
  exchanged: null,
  relinks: 0,
  rebuilds: {},
  confirmedDeletions: {},
  deletions: 0,
  activity: [],
}
