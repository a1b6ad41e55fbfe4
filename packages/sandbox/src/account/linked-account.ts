import type { Integration } from '../integrations.ts'
import type { Category } from '../world/category.ts'
import type { Mirror } from './mirror.ts'
import type { Source } from './source.ts'

export type AccountStatus = 'COMPLETE' | 'INCOMPLETE' | 'RELINK_NEEDED' | 'IDLE'

/** One customer's connection, as Merge keeps it. */
export interface LinkedAccount {
  id: string
  category: Category
  originId: string
  organizationName: string
  emailAddress: string
  status: AccountStatus
  /** Why it is RELINK_NEEDED, as Merge says it; null where it says nothing. */
  statusDetail: string | null
  /** Which company of the customer's is behind it: 0 is the first that was signed in to, and each sign-in to another one counts on. */
  company: number
  /** Null until somebody has picked one. */
  integration: Integration | null
  /** Null until the link flow was completed once. */
  accountToken: string | null
  /** Epoch milliseconds; null until then. */
  completedAt: number | null
  issues: Issue[]
  /** How many records were added by hand; numbers the next one. */
  added: number
  /** Null until completed. */
  data: { source: Source; mirror: Mirror } | null
}

export interface Issue {
  id: string
  status: 'ONGOING' | 'RESOLVED'
  description: string
  /** Epoch milliseconds. */
  firstAt: number
  lastAt: number
}

/** Who is linking what: the identity of a linked account is the first two. */
export interface EndUser {
  originId: string
  category: Category
  organizationName: string
  emailAddress: string
}

/** What the company behind the account is called. */
export function companyName({ organizationName, company }: Pick<LinkedAccount, 'organizationName' | 'company'>): string {
  return company === 0 ? organizationName : `${organizationName} ${company + 1}`
}

/** Where the company is at the source: `acme` of `acme.bamboohr.example`. */
export function subdomainOf(account: Pick<LinkedAccount, 'organizationName' | 'company'>): string {
  const plain = companyName(account).normalize('NFKD').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'company'
}
