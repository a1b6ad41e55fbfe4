import { globSync, readFileSync } from 'node:fs'

const ignored = new Set(['node_modules', 'dist', '.tools', '.git', '.cache', 'coverage', '__screenshots__', '.vitest-attachments'])

/** Every text file of the repository that is not made by a tool, as pairs of path (with slashes) and text. */
export function repositoryTexts(): [path: string, text: string][] {
  return globSync('**', { withFileTypes: true, exclude: (entry) => ignored.has(entry.name) })
    .filter((entry) => entry.isFile() && entry.name !== 'pnpm-lock.yaml')
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((path): [string, string] => [relative(path), readFileSync(path, 'utf8')])
    .filter(([, text]) => !text.includes('\0'))
}

/** The sources that are published. */
export function packageSources(texts: [path: string, text: string][]): [path: string, text: string][] {
  return texts.filter(([path]) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path))
}

function relative(path: string): string {
  const slashes = path.replaceAll('\\', '/')
  const root = `${process.cwd().replaceAll('\\', '/')}/`
  return (slashes.startsWith(root) ? slashes.slice(root.length) : slashes).replace(/^\.\//, '')
}
