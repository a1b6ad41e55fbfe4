import type { Integration } from '../merge/gateway.ts'
import type { Account } from '../storage/port.ts'

/** What the core keeps in an account's opaque `details`. */
export interface Details {
  displayName: string | null
  /** Shown in Merge's modal; kept so that a relink can be offered without asking again. */
  organizationName: string | null
  /** Of those who opened the connection: the domains of their e-mail addresses, newest last, at most 4. */
  emailDomains: string[]
  integration: Integration | null
  accountType: 'PRODUCTION' | 'TEST' | null
  /** Epoch milliseconds until which the newest link token can be used; the token itself is never stored. */
  linkExpiresAt: number | null
  /** Keyed digest of the public token that was exchanged last, to recognise a repeated call. */
  exchanged: string | null
  /** Linked or relinked without a public token (by a webhook), which may still come: then it is the same link and no other. */
  announced: boolean
  /** When a sign-in was last counted, epoch milliseconds; `null` once another link was offered. A webhook that tells of one soon after tells of the same. */
  signedInAt: number | null
  /** Raised by every relink: what was read before may belong to other credentials. */
  relinks: number
  /** By model: how often a rebuild was asked for. */
  rebuilds: Record<string, number>
  /** By model: the number of the newest mass deletion that was confirmed. */
  confirmedDeletions: Record<string, number>
  /** How often it was confirmed that another company is meant. */
  companies: number
  /** The relink whose company was confirmed last. */
  confirmedRelink: number
  /** Why the customer has to sign in again, as far as Merge says it; `null` while nothing is wrong, or before it was asked. */
  reason: BrokenReason | null
  /** Failed deletions in a row. */
  deletions: number
  /** Of a row that is being deleted: all of its tokens are dead at Merge, and it takes no other any more. */
  closed: boolean
  /** Tokens from webhooks, until Merge has said whose they are: newest last, at most 4. */
  candidates: Candidate[]
  /** Newest last, at most 50. */
  activity: Activity[]
}

/** What Merge says of a broken connection. */
export interface BrokenReason {
  /** `SOURCE_REPORTED`: in its own words. `SIGN_IN_NEEDED`: it has none that a customer could read. */
  code: 'SOURCE_REPORTED' | 'SIGN_IN_NEEDED'
  /** At most 300 characters; a foreign text, never markup. */
  message: string | null
}

/** An account token that came with a webhook. */
export interface Candidate {
  /** Sealed for the row; `null` once Merge has said often enough that it is nobody's, or not this row's. */
  token: string | null
  /** Keyed digest of the token, to know it again. */
  digest: string
  /** As the webhook named it. */
  linkedAccountId: string
  /** How often Merge has not confirmed it. */
  refusals: number
  /** Epoch milliseconds: not before then. */
  tryAt: number
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
  emailDomains: [],
  integration: null,
  accountType: null,
  linkExpiresAt: null,
  exchanged: null,
  announced: false,
  signedInAt: null,
  relinks: 0,
  rebuilds: {},
  confirmedDeletions: {},
  companies: 0,
  confirmedRelink: 0,
  reason: null,
  deletions: 0,
  closed: false,
  candidates: [],
  activity: [],
}
