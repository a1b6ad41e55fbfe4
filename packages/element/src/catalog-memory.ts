import { type CatalogIntegration, readIntegrations } from './catalog.ts'

// In the session's storage: it outlives a reload and another page of the
// product, goes with the tab, and is no trace of the customer. What is in it is
// what the product offers to everybody: names, categories, logos' addresses and
// colors; nothing about who has connected what.

/** `key`: which catalog. Does nothing where storage is forbidden or full. */
export function remember(key: string, integrations: readonly CatalogIntegration[], now: number): void {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify({ at: now, integrations }))
  } catch {
    // Then this page knows it as long as it is open.
  }
}

/** What was remembered in the last 24 hours; `undefined` for nothing, and for what cannot be read. */
export function recall(key: string, now: number): CatalogIntegration[] | undefined {
  try {
    const { at, integrations } = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? '')
    const known = readIntegrations(integrations)
    return now - at < DAY_MS && known.length ? known : undefined
  } catch {
    return undefined
  }
}

const PREFIX = 'connect-integration.catalog.1:'
const DAY_MS = 86_400_000
