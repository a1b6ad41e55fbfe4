import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', '__screenshots__'])
/** Folders that begin with a dot are somebody's cache, but for these. */
const KEPT = new Set(['.changeset', '.ci', '.github'])

/**
 * Copies the repository to `target`, which is emptied first. What others have made is linked, not copied; the workspace's own packages are linked
 * to their copies, so that nothing in the copy reaches back into the sources that it was made from.
 */
export function copyRepository(target) {
  const root = realpathSync('.')
  const copy = resolve(target)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  const modules = []
  const take = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.name === 'node_modules') modules.push(path)
      if (LEFT_OUT.has(entry.name) || (entry.isDirectory() && entry.name.startsWith('.') && !KEPT.has(entry.name))) continue
      if (entry.isDirectory()) take(path)
      else {
        mkdirSync(dirname(join(copy, path)), { recursive: true })
        cpSync(join(root, path), join(copy, path))
      }
    }
  }
  take('')
  for (const path of modules) linkAll(root, copy, path)
  // Browsers that were fetched once.
  if (existsSync('.tools')) symlinkSync(join(root, '.tools'), join(copy, '.tools'), 'junction')
}

function linkAll(root, copy, folder) {
  mkdirSync(join(copy, folder), { recursive: true })
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    // Scopes are folders; so that a package of ours can be linked elsewhere than its neighbours.
    if (entry.name.startsWith('@')) linkAll(root, copy, path)
    else if (entry.name === '.bin' || entry.name === '.pnpm' || !entry.name.startsWith('.')) {
      const real = realpathSync(join(root, path))
      const ours = relative(root, real).split(sep)
      const isOurs = !ours.includes('node_modules') && ours[0] !== '..'
      symlinkSync(isOurs ? join(copy, ...ours) : real, join(copy, folder, basename(path)), 'junction')
    }
  }
}
