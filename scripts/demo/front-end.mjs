// Builds and serves one of the examples that are a page only, with the demo app and its sandbox behind it, and opens it in a browser.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { chromium } from 'playwright'
import { preview } from 'vite'
import { launchOptions } from '../browser.mjs'
import { startDemo } from './start-demo.mjs'

/**
 * @param {string} example its folder below `examples`
 * @returns the page, every line of its console, and `stop()`
 */
export async function openFrontEnd(example) {
  const folder = mkdtempSync(join(tmpdir(), 'connect-integration-front-end-'))
  const stops = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const each of stops.reverse()) await each()
  }
  try {
    const demo = await startDemo({ port: 0, sandboxPort: 0, dataFolder: folder, employees: 20, initialSyncMs: 300 })
    stops.push(demo.stop)
    const { url, close } = await serve(join(import.meta.dirname, '..', '..', 'examples', example), demo, join(folder, 'page'))
    stops.push(close)
    const browser = await chromium.launch(await launchOptions())
    stops.push(() => browser.close())
    const page = await browser.newPage()
    const consoleLines = []
    page.on('console', (message) => consoleLines.push(`${message.type()} ${message.text()}`))
    page.on('pageerror', (error) => consoleLines.push(`error ${error.message}`))
    await page.goto(url)
    return { page, consoleLines, sandbox: demo.sandbox.control, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What a customer does in each of them: connects, sees it in the list, deletes it. Fails where the page does not follow. */
export async function connectAndDelete(page) {
  const modal = page.getByRole('dialog')
  const card = page.getByRole('listitem').filter({ hasText: 'Personio' })
  await page.getByText('Nothing is connected yet.').waitFor()
  await page.getByRole('button', { name: 'Connect your HR system' }).click()
  await modal.getByRole('button', { name: 'Personio' }).click()
  await modal.getByRole('button', { name: 'Connect', exact: true }).click()
  await modal.getByRole('button', { name: 'Done' }).click()
  await page.getByText('Personio is connected.').waitFor()
  await card.getByText('Last synced').waitFor({ timeout: 45_000 })
  await card.getByRole('button', { name: 'Delete' }).click()
  await modal.getByRole('button', { name: 'Delete integration' }).click()
  await page.getByText('Personio was deleted.').waitFor()
  await card.waitFor({ state: 'detached' })
}

async function serve(root, demo, outDir) {
  // What the configuration of each example reads.
  Object.assign(process.env, { BACKEND: demo.url, MODAL_ORIGIN: demo.sandbox.url })
  if (!existsSync(join(root, 'vite.config.ts'))) return await serveByItself(root)
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
