import type { Source } from './source.ts'

export interface Manifest {
  name: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** What each package may import besides its own files and Node: the whole list. A subpath that is not named is not allowed. */
const allowed: Record<string, string[]> = {
  server: ['zod', 'zod/*', 'ky', '@mergeapi/merge-node-client'],
  element: ['lit', 'lit/*', 'preact', 'react', 'solid-js', 'svelte/elements', 'vue'],
  'storage-sql': ['@connect-integration/server/storage', 'mysql2/promise', 'pg'],
  testkit: ['@connect-integration/server', '@connect-integration/server/storage'],
  sandbox: ['@connect-integration/element/testing'],
  cli: ['@connect-integration/server/storage', '@connect-integration/storage-sql'],
}

/** Runs in a browser, so not even Node is there. */
const withoutNode = new Set(['element'])

/** The entry of a framework is the only place that may import it: whoever uses another one does not have it. */
const ofOneEntry: Record<string, RegExp> = {
  preact: /\/types\/preact\.ts$/,
  react: /\/(types\/react|react-component)\.ts$/,
  'solid-js': /\/types\/solid\.ts$/,
  'svelte/elements': /\/types\/svelte\.ts$/,
  vue: /\/types\/vue\.ts$/,
}

/** Built into the package, so that a development dependency is enough. */
const bundled: Record<string, string[]> = { server: ['zod', 'ky'], sandbox: ['@connect-integration/element'] }

/** Run a file that the user names, word for word so: it is no package of anybody's. */
const runsUsersFile = new Set(['cli', 'testkit'])
const USERS_FILE = 'pathToFileURL(file).href'

/** A package imports what the table says and nothing else, and no file of another package by its path. */
export function packageTable({ path, imports }: Source): string[] {
  const folder = folderOf(path)
  const table = allowed[folder]
  if (!table) return [`${path}: the package "${folder}" is not in the table of what may import what (test/house/packages.ts)`]
  return imports.flatMap(({ specifier, line }) => {
    if (specifier.startsWith('.')) {
      const target = resolvePath(path, specifier)
      return target.startsWith(`packages/${folder}/src/`) ? [] : [`${path}:${line}: "${specifier}" leaves the package's source`]
    }
    if (specifier === USERS_FILE && runsUsersFile.has(folder)) return []
    if (specifier.startsWith('node:')) return withoutNode.has(folder) ? [`${path}:${line}: "${specifier}" is not there in a browser`] : []
    const allowedHere = ofOneEntry[specifier]?.test(path) ?? true
    const known = allowedHere && table.some((entry) => matches(entry, specifier))
    return known ? [] : [`${path}:${line}: ${folder} may not import "${specifier}"${allowedHere ? '' : ' in this file'}`]
  })
}

/** A package declares what it imports: a user's install has nothing else. */
export function declaredImports({ path, imports }: Source, manifests: Record<string, Manifest>): string[] {
  const folder = folderOf(path)
  const { name: self, dependencies, peerDependencies, devDependencies } = manifests[folder] ?? { name: '' }
  const declared = { ...dependencies, ...peerDependencies }
  return imports.flatMap(({ specifier, line }) => {
    if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier === USERS_FILE) return []
    const name = packageNameOf(specifier)
    const isBundled = bundled[folder]?.includes(name) && devDependencies?.[name]
    return name === self || declared[name] || isBundled
      ? []
      : [`${path}:${line}: "${name}" is not declared in the package.json of ${folder}`]
  })
}

/** `packages/server/src/…` → `server`. */
export function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

/** The path that a relative specifier in `from` means. */
export function resolvePath(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1)
}

function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function matches(entry: string, specifier: string): boolean {
  return entry.endsWith('/*') ? specifier.startsWith(entry.slice(0, -1)) : specifier === entry
}
