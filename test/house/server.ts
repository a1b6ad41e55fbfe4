import { resolvePath } from './packages.ts'
import type { Source } from './source.ts'

const home = 'packages/server/src/'

/**
 * The arrows inside the server, from left to right:
 *
 *   errors ← storage ← { merge, secrets } ← { link, webhooks, sync } ← root ← http ← node · next
 *
 * A folder may import itself and what stands in its list. `root` is every file
 * at the top: the composition root and the doors it opens. The one arrow
 * between neighbours is that the gateway is handed tokens as `Secret`.
 */
const arrows: Record<string, string[]> = {
  errors: [],
  abort: [],
  events: ['errors', 'storage'],
  system: [],
  storage: ['errors'],
  secrets: ['errors', 'storage'],
  merge: ['errors', 'abort', 'storage', 'secrets'],
  link: ['errors', 'abort', 'storage', 'secrets', 'merge'],
  webhooks: ['errors', 'abort', 'storage', 'secrets', 'merge'],
  sync: ['errors', 'abort', 'storage', 'secrets', 'merge'],
  models: ['merge'],
  root: ['errors', 'abort', 'storage', 'secrets', 'merge', 'link', 'webhooks', 'sync', 'models'],
  http: ['errors', 'abort', 'storage', 'secrets', 'merge', 'link', 'webhooks', 'sync', 'models', 'root'],
  node: ['errors', 'abort', 'root', 'http'],
  next: ['errors', 'abort', 'root', 'http'],
}

/** Vocabulary: anybody may name their types; only these may take what is really there. */
const vocabulary: Record<string, (path: string) => boolean> = {
  events: (path) => layerOf(path) === 'root',
  system: (path) => layerOf(path) === 'root' || path === 'storage/memory.ts',
}

/** No file of the server imports against the arrows. */
export function serverArrows({ path, imports }: Source): string[] {
  if (!path.startsWith(home)) return []
  const from = layerOf(path.slice(home.length))
  const list = arrows[from]
  if (!list) return [`${path}: the folder "${from}" is not in the list of arrows (test/house/server.ts)`]
  return imports.flatMap(({ specifier, typeOnly, line }) => {
    const target = resolvePath(path, specifier)
    if (!specifier.startsWith('.') || !target.startsWith(home)) return []
    const to = layerOf(target.slice(home.length))
    if (to === from || list.includes(to)) return []
    const mayUse = vocabulary[to]
    if (mayUse && (typeOnly || mayUse(path.slice(home.length)))) return []
    return [`${path}:${line}: ${from} may not import ${typeOnly ? '' : 'values from '}${to} ("${specifier}")`]
  })
}

/** Time, chance, network, console and the environment are handed in, so that every run can be repeated. */
export function serverPurity({ path, uses }: Source): string[] {
  if (!path.startsWith(home)) return []
  const inside = path.slice(home.length)
  return uses.flatMap(({ name, line }) => {
    if (name === 'Request' || name === 'Response') {
      return ['http', 'node', 'next', 'merge'].includes(layerOf(inside))
        ? []
        : [`${path}:${line}: ${name} belongs to http, node, next and merge`]
    }
    if (inside === 'system.ts' || (name === 'process' && inside === 'environment.ts')) return []
    return [`${path}:${line}: ${name} belongs to ${name === 'process' ? 'environment.ts' : 'system.ts'}`]
  })
}

/** Merge's client is large and optional: only the gateway's folder may name it. */
export function mergeClient({ path, imports }: Source): string[] {
  if (path.startsWith(`${home}merge/`)) return []
  return imports
    .filter(({ specifier }) => specifier.startsWith('@mergeapi/'))
    .map(({ specifier, line }) => `${path}:${line}: only packages/server/src/merge may name "${specifier}"`)
}

/** Path below the server's source → folder, or one of the files that are a layer of their own, or `root`. */
function layerOf(inside: string): string {
  if (inside.includes('/')) return inside.slice(0, inside.indexOf('/'))
  const name = inside.replace(/\.ts$/, '')
  return ['errors', 'abort', 'events', 'system'].includes(name) ? name : 'root'
}
