import { ErrorCode, IntegrationError } from '../errors.ts'

export type Region = 'us' | 'eu' | 'ap'

/** Where Merge is: hosts differ by region, and single-tenant customers have their own. */
export interface Hosts {
  /** API base, without a trailing slash, `/api` included. */
  apiBase: URL
  link: LinkScript
}

/** What the browser needs to open Merge Link. */
export interface LinkScript {
  scriptUrl: string
  /** Origin only, without `/api`; absent for the default region. */
  apiBaseUrl?: string
}

/** Source: docs.merge.dev, regions; CSP and script host: help.merge.dev/en/articles/5924787. */
export function resolveHosts(options: { baseUrl?: string; region?: Region; linkScriptUrl?: string }): Hosts {
  const region = options.region ?? 'us'
  const origin = REGION_ORIGINS[region]
  if (origin === undefined) {
    throw new IntegrationError(ErrorCode.CONFIG_INVALID, `"merge.region" is ${JSON.stringify(region)}; it must be "us", "eu" or "ap".`)
  }
  const apiBase = checkedUrl(options.baseUrl ?? `${origin}/api`, 'merge.baseUrl')
  if (apiBase.pathname === '/' || apiBase.pathname === '') {
    throw new IntegrationError(
      ErrorCode.CONFIG_INVALID,
      `"merge.baseUrl" is ${apiBase.href}, but Merge's API lives below /api: use ${apiBase.origin}/api.`,
    )
  }
  apiBase.pathname = apiBase.pathname.replace(/\/+$/, '')
  const scriptUrl = checkedUrl(options.linkScriptUrl ?? 'https://cdn.merge.dev/initialize.js', 'merge.linkScriptUrl').href
  return { apiBase, link: apiBase.origin === REGION_ORIGINS.us ? { scriptUrl } : { scriptUrl, apiBaseUrl: apiBase.origin } }
}

const REGION_ORIGINS: Record<Region, string> = {
  us: 'https://api.merge.dev',
  eu: 'https://api-eu.merge.dev',
  ap: 'https://api-ap.merge.dev',
}

/** The account token travels there: https only, except on this machine itself. */
function checkedUrl(value: string, option: string): URL {
  let url: URL
  try {
    url = new URL(value)
  } catch {
    throw new IntegrationError(ErrorCode.CONFIG_INVALID, `"${option}" is not a URL: it should look like https://api.merge.dev/api.`)
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new IntegrationError(ErrorCode.CONFIG_INVALID, `"${option}" must be https (http is accepted for localhost only).`)
  }
  if (!loopback && isAddress(url.hostname)) {
    throw new IntegrationError(
      ErrorCode.CONFIG_INVALID,
      `"${option}" is an IP address, for which no certificate shows who answers: name the host, such as api.merge.dev.`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new IntegrationError(
      ErrorCode.CONFIG_INVALID,
      `"${option}" contains a user name or password; Merge takes the key in "merge.apiKey" only.`,
    )
  }
  url.search = ''
  url.hash = ''
  return url
}

/** As `URL` writes it: every spelling of an IPv4 address has become four numbers, an IPv6 address stands in brackets. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname)
}
