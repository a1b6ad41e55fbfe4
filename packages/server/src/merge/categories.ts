import { ErrorCode, IntegrationError } from '../errors.ts'

/** Categories of Merge that this version knows. */
export const CATEGORIES = [
  'hris',
  'ats',
  'crm',
  'accounting',
  'ticketing',
  'filestorage',
  'knowledgebase',
  'chat',
  'mktg',
  'email',
  'calendar',
] as const

/** One that Merge has added since: made by {@link customCategory} only, so that a misspelt one is not taken for new. */
export type CustomCategory = string & { readonly [custom]: true }

export type Category = (typeof CATEGORIES)[number] | CustomCategory

/**
 * A category of Merge that this version does not know yet, as Merge writes it in its addresses: 2 to 40 letters from a to z. Name it in
 * `categories`, or in a model of `sync.models`, and it is taken wherever a category is. Throws `CONFIG_INVALID` for any other text.
 */
export function customCategory(name: string): CustomCategory {
  if (isCategoryName(name)) return name as CustomCategory
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `customCategory(${JSON.stringify(name)?.slice(0, 60)}) is no category: it takes 2 to 40 letters from a to z, such as 'email', as in Merge's addresses.`,
  )
}

/** What a category may look like. It stands in paths, so nothing else may. */
export function isCategoryName(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z]{2,40}$/.test(name)
}

declare const custom: unique symbol
