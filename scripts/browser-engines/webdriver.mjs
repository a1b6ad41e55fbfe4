// WebKitGTK as Debian ships it. Playwright drives its own build of WebKit only, so this speaks W3C WebDriver
// (https://www.w3.org/TR/webdriver2/) with the driver that comes with the engine, on a display that nobody sees.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { WAIT_LIMIT_MS } from '../time-limits.mjs'
import { findInPage } from './find-in-page.mjs'

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
const KEYS = { Escape: '\uE00C', Enter: '\uE007', Tab: '\uE004' }

/** @returns {Promise<import('./engines.mjs').Driver>} */
export async function openWebDriver() {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const processes = [screen]
  try {
    const [display] = await Promise.race([lineOf(screen.stdio[3]), ended(screen, 'Xvfb')])
    const port = await freePort()
    const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      env: { ...process.env, DISPLAY: `:${display}`, GDK_BACKEND: 'x11' },
    })
    processes.unshift(driver)
    const base = `http://127.0.0.1:${port}`
    await Promise.race([until(() => request('GET', `${base}/status`)), ended(driver, 'WebKitWebDriver')])
    const { sessionId } = await request('POST', `${base}/session`, { capabilities: {} })
    const command = (method, path, body) => request(method, `${base}/session/${sessionId}${path}`, body)
    return driverOf(command, async () => {
      await command('DELETE', '').catch(() => {})
      await stop(processes)
    })
  } catch (error) {
    await stop(processes)
    throw error
  }
}

function driverOf(command, close) {
  const find = (target) => command('POST', '/execute/sync', { script: `return (${findInPage})(arguments[0])`, args: [target] })
  const withElement = (target, work) =>
    until(async () => {
      const element = await find(target)
      if (!element) throw new Error(`There is no ${JSON.stringify(target)} to be seen.`)
      return await work(`/element/${element[ELEMENT]}`, element)
    })
  return {
    consoleLines: [],
    goto: (url) => command('POST', '/url', { url }),
    click: (target) =>
      withElement(target, async (path, element) => {
        // By itself it does not scroll to what is in a shadow root of a shadow root.
        await command('POST', '/execute/sync', { script: "arguments[0].scrollIntoView({ block: 'center' })", args: [element] })
        await command('POST', `${path}/click`, {})
      }),
    fill: (target, text) =>
      withElement(target, async (path) => {
        await command('POST', `${path}/clear`, {})
        await command('POST', `${path}/value`, { text })
      }),
    press: (key) =>
      command('POST', '/actions', {
        actions: [{ type: 'key', id: 'keyboard', actions: ['keyDown', 'keyUp'].map((type) => ({ type, value: KEYS[key] })) }],
      }),
    waitFor: (target, { gone = false } = {}) =>
      until(async () => {
        if (!(await find(target)) !== gone) throw new Error(`${JSON.stringify(target)} is ${gone ? 'still' : 'not'} to be seen.`)
      }),
    async evaluate(work, argument) {
      const script = `const done = arguments[1]
        new Promise((resolve) => resolve((${work})(arguments[0]))).then((value) => done({ value }), (error) => done({ error: String(error) }))`
      const { value, error } = await command('POST', '/execute/async', { script, args: [argument ?? null] })
      if (error) throw new Error(error)
      return value
    },
    inject: async (source) => void (await command('POST', '/execute/sync', { script: source, args: [] })),
    screenshot: async () => Buffer.from(await command('GET', '/screenshot'), 'base64'),
    close,
  }
}

async function request(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) })
  const { value } = await response.json()
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`)
  return value
}

/** What `attempt` answers, once it no longer throws; after the time its last error. */
async function until(attempt) {
  for (const end = performance.now() + WAIT_LIMIT_MS; ; await setTimeout(50)) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}

function lineOf(stream) {
  return new Promise((resolve) => createInterface({ input: stream }).once('line', (line) => resolve([line])))
}

async function ended(child, name) {
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))
  throw new Error(`${name} ended with code ${code} before it was ready.`)
}

/** One after the other, so that none loses its display while it still draws. */
async function stop(processes) {
  for (const child of processes) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await exit
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
