import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import ts from 'typescript'

/** Where the threads of a proof begin. */
const ENTRY = 'packages/server/test/simulation/trial/many-thread.ts'
const SQL_ENTRY = 'packages/storage-sql/test/fixtures/simulated.ts'
/** Versions of what they run on. */
const MANIFESTS = ['packages/server/package.json', 'packages/storage-sql/package.json']

/**
 * Of the code that a proof on that kind of storage runs, and of no other: of the files that its threads load, as they are when comments, types and
 * spacing are gone.
 */
export function fingerprint(storage) {
  const hash = createHash('sha256')
  for (const manifest of MANIFESTS) hash.update(JSON.stringify(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {}))
  for (const [name, code] of loaded(storage === 'memory' ? [ENTRY] : [ENTRY, SQL_ENTRY])) hash.update(name).update(code)
  return hash.digest('hex').slice(0, 12)
}

/** The files that these load, and those that they load in their turn, by name; without those of which nothing is left when they run. */
export function loaded(entries) {
  const found = new Map()
  for (let waiting = [...entries]; waiting.length > 0; ) {
    const name = waiting.pop()
    if (found.has(name)) continue
    const code = asRun(readFileSync(name, 'utf8'))
    found.set(name, code)
    waiting = [...waiting, ...importsOf(code).flatMap((specifier) => fileOf(specifier, name))]
  }
  return [...found].filter(([, code]) => code !== 'export {};').sort(([one], [other]) => (one < other ? -1 : 1))
}

/** What is left of a source when it runs. */
export function asRun(text) {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true, verbatimModuleSyntax: true },
  })
  return outputText.replace(/\s+/g, ' ').trim()
}

function importsOf(code) {
  return ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** None for what is not of this repository. */
function fileOf(specifier, importer) {
  if (specifier.startsWith('.')) return [join(dirname(importer), specifier)]
  const [, folder, subpath = 'index'] = /^@connect-integration\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  if (!folder) return []
  const stem = `packages/${folder}/src/${subpath}`
  return [`${stem}.ts`, `${stem}/index.ts`].filter((path) => existsSync(path)).slice(0, 1)
}
