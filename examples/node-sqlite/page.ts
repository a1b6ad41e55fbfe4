import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'

/** The page's few files. */
const FILES: Record<string, { url: string | URL; type: string }> = {
  '/': { url: new URL('page/index.html', import.meta.url), type: 'text/html; charset=utf-8' },
  '/app.js': { url: new URL('page/app.js', import.meta.url), type: 'text/javascript; charset=utf-8' },
  '/style.css': { url: new URL('page/style.css', import.meta.url), type: 'text/css; charset=utf-8' },
}

export function servePage(path: string, response: ServerResponse): void {
  const file = FILES[path] ?? elementFile(path)
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.')
    return
  }
  response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' })
  createReadStream(fileURLToPath(file.url))
    .on('error', () => response.destroy())
    .pipe(response)
}

/** The elements are one script out of their package; the texts of other languages are beside it, and asked for when a page has a `lang`. */
function elementFile(path: string) {
  if (!/^\/(elements|load-locale|locales\/[a-z]{2})\.js$/.test(path)) return undefined
  const elements = import.meta.resolve('@connect-integration/element/elements.js')
  return { url: new URL(`.${path}`, elements), type: 'text/javascript; charset=utf-8' }
}
