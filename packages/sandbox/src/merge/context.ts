import type { LinkedAccount } from '../account/linked-account.ts'
import type { LinkedAccounts } from '../account/linked-accounts.ts'
import type { LinkSessions } from '../link/sessions.ts'
import type { Settings } from '../settings.ts'
import type { Category } from '../world/category.ts'

/** What the routes work on. */
export interface World {
  settings: Settings
  accounts: LinkedAccounts
  sessions: LinkSessions
  categories: readonly Category[]
}

/** One authenticated request. */
export interface Call extends World {
  request: Request
  method: string
  query: URLSearchParams
  /** As the caller wrote it: scheme, host and port. */
  origin: string
}

/** A call about one linked account, whose token was right. */
export interface AccountCall extends Call {
  account: LinkedAccount
  /** Of the path, which may not be the account's own. */
  category: Category
}
