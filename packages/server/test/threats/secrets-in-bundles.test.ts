import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'
import { expect, test } from 'vitest'
import * as server from '../../src/index.ts'

const packages = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
type Target = string | { [condition: string]: Target }
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(`${packages}/${name}/package.json`, 'utf8')) as { name: string; exports: Record<string, Target> }
const { name: SERVER, exports } = manifestOf('server')

/** What the core consists of, in words that stand nowhere else. */
const SYMBOLS = [
  ...Object.keys(server).filter((name) => name.startsWith('create') || name.startsWith('integrations')),
  ...['x-account-token', 'aes-256-gcm', 'MERGE_API_KEY', 'CONNECT_INTEGRATION_SECRET', 'timingSafeEqual', 'node:crypto', 'delete-account'],
]

/** As a bundler reads `exports`: the first condition that it goes by. */
function resolveExport(target: Target, conditions: readonly string[]): string | null {
  if (typeof target === 'string') return target
  for (const [condition, inner] of Object.entries(target))
    if (condition === 'default' || conditions.includes(condition)) return resolveExport(inner, conditions)
  return null
}

/** The source that a built file is made of. */
function sourceOf(file: string): string {
  const stem = resolve(packages, 'server/src', relative('dist', file)).replace(/\.c?js$/, '')
  const found = [`${stem}.ts`, `${stem}/index.ts`].find((path) => existsSync(path))
  if (found === undefined) throw new Error(`Nothing is built into ${file}.`)
  return found
}

/** The bundle that an application's page with these lines becomes, and the files it is made of. */
async function bundle(lines: string, conditions: readonly string[]): Promise<{ code: string; modules: string[] }> {
  const entry: Plugin = {
    name: 'entry',
    enforce: 'pre',
    resolveId(id) {
      if (id === resolve(packages, 'page')) return '\0page'
      const subpath = id === SERVER ? '.' : id.startsWith(`${SERVER}/`) ? `.${id.slice(SERVER.length)}` : null
      const target = subpath === null ? undefined : exports[subpath]
      const file = target === undefined ? null : resolveExport(target, conditions)
      if (file !== null) return sourceOf(file)
      if (/^(lit|react|@lit|node:|ky|zod|@mergeapi)/.test(id)) return { id, external: true }
      return null
    },
    load: (id) => (id === '\0page' ? lines : null),
  }
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    root: packages,
    plugins: [entry],
    build: { write: false, minify: false, target: 'esnext', lib: { entry: 'page', formats: ['es'] } },
  })
  const chunks = (Array.isArray(made) ? made : [made]).flatMap((output) => ('output' in output ? output.output : []))
  const code = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? [chunk.code] : []))
  const modules = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  const own = modules.filter((id) => id !== '\0page' && !id.includes('rolldown/runtime'))
  return { code: code.join('\n'), modules: own.map((id) => relative(packages, id)) }
}

const found = (code: string) => SYMBOLS.filter((symbol) => code.includes(symbol))

test('S4 server code in the browser: the elements, bundled with all they bring, hold nothing of the server', async () => {
  const files = readdirSync(`${packages}/element/src`, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const lines = files
    .filter((file) => !file.startsWith('types/'))
    .map((file) => `export * as _${file.replace(/\W/g, '_')} from '/element/src/${file}'`)
  const { code, modules } = await bundle(lines.join('\n'), ['browser', 'import'])
  expect(modules.length).toBeGreaterThan(20)
  expect(modules.filter((id) => !id.startsWith('element/src/'))).toEqual([])
  expect(found(code)).toEqual([])
})

const SECRETIVE = Object.keys(exports).filter((subpath) => !/package\.json|storage|models/.test(subpath))

test.each(SECRETIVE)(
  'S4 server code in the browser: a page that imports %s of the server gets nothing of it, and the reason',
  async (subpath) => {
    const specifier = SERVER + subpath.slice(1)
    const lines = `import * as all from '${specifier}'\nglobalThis.__all = all`
    const forNode = await bundle(lines, ['node', 'import'])
    expect(forNode.modules).toContain(relative(packages, sourceOf(resolveExport(exports[subpath] ?? '', ['import']) ?? '')))
    const { code, modules } = await bundle(lines, ['browser', 'import'])
    expect(modules).toEqual(['server/src/browser.ts'])
    expect(found(code)).toEqual([])
    await expect(import(`data:text/javascript,${encodeURIComponent(code)}`)).rejects.toThrow(/@connect-integration\/server .* servers only/)
    // Cloudflare's bundler goes by "browser", too, and what it makes runs on a server.
    expect(resolveExport(exports[subpath] ?? '', ['workerd', 'worker', 'browser'])).not.toContain('browser')
  },
)

test('S4 server code in the browser: what a page may import of the server holds no secret and asks Merge for nothing', async () => {
  const harmless = Object.keys(exports).filter((subpath) => !SECRETIVE.includes(subpath) && !subpath.endsWith('.json'))
  expect(harmless.length).toBeGreaterThan(0)
  for (const subpath of harmless) {
    const { code, modules } = await bundle(`export * from '${SERVER + subpath.slice(1)}'`, ['browser', 'import'])
    expect(
      found(code).filter((symbol) => symbol !== 'node:crypto'),
      subpath,
    ).toEqual([])
    expect(
      modules.filter((id) => /server\/src\/(secrets|link|webhooks|sync|http|node)\//.test(id)),
      subpath,
    ).toEqual([])
  }
})
