import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Target = string | { [condition: string]: Target }

interface Manifest {
  name: string
  version: string
  license: string
  private?: boolean
  files?: string[]
  exports: Record<string, Target>
  scripts?: Record<string, string>
  packageManager?: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const published = new Map(readdirSync('packages').map((folder) => [folder, readManifest(`packages/${folder}/package.json`)]))
const names = [...published.values()].map((manifest) => manifest.name).sort()
const unpublished = [
  'package.json',
  'benchmarks/package.json',
  ...readdirSync('examples').map((folder) => `examples/${folder}/package.json`),
]

describe.each([...published])('the package %s', (folder, manifest) => {
  it('is named after its folder, free and meant for everyone', () => {
    // The command line is called by its name: `npx connect-integration`.
    expect(manifest.name).toBe(folder === 'cli' ? 'connect-integration' : `@connect-integration/${folder}`)
    expect(manifest.license).toBe('MIT')
    expect(manifest.private).toBeUndefined()
  })

  it('puts types first wherever an export has conditions', () => {
    expect(Object.keys(manifest.exports)).toContain('.')
    expect(Object.keys(manifest.exports)).toContain('./package.json')
    expect(Object.entries(manifest.exports).flatMap(([subpath, target]) => typesNotFirst(subpath, target))).toEqual([])
  })

  it('has each of its exports checked against the source, not against an old build', () => {
    const { paths } = readJson('tsconfig.json').compilerOptions
    const typed = Object.keys(manifest.exports).filter((subpath) => typeof manifest.exports[subpath] !== 'string')
    expect(typed.map((subpath) => manifest.name + subpath.slice(1)).filter((specifier) => !paths[specifier])).toEqual([])
  })

  it('runs nothing on the machine that installs or packs it', () => {
    const lifecycle = /^(pre|post)?(install|pack|prepare|publish|publishOnly|version|uninstall)$|^prepublishOnly$|^dependencies$/
    expect(Object.keys(manifest.scripts ?? {}).filter((script) => lifecycle.test(script))).toEqual([])
  })

  it('ships its build and its history, and no source or test', () => {
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'CHANGELOG.md']))
    expect(manifest.files?.filter((entry) => /^(src|test|node_modules|\*|\.)/.test(entry))).toEqual([])
  })

  it('develops with exact versions, and asks users for no neighbour of an exact version', () => {
    expect(notExact(manifest.devDependencies)).toEqual([])
    const exactPeers = Object.entries(manifest.peerDependencies ?? {}).filter(([, range]) => !/^(workspace:)?[\^~>]/.test(range))
    expect(exactPeers).toEqual([])
  })
})

describe('the workspace', () => {
  it.each(unpublished)('keeps %s private and its versions exact', (path) => {
    const manifest = readManifest(path)
    expect(manifest.private).toBe(true)
    expect(notExact({ ...manifest.dependencies, ...manifest.devDependencies })).toEqual([])
  })

  it('has exact versions in the catalog', () => {
    const catalog = /^catalog:\n((?: {2}.*\n)+)/m.exec(readFileSync('pnpm-workspace.yaml', 'utf8'))?.[1] ?? ''
    const entries = catalog
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/: (?=\S+$)/))
    expect(entries.length).toBeGreaterThan(1)
    expect(entries.filter(([, version]) => !isExact(version ?? ''))).toEqual([])
  })

  it('fetches the pnpm that it names', () => {
    const version = /PNPM_VERSION = '(.+)'/.exec(readFileSync('scripts/run.mjs', 'utf8'))?.[1]
    expect(readManifest('package.json').packageManager).toBe(`pnpm@${version}`)
  })

  it('has no devEngines, which make npm itself refuse to run', () => {
    const all = [...unpublished, ...[...published.keys()].map((folder) => `packages/${folder}/package.json`)]
    expect(all.filter((path) => 'devEngines' in readJson(path))).toEqual([])
  })

  it('has a licence', () => {
    expect(readFileSync('LICENSE', 'utf8')).toMatch(/^MIT License\n\nCopyright \(c\) \d{4} the connect-integration authors\n/)
  })
})

describe('the release', () => {
  it('is of all packages at once, under one version', () => {
    const config = readJson('.changeset/config.json')
    expect(config.fixed.map((group: string[]) => [...group].sort())).toEqual([names])
    expect(config).toMatchObject({ access: 'public', baseBranch: 'main' })
    expect(new Set([...published.values()].map((manifest) => manifest.version)).size).toBe(1)
  })

  it('is described for packages that exist', () => {
    const files = readdirSync('.changeset').filter((file) => file.endsWith('.md') && file !== 'README.md')
    const named = files.flatMap((file) =>
      [...readFileSync(`.changeset/${file}`, 'utf8').matchAll(/^'(.+)': (?:major|minor|patch)$/gm)].map(([, name]) => name),
    )
    expect(named.filter((name) => !names.includes(name ?? ''))).toEqual([])
  })
})

function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function readManifest(path: string): Manifest {
  expect(existsSync(path), `${path} is missing`).toBe(true)
  return readJson(path)
}

/** Every place, however deep, where `types` is not the first condition that TypeScript meets. */
function typesNotFirst(place: string, target: Target): string[] {
  if (typeof target === 'string') return []
  const conditions = Object.keys(target)
  const wrong = conditions.includes('default') && conditions[0] !== 'types' ? [place] : []
  return [...wrong, ...Object.entries(target).flatMap(([condition, inner]) => typesNotFirst(`${place} ${condition}`, inner))]
}

function notExact(dependencies: Record<string, string> = {}): string[] {
  return Object.entries(dependencies)
    .filter(([, version]) => !isExact(version))
    .map(([name, version]) => `${name}@${version}`)
}

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(-[\w.]+)?$|^catalog:$|^workspace:\*$/.test(version)
}
