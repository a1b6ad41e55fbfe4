import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join, resolve } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { command } from '../command.mjs'

const folder = resolve('.cache/packages')

/**
 * Looks at the packages as npm would deliver them: packed, linted (publint),
 * their types resolved as each kind of project resolves them (attw), unpacked
 * into a node_modules, every import held against the declared dependencies, and
 * every entry loaded with `import` and `require`.
 */
export async function packages() {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const names = await readdir('packages')
  const problems = []
  const installed = []
  for (const name of names) {
    const cwd = resolve('packages', name)
    const packed = await command('pnpm', ['pack', '--json', '--pack-destination', folder], { cwd, env: { FORCE_COLOR: '0' } })
    if (!packed.ok) {
      problems.push(`${name}: pnpm pack failed.\n${packed.output}`)
      continue
    }
    const tarball = JSON.parse(packed.output.slice(packed.output.indexOf('{'))).filename
    problems.push(...(await lintPackage(name, tarball)), ...(await checkTypes(name, tarball)))
    const manifest = await unpack(cwd, tarball)
    installed.push(manifest)
    problems.push(...(await undeclared(manifest)))
  }
  problems.push(...(await load(installed)))
  return {
    passed: problems.length ? 0 : 1,
    failed: problems.length ? 1 : 0,
    detail: problems.length ? `${problems.length} problems` : `${names.length} packed, linted, resolved and loaded`,
    output: problems.join('\n'),
  }
}

async function lintPackage(name, tarball) {
  const bytes = await readFile(tarball)
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true, level: 'warning' })
  return messages.map((message) => `${name}: publint: ${formatMessage(message, pkg)}`)
}

async function checkTypes(name, tarball) {
  // The element is for browsers and bundlers: ESM only, and its bundles for a script tag have no types to resolve.
  const profile =
    name === 'element'
      ? ['--profile', 'esm-only', '--exclude-entrypoints', './connect-integration.js', './elements.js', './before-defined.css']
      : ['--profile', 'node16']
  const { ok, output } = await command('attw', [tarball, ...profile])
  return ok ? [] : [`${name}: attw:\n${output}`]
}

/** Unpacks the tarball where Node finds it by name, with its dependencies linked from the workspace. */
async function unpack(cwd, tarball) {
  const manifest = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'))
  const modules = join(folder, 'node_modules')
  const target = join(modules, manifest.name)
  await mkdir(target, { recursive: true })
  const { ok, output } = await command('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  if (!ok) throw new Error(`tar could not unpack ${tarball}: ${output}`)
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (dependency.startsWith('@connect-integration/')) continue // its own tarball
    await symlink(join(cwd, 'node_modules', dependency), join(modules, dependency), 'junction').catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  return { ...manifest, cwd }
}

/** What the built files and declarations import, which a user's install has to have. */
async function undeclared({ name, dependencies, peerDependencies }) {
  const root = join(folder, 'node_modules', name)
  const known = new Set([name, ...builtinModules, ...Object.keys({ ...dependencies, ...peerDependencies })])
  const problems = new Set()
  for (const file of await readdir(root, { recursive: true })) {
    if (!/\.(js|cjs|d\.ts|d\.cts)$/.test(file)) continue
    const text = await readFile(join(root, file), 'utf8')
    for (const [, specifier] of text.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["']([\w@][^"'\n]*)["']/g)) {
      const wanted = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
      if (!specifier.startsWith('node:') && !known.has(wanted))
        problems.add(`${name}: ${file} imports ${wanted}, which package.json does not declare`)
    }
  }
  return problems
}

/** Loads every entry, on a server: also the elements must do no more than define themselves. */
async function load(manifests) {
  const problems = []
  for (const { name, exports, peerDependencies, cwd } of manifests) {
    for (const [subpath, target] of Object.entries(exports)) {
      if (subpath.endsWith('.json') || typeof target === 'string') continue
      // An entry that is named after an optional peer is the only one that may need it: the others run without.
      const peer = subpath.slice(2)
      if (peerDependencies?.[peer]) await symlink(join(cwd, 'node_modules', peer), join(folder, 'node_modules', peer), 'junction')
      const specifier = JSON.stringify(name + subpath.slice(1))
      const lines = [`await import(${specifier})`]
      if (target.require) lines.push(`(await import('node:module')).createRequire(import.meta.url)(${specifier})`)
      const file = join(folder, 'load.mjs')
      await writeFile(file, lines.join(';\n'))
      const { ok, output } = await command(process.execPath, ['--disable-warning=ExperimentalWarning', file])
      if (!ok || output) problems.push(`${name}: loading ${subpath} ${ok ? 'writes' : 'fails'}:\n${output}`)
    }
  }
  return problems
}
