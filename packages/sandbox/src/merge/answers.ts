/** An answer with a JSON body. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** The shape of Django REST Framework's own errors. */
export function refuse(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return json({ detail }, status, headers)
}

export const notFound = () => refuse(404, 'Not found.')

export function throttled(waitMs: number): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return refuse(429, `Request was throttled. Expected available in ${seconds} seconds.`, { 'retry-after': String(seconds) })
}

/** The page size asked for: 30 unless said, never more than 100. */
export function pageSizeOf(query: URLSearchParams): number {
  const asked = Number(query.get('page_size'))
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 100) : 30
}
