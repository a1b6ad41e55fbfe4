import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'vite'

const root = join(import.meta.dirname, '..', '..')

/**
 * Serves the gallery from the sources, on loopback.
 *
 * @param {{ port: number }} options - 0 takes any free port; one that is taken steps aside.
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startGallery({ port }) {
  const server = await createServer({
    root: import.meta.dirname,
    configFile: false,
    cacheDir: join(root, '.cache', 'gallery'),
    logLevel: 'warn',
    resolve: { alias: aliases() },
    // Lit comes as it is: there is nothing to bundle ahead.
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: port || undefined, fs: { allow: [root] } },
  })
  await server.listen()
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() }
}

/** The element package's entries, each to its source. */
function aliases() {
  const folder = join(root, 'packages', 'element')
  const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = { '': 'index', '/define': 'define', '/testing': 'testing/index' }
  return Object.entries(entries).map(([subpath, file]) => ({
    find: new RegExp(`^${name}${subpath}$`),
    replacement: join(folder, 'src', `${file}.ts`),
  }))
}
