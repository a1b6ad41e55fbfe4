// Starts what a first look needs: the sandbox, where no MERGE_API_KEY is set, and the demo app as a process of its own.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const app = join(import.meta.dirname, '..', '..', 'examples', 'node-sqlite')

/**
 * @param {{ port?: number, sandboxPort?: number, dataFolder?: string, employees?: number, initialSyncMs?: number, onLine?: (line: string) => void }} options
 *   A port of 0 takes any free one; the default ports step aside when they are taken.
 * @returns the URLs, the sandbox (null against the real Merge), the database file, the app's process and `stop()`
 */
export async function startDemo({
  port,
  sandboxPort,
  dataFolder = join(app, '.data'),
  employees = 2500,
  initialSyncMs = 8000,
  onLine = () => {},
} = {}) {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const real = Boolean(process.env.MERGE_API_KEY)
  const database = join(dataFolder, real ? 'merge.db' : 'sandbox.db')
  // Where to is known when the app listens; until then nothing is linked, so nothing is sent.
  const webhooks = { url: '', secret: randomBytes(32).toString('base64url') }
  const sandbox = real ? null : await startSandbox(sandboxPort ?? (await freePort(4010)), { employees, initialSyncMs, webhooks })
  // The sandbox forgets everything when it stops, so its mirror starts anew as well.
  if (!real) for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true })

  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'server.ts'], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port ?? (await freePort(3000))),
      DATABASE_FILE: database,
      CONNECT_INTEGRATION_SECRET: process.env.CONNECT_INTEGRATION_SECRET ?? keptSecret(dataFolder),
      ...(sandbox
        ? {
            MERGE_API_KEY: sandbox.apiKey,
            MERGE_API_BASE_URL: `${sandbox.url}/api`,
            MERGE_LINK_SCRIPT_URL: `${sandbox.url}/initialize.js`,
            MERGE_WEBHOOK_SECRET: webhooks.secret,
          }
        : {}),
    },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    const hear = (line) => {
      const listening = /^listening on (http:\S+)$/.exec(line)
      if (listening) resolve(listening[1])
      else onLine(line)
    }
    createInterface({ input: child.stdout }).on('line', hear)
    createInterface({ input: child.stderr }).on('line', hear)
    exited.then((code) => reject(new Error(`The demo app ended with code ${code} before it was ready; its last lines say why.`)))
  })
  webhooks.url = `${url}/api/integrations/webhook`
  return {
    url,
    sandbox,
    database,
    child,
    exited,
    async stop() {
      child.kill('SIGTERM')
      await exited
      await sandbox?.close()
    },
  }
}

async function startSandbox(port, { employees, initialSyncMs, webhooks }) {
  const { createSandbox, listenSandbox } = await import('../../packages/sandbox/dist/index.js')
  const control = createSandbox({ employees, initialSyncMs, syncMs: 1000, rateLimitPerMinute: 400, webhooks })
  const { url, close } = await listenSandbox(control, { port })
  return { url, close, control, apiKey: control.apiKey }
}

/** One that outlives the process: without it the stored account tokens could not be opened any more. */
function keptSecret(folder) {
  const file = join(folder, 'secret')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

/** The first free port from `wanted` on. */
async function freePort(wanted) {
  for (let port = wanted; port < wanted + 50; port++) {
    const free = await new Promise((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (free) return port
  }
  throw new Error(`No port from ${wanted} to ${wanted + 49} is free; set PORT to one that is.`)
}
