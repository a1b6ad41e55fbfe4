import type { Company, Identity } from './account-checkpoint.ts'

/** What the account's row asks for, as far as it concerns whose data this is. */
export interface Asked {
  relinks: number
  /** How often another company was confirmed, and of which relink the newest confirmation was. */
  companies: number
  confirmedRelink: number
}

/**
 * Whether the connection still leads to the company whose data is stored. Pure. `'search'`: after a relink nothing that Merge says of the
 * connection tells, so a record has to be found again. `'other'`: nothing may be written or deleted, until a person confirms it or the customer
 * relinks. Recreated ids of the same company look like another one, which is why a person decides.
 */
export function judgeCompany(known: Company | null, found: Identity, asked: Asked): 'same' | 'search' | 'other' {
  if (known === null || isConfirmed(known, asked)) return 'same'
  if (differs(known.slug, found.slug) || differs(known.instance, found.instance) || differs(known.subdomain, found.subdomain))
    return 'other'
  if (known.relinks === asked.relinks) return known.strange === 'records' ? 'other' : 'same'
  return known.instance !== null && known.instance === found.instance ? 'same' : 'search'
}

/** What is known from now on. What Merge does not say this time stays as it was; a company that was confirmed replaces all of it. */
export function acknowledged(known: Company | null, found: Identity, asked: Asked, seen = ''): Company {
  const before = known === null || isConfirmed(known, asked) ? NOTHING : known
  return {
    slug: found.slug ?? before.slug,
    instance: found.instance ?? before.instance,
    subdomain: found.subdomain ?? before.subdomain,
    relinks: asked.relinks,
    confirmed: asked.companies,
    strange: null,
    seen,
    waiting: null,
    search: null,
  }
}

/** A confirmation is of the company that was found then: one that a later relink leads to has not been seen by anybody. */
function isConfirmed(known: Company, asked: Asked): boolean {
  return asked.companies > known.confirmed && asked.confirmedRelink === asked.relinks
}

const NOTHING: Identity = { slug: null, instance: null, subdomain: null }

/** Records are stored, and of which company was never written down. */
export const UNHEARD_OF: Company = { ...NOTHING, relinks: 0, confirmed: 0, strange: null, seen: '', waiting: null, search: null }

function differs(known: string | null, found: string | null): boolean {
  return known !== null && found !== null && known !== found
}
