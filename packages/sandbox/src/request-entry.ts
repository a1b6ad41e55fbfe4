import type { RequestEntry } from './settings.ts'

/** Values that are worth reading in a log and cannot be a secret. */
const shown = /^(page_size|include_deleted_data|(created|modified)_(after|before)|is_test_account|category|status|model)$/

/** A request as it may be logged: no token, no cursor, no value that is not known to be harmless. */
export function requestEntry(request: Request, status: number, linkedAccountId: string | null): RequestEntry {
  const { pathname, searchParams } = new URL(request.url)
  const path = pathname.replace(/(\/(?:account-token|magic-link)\/)(?!regenerate$)[^/]+/, '$1***')
  const query = [...searchParams].map(([name, value]) => (shown.test(name) ? `${name}=${value}` : `${name}=***`)).join('&')
  return { method: request.method, path: query ? `${path}?${query}` : path, status, linkedAccountId }
}
