import type { AccountDetails } from '../merge/gateway.ts'
import type { Details } from './details.ts'

const MOST_DOMAINS = 4

/** The domains of those who opened this connection, newest last, with one more. */
export function withDomain(domains: readonly string[], email: string): string[] {
  const domain = domainOf(email)
  return domain === null ? [...domains] : [...domains.filter((known) => known !== domain), domain].slice(-MOST_DOMAINS)
}

/**
 * The domain of the address that Merge has for an account, where nobody of that domain opened it here: somebody may have been talked into
 * finishing another's link. A hint for people, and nothing is decided by it. `null` where there is nothing to say.
 */
export function foreignDomain(
  { emailDomains }: Pick<Details, 'emailDomains'>,
  { userEmail }: Pick<AccountDetails, 'userEmail'>,
): string | null {
  const domain = userEmail === null ? null : domainOf(userEmail)
  return domain === null || emailDomains.length === 0 || emailDomains.includes(domain) ? null : domain
}

function domainOf(email: string): string | null {
  return /@([^@\s]+)$/.exec(email.trim())?.[1]?.toLowerCase() ?? null
}
