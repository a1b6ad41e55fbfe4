// Builds and serves one of the examples that are a page only, with the demo app and its sandbox behind it, and opens it in a browser.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { preview } from 'vite'
import { engines } from '../browser-engines/engines.mjs'
import { openFrontDoor } from './front-door.mjs'
import { startDemo } from './start-demo.mjs'

/**
 * @param {string} example its folder below `examples`
 * @param {import('../browser-engines/engines.mjs').Engine} engine
 * @returns as `openPage`, and the sandbox
 */
export async function openFrontEnd(example, engine = engines[0]) {
  const folder = mkdtempSync(join(tmpdir(), 'connect-integration-front-end-'))
  const stops = stopAll([() => rmSync(folder, { recursive: true, force: true })])
  try {
    const demo = await startDemo({ port: 0, sandboxPort: 0, dataFolder: folder, employees: 20, initialSyncMs: 300 })
    stops.push(demo.stop)
    const page = await openPage(example, engine, { backend: demo.url, modal: demo.sandbox.url })
    stops.push(page.stop)
    return { ...page, sandbox: demo.sandbox.control, stop: stops.stop }
  } catch (error) {
    await stops.stop()
    throw error
  }
}

/**
 * @param {string} example its folder below `examples`
 * @param {import('../browser-engines/engines.mjs').Engine} engine
 * @param {{ backend: string, modal: string }} origins where the routes are, and the modal's script
 * @returns the browser with the page in it, its URL, what stands in front of it, and `stop()`
 */
export async function openPage(example, engine, origins) {
  const folder = mkdtempSync(join(tmpdir(), 'connect-integration-page-'))
  const stops = stopAll([() => rmSync(folder, { recursive: true, force: true })])
  try {
    const { url, close } = await serve(join(import.meta.dirname, '..', '..', 'examples', example), origins, folder)
    stops.push(close)
    const door = await openFrontDoor(url)
    stops.push(door.close)
    const browser = await engine.open()
    stops.push(browser.close)
    await browser.goto(door.url)
    return { browser, url: door.url, door, stop: stops.stop }
  } catch (error) {
    await stops.stop()
    throw error
  }
}

/** What was begun last is stopped first. */
function stopAll(stops) {
  return {
    push: (stop) => stops.push(stop),
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop()
    },
  }
}

const modal = { role: 'dialog' }
const personio = { role: 'listitem', containing: 'Personio' }

/**
 * What a customer does in each of them: connects, sees it in the list, deletes it. Fails where the page does not follow.
 *
 * @param {import('../browser-engines/engines.mjs').Driver} browser
 */
export async function connectAndDelete(browser) {
  await browser.waitFor({ text: 'Nothing is connected yet.' })
  await browser.click({ role: 'button', name: 'Connect your HR system' })
  await signIn(browser, 'Personio')
  await browser.waitFor({ text: 'Personio is connected.' })
  await browser.waitFor({ text: 'Last synced', within: personio })
  await browser.click({ role: 'button', name: 'Delete', within: personio })
  await browser.click({ role: 'button', name: 'Delete integration', within: modal })
  await browser.waitFor({ text: 'Personio was deleted.' })
  await browser.waitFor(personio, { gone: true })
}

/**
 * The way through the sandbox's modal; without a name where there is nothing to choose.
 *
 * @param {import('../browser-engines/engines.mjs').Driver} browser
 * @param {string} [integration]
 */
export async function signIn(browser, integration) {
  if (integration) await browser.click({ role: 'button', name: integration, within: modal })
  await browser.click({ role: 'button', name: 'Connect', exact: true, within: modal })
  await browser.click({ role: 'button', name: 'Done', within: modal })
}

async function serve(root, { backend, modal: modalOrigin }, folder) {
  // What the configuration of each example reads.
  Object.assign(process.env, { BACKEND: backend, MODAL_ORIGIN: modalOrigin })
  if (!existsSync(join(root, 'vite.config.ts'))) return await serveByItself(root)
  const outDir = join(folder, 'page')
  // As its own `build` does: in a process that no test runner has told to be a test.
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const env = { ...process.env, NODE_ENV: 'production' }
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'error', '--outDir', outDir], { cwd: root, env })
  const server = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
  return { url: `http://127.0.0.1:${server.httpServer.address().port}`, close: () => server.close() }
}

async function serveByItself(root) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'server.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0' },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(line.replace('listening on ', '')))
    exited.then((code) => reject(new Error(`The example's server ended with code ${code} before it was ready.`)))
  })
  const close = async () => {
    child.kill()
    await exited
  }
  return { url, close }
}
