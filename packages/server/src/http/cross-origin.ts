import { ErrorCode, IntegrationError } from '../errors.ts'

/**
 * One list of origins for reading (CORS) and for writing (CSRF). Without an entry only pages of our own origin may call.
 */
export interface CrossOrigin {
  /** Throws `CROSS_ORIGIN` for an unsafe request that a page of a foreign origin could have caused. */
  check(request: Request): void
  /** Headers for the answer to this request. */
  headers(request: Request): Record<string, string>
  /** The answer to a preflight, or `null` when the request is none. */
  preflight(request: Request): Response | null
}

export function createCrossOrigin(trustedOrigins: readonly string[]): CrossOrigin {
  const trusted = new Set(trustedOrigins.map(readOrigin))

  const isTrusted = (request: Request): boolean => trusted.has(request.headers.get('origin') ?? '')

  const headers = (request: Request): Record<string, string> => ({
    vary: 'Origin',
    // Pages of trusted origins read by CORS, to which this does not apply: it is about what is loaded without, as a script or a picture.
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    ...(isTrusted(request)
      ? { 'access-control-allow-origin': request.headers.get('origin') ?? '', 'access-control-allow-credentials': 'true' }
      : {}),
  })

  return {
    headers,

    check(request) {
      if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return
      if (isTrusted(request)) return
      const site = request.headers.get('sec-fetch-site')
      if (site === 'same-origin' || site === 'none') return
      const origin = request.headers.get('origin')
      // Browsers that do not send Sec-Fetch-Site send Origin; what sends neither is no browser, and carries no one's cookies by accident.
      if (site === null && origin !== null && isOwn(origin, request)) return
      throw new IntegrationError(
        ErrorCode.CROSS_ORIGIN,
        `A ${request.method} request from ${origin === null ? 'a caller without an Origin header' : `the origin ${origin.slice(0, 100)}`} was refused. If that is a page of yours, add its origin to "trustedOrigins".`,
      )
    },

    preflight(request) {
      if (request.method !== 'OPTIONS') return null
      if (!isTrusted(request)) return new Response(null, { status: 204, headers: headers(request) })
      const allowed = {
        'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
        'access-control-allow-headers': 'content-type, authorization, x-csrf-token',
        'access-control-max-age': '600',
      }
      return new Response(null, { status: 204, headers: { ...headers(request), ...allowed } })
    },
  }
}

/**
 * Behind a proxy the scheme of `request.url` is the proxy's word; the host is what names the site. What a browser sends is exactly an origin of
 * the web, so it is compared as text: with no path, no user, no scheme of an app's own, and never two.
 */
function isOwn(origin: string, request: Request): boolean {
  const scheme = /^https?:/.exec(origin)?.[0]
  const host = request.headers.get('host') ?? new URL(request.url).host
  return scheme !== undefined && /^[\w.:[\]-]+$/.test(host) && URL.parse(`${scheme}//${host}`)?.origin === origin
}

function readOrigin(value: string): string {
  try {
    const { origin, href } = new URL(value)
    if (origin !== 'null' && href === `${origin}/`) return origin
  } catch {
    // Falls through: "*" and host names without a scheme are refused alike.
  }
  throw new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    `"trustedOrigins" has ${JSON.stringify(value)}; an origin looks like https://app.example.com, and there is no wildcard.`,
  )
}
