import type { Core } from './core.ts'
import type { CatalogEntry } from './merge/gateway.ts'

const FRESH_MS = 10 * 60_000

/**
 * The integrations that your Merge organization has enabled, by name. Asked for at most every ten minutes per process; when Merge
 * cannot be asked the last answer is given again, and without one the error is thrown (`UPSTREAM_*`, `CONFIG_AUTH`).
 */
export function createCatalog(core: Core): (query?: { category?: string }) => Promise<CatalogEntry[]> {
  let last: { entries: CatalogEntry[]; at: number } | undefined
  let asking: Promise<CatalogEntry[]> | undefined

  async function fresh(): Promise<CatalogEntry[]> {
    if (last && core.clock.monotonic() - last.at < FRESH_MS) return last.entries
    asking ??= core.link.gateway
      .integrations()
      .then((entries) => {
        last = { entries: entries.sort((one, other) => one.name.localeCompare(other.name)), at: core.clock.monotonic() }
        return last.entries
      })
      .finally(() => {
        asking = undefined
      })
    return asking.catch((error: unknown) => {
      if (last) return last.entries
      throw error
    })
  }

  return async (query = {}) => {
    const entries = await fresh()
    return query.category === undefined ? entries : entries.filter((entry) => entry.categories.includes(query.category ?? ''))
  }
}
