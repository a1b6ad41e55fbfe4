import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type LaunchOptions } from 'playwright'
import { build, type Options } from 'tsup'
import { afterAll } from 'vitest'
import { launchOptions } from '../../../../scripts/browser.mjs'
import { launch } from '../../../../scripts/browser-engines/launch.mjs'
import config from '../../tsup.config.ts'

const root = resolve(import.meta.dirname, '../..')

/** A server of pages as a product would have them, the elements beside them in one file, and a browser with whole tabs. */
export interface Pages {
  url: string
  browser: Browser
  /** What stands at a path: a document, or what a route answers in JSON; `null` is an answer without content, and an `error` is a 404. */
  serve(path: string, content: string | Route): void
  /** From here on `/elements.js` waits until the returned function is called. */
  holdElements(): () => void
  /** Paths that were asked for, oldest first. */
  asked: string[]
}

export type Route = (method: string) => object | null | Promise<object | null>

export async function servePages(options: LaunchOptions = {}): Promise<Pages> {
  const [elements, testing, styles] = await Promise.all([
    bundled('elements', 'src/define.ts'),
    bundled('testing/index', 'src/testing/index.ts'),
    readFile(join(root, 'before-defined.css'), 'utf8'),
  ])
  const contents = new Map<string, string | Route>()
  const asked: string[] = []
  let gate = Promise.resolve()
  const server = createServer(async ({ url = '/', method = '' }, answer) => {
    asked.push(url)
    const [path = ''] = url.split('?')
    const send = (type: string, body: string, status = 200) =>
      answer.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body)
    const content = contents.get(path)
    if (path === '/elements.js') await gate
    if (path === '/elements.js') send('text/javascript', elements)
    else if (path === '/testing.js') send('text/javascript', testing)
    else if (path === '/before-defined.css') send('text/css', styles)
    else if (typeof content === 'string') send('text/html', content)
    else if (content) {
      const route = await content(method)
      if (route) send('application/json', JSON.stringify(route), 'error' in route ? 404 : 200)
      else answer.writeHead(204).end()
    } else answer.writeHead(404).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await launch(chromium, { ...(await launchOptions()), ...options })
  afterAll(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    browser,
    asked,
    serve: (path, content) => contents.set(path, content),
    holdElements() {
      let open = () => {}
      gate = new Promise((resolve) => {
        open = resolve
      })
      return () => open()
    },
  }
}

/** As the package delivers it. */
async function bundled(name: string, source: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'connect-integration-pages-'))
  const options = (config as Options[]).find(({ entry }) => entry && name in entry)
  await build({ ...options, entry: { [name]: join(root, source) }, outDir, config: false, silent: true })
  const text = await readFile(join(outDir, `${name}.js`), 'utf8')
  await rm(outDir, { recursive: true })
  return text
}
