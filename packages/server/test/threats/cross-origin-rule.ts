/** What of a request tells which page caused it. */
export interface Headers {
  method: string
  site: string | undefined
  origin: string | undefined
  host: string
  type: string | undefined
}

/**
 * The rule in words of its own, without a parser of addresses: whether a request may change something, must not, or could have been sent by
 * a form. `trusted` is written as browsers write origins.
 *
 * - Reading is nobody's business here: browsers keep the answer from foreign pages.
 * - The browser's own word comes first, `Sec-Fetch-Site`: our own page (`same-origin`), or no page at all (`none`: typed, or an extension).
 * - Older browsers say `Origin` only: it has to be the origin that the request was sent to, whichever of http and https.
 * - Who says neither is refused: no browser of today.
 */
export function verdict({ method, site, origin, host, type }: Headers, trusted: readonly string[]): 'passes' | 'refused' | 'no JSON' {
  if (method === 'GET') return 'passes'
  const isTrusted = origin !== undefined && trusted.includes(origin)
  const isOwn = site === undefined ? ownPage(origin, host) : ['same-origin', 'none'].includes(site)
  if (!isTrusted && !isOwn) return 'refused'
  return type === undefined || /^\s*application\/json\s*(;.*)?$/i.test(type) ? 'passes' : 'no JSON'
}

function ownPage(origin: string | undefined, host: string): boolean {
  const [, scheme = '', name = '', port = ''] = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9]\d*))?$/.exec(origin ?? '') ?? []
  const usual = scheme === 'http' ? '80' : '443'
  // No browser writes the port that goes without saying.
  if (name === '' || port === usual) return false
  const [, asked = '', at = ''] = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d*))?$/.exec(host.toLowerCase()) ?? []
  return asked === name && (at || usual) === (port || usual)
}
