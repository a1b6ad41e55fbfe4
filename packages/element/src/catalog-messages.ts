import { type ListMessages, english as listEnglish } from './list-messages.ts'

/** Every text of the catalog, with those of the list and of the connect button, of which it uses many. */
export interface CatalogMessages extends ListMessages, Partial<Record<PluralKey, string>> {
  /** The name of the cards as a whole. */
  catalog: string
  search: string
  /** The name of the tabs. */
  categories: string
  all: string
  /** `{count}`, for screen readers. */
  found_other: string
  /** `{query}`. */
  none_found: string
  show_all: string
  catalog_empty: string
  connect_one: string
  connect_more: string
}

type PluralKey = `found_${Exclude<Intl.LDMLPluralRule, 'other'>}`

export const english: CatalogMessages = {
  ...listEnglish,
  catalog: 'Available integrations',
  search: 'Search integrations',
  categories: 'Categories',
  all: 'All',
  found_one: '{count} integration',
  found_other: '{count} integrations',
  none_found: 'Nothing found for “{query}”.',
  show_all: 'Show all',
  catalog_empty: 'There is nothing to connect yet.',
  connect_one: 'Connect',
  connect_more: 'Connect another',
}
