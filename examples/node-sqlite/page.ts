import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'

/** The page's few files; the element is one script out of its package. */
const FILES: Record<string, { url: string | URL; type: string }> = {
  '/': { url: new URL('page/index.html', import.meta.url), type: 'text/html; charset=utf-8' },
  '/app.js': { url: new URL('page/app.js', import.meta.url), type: 'text/javascript; charset=utf-8' },
  '/style.css': { url: new URL('page/style.css', import.meta.url), type: 'text/css; charset=utf-8' },
  '/connect-integration.js': {
    url: import.meta.resolve('@connect-integration/element/connect-integration.js'),
    type: 'text/javascript; charset=utf-8',
  },
}

export function servePage(path: string, response: ServerResponse): void {
  const file = FILES[path]
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.')
    return
  }
  response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' })
  createReadStream(fileURLToPath(file.url)).pipe(response)
}
