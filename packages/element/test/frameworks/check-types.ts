import { join, relative } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '../../../..')
const folder = join(import.meta.dirname, 'types')
const older = './packages/element/test/react-18/node_modules/@types/react'

interface Project {
  file: string
  options?: ts.CompilerOptions | object
  paths?: Record<string, string[]>
}

const projects: Record<string, Project> = {
  'React 19': { file: 'react.tsx', options: { jsx: 'react-jsx', jsxImportSource: 'react' } },
  'React 18': {
    file: 'react.tsx',
    options: { jsx: 'react-jsx', jsxImportSource: 'react' },
    paths: { react: [`${older}/index.d.ts`], 'react/jsx-runtime': [`${older}/jsx-runtime.d.ts`] },
  },
  Preact: { file: 'preact.tsx', options: { jsx: 'react-jsx', jsxImportSource: 'preact' } },
  Solid: { file: 'solid.tsx', options: { jsx: 'preserve', jsxImportSource: 'solid-js' } },
  Svelte: { file: 'svelte.ts' },
  Vue: { file: 'vue.ts' },
  'no framework': { file: 'html.ts' },
}
export const frameworks = Object.keys(projects)

/**
 * What the compiler has to say about that framework's file in `types`, against the package's sources or its build. Each is
 * a program of its own: two Reacts in one would be one React. A line that has to be refused says so with @ts-expect-error.
 */
export function checkTypes(framework: string, against: 'src' | 'dist'): { problems: string[]; reacts: string[] } {
  const { file, options: own, paths } = projects[framework] ?? { file: framework }
  const { options, errors } = ts.convertCompilerOptionsFromJson(
    { ...read('tsconfig.base.json'), ...own, types: [], paths: { ...entries(against), ...paths } },
    root,
  )
  const program = ts.createProgram([join(folder, file)], options, cachingHost(options))
  const sources = program.getSourceFiles()
  // The rest of the sources is checked with the whole repository.
  const ours = sources.filter(({ fileName }) => OURS.test(fileName))
  const missing = ours.length > 0 ? [] : [`${file} is not there`]
  const diagnostics = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((source) => ts.getPreEmitDiagnostics(program, source)),
  ]
  return {
    problems: [...missing, ...diagnostics.map(told)],
    reacts: [...new Set(sources.flatMap(({ fileName }) => /@types\+react@(\d+)/.exec(fileName)?.[1] ?? []))],
  }
}

const OURS = /\/element\/(test\/frameworks\/types|src\/(types|react|element-types|generated)|dist)/

function read(path: string) {
  return ts.readConfigFile(join(root, path), ts.sys.readFile).config.compilerOptions
}

/** The package's entries by name, as the workspace has them, or as the build has made them. */
function entries(against: 'src' | 'dist'): Record<string, string[]> {
  const paths: Record<string, string[]> = read('tsconfig.json').paths
  if (against === 'src') return paths
  const built = (path: string) => path.replace('/element/src/', '/element/dist/').replace(/\.ts$/, '.d.ts')
  return Object.fromEntries(Object.entries(paths).map(([name, [path = '']]) => [name, [built(path)]]))
}

function told({ file, start, messageText }: ts.Diagnostic): string {
  const place = file ? `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ` : ''
  return place + ts.flattenDiagnosticMessageText(messageText, '\n')
}

const libraries = new Map<string, ts.SourceFile | undefined>()

/** Most of what a program reads is the DOM, and the same for all. */
function cachingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true)
  const readSource = host.getSourceFile.bind(host)
  host.getSourceFile = (path, settings, ...rest) => {
    if (!/\/typescript\/lib\/lib\./.test(path)) return readSource(path, settings, ...rest)
    if (!libraries.has(path)) libraries.set(path, readSource(path, settings, ...rest))
    return libraries.get(path)
  }
  return host
}
