import type { After } from './deadline.ts'
import { ConnectError } from './errors.ts'
import { type MergeLink, presentMergeLink } from './merge-link.ts'

/**
 * The modal's script, loaded once per address for any number of elements.
 * A failure is forgotten, so that the next call tries again with a new tag.
 * A tag that somebody else put there is given a moment, whatever its state, and
 * then repeated; a script object that is there already without any tag of ours
 * is used as it is. Every failure is `script_blocked`.
 */
export function loadScript(scriptUrl: string, nonce: string | undefined, after: After): Promise<MergeLink> {
  const url = trusted(scriptUrl)
  const known = loaded.get(url)
  if (known) return known
  const present = presentMergeLink()
  if (present && !loaded.size) return Promise.resolve(present)
  const loading = load(url, nonce, after)
  loaded.set(url, loading)
  loading.catch(() => loaded.delete(url))
  return loading
}

const loaded = new Map<string, Promise<MergeLink>>()

async function load(url: string, nonce: string | undefined, after: After): Promise<MergeLink> {
  const stranger = [...document.scripts].find((script) => script.src === url)
  // It may have failed long ago, and then no event comes any more.
  const found = stranger && (await arrival(stranger, 3_000, after))
  if (found) return found
  // Without cookies; and where the other side has no answer to such a request, as any tag asks.
  for (const crossOrigin of ['anonymous', '']) {
    const script = document.createElement('script')
    if (nonce) script.nonce = nonce
    if (crossOrigin) script.crossOrigin = crossOrigin
    script.src = scriptAddress(url)
    document.head.append(script)
    const link = await arrival(script, 20_000, after)
    if (link) return link
    script.remove()
    // It came, or may still come: asking once more would run it twice.
    if (link !== null) break
  }
  throw new ConnectError('script_blocked', `${url} did not load; see the CSP`)
}

/** `null`: it could not be had. Nothing: it brought nothing, or not in time. */
function arrival(script: HTMLScriptElement, limit: number, after: After): Promise<MergeLink | null | undefined> {
  return new Promise((resolve) => {
    after(limit, () => resolve(undefined))
    script.addEventListener('error', () => resolve(null))
    script.addEventListener('load', () => resolve(presentMergeLink()))
  })
}

/** Code from there runs with the rights of the page: encrypted, or from this very machine. */
function trusted(scriptUrl: string): string {
  const { protocol, hostname, href } = new URL(scriptUrl)
  if (protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1])$/.test(hostname))) return href
  throw new ConnectError('script_blocked', `${href} is not https`, false)
}

/** Pages that enforce Trusted Types allow the policy `connect-integration`. */
function scriptAddress(url: string): string {
  const { trustedTypes } = globalThis as unknown as { trustedTypes?: TrustedTypesFactory }
  policy ??= trustedTypes?.createPolicy('connect-integration', { createScriptURL: (address) => address })
  return policy ? (policy.createScriptURL(url) as string) : url
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
}
let policy: ReturnType<TrustedTypesFactory['createPolicy']> | undefined
