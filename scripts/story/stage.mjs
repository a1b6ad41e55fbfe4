// What the chapters play on: a sandbox on a real socket, a SQLite file, the built packages, and a terminal.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSandbox, listenSandbox } from '../../packages/sandbox/dist/index.js'
import { createIntegrations } from '../../packages/server/dist/index.js'
import { sqliteStorage } from '../../packages/storage-sql/dist/index.js'
import { WAIT_LIMIT_MS } from '../time-limits.mjs'
import { compareWithSource, readAccounts } from './compare.mjs'
import { createTerminal } from './terminal.mjs'

export const MODELS = ['hris.Employee', 'hris.Company', 'hris.Employment', 'hris.TimeOff', 'hris.Group', 'hris.Location']

export async function createStage() {
  const folder = mkdtempSync(join(tmpdir(), 'connect-integration-story-'))
  const database = join(folder, 'story.db')
  const terminal = createTerminal()
  /** Every list page asked for: [model path, query]. Kept by the source, not by the SDK. */
  const pages = []
  const sandbox = createSandbox({
    employees: 1200,
    initialSyncMs: 3000,
    syncMs: 300,
    rateLimitPerMinute: 600,
    onRequest: ({ method, path }) => {
      if (method === 'GET' && path.includes('page_size=100') && path.includes('include_deleted_data')) pages.push(path)
    },
  })
  const listening = await listenSandbox(sandbox)
  const storage = sqliteStorage(database)
  /** What crossed the wire: the account tokens, to look for them in the file afterwards. */
  const tokens = new Set()
  const integrations = createIntegrations({
    merge: { apiKey: sandbox.apiKey, baseUrl: `${listening.url}/api`, plan: 'enterprise' },
    storage,
    secrets: [randomBytes(32).toString('base64')],
    sync: { models: MODELS, lookEvery: 1000 },
    fetch: (input, init) => {
      const request = new Request(input, init)
      const token = request.headers.get('x-account-token')
      if (token) tokens.add(token)
      return fetch(request)
    },
  })
  const stop = new AbortController()
  const working = integrations.run({ signal: stop.signal })
  const acme = integrations.forOrganization('org_acme')

  return {
    ...terminal,
    sandbox,
    integrations,
    acme,
    pages,
    person: { category: 'hris', organizationName: 'Acme', userEmail: 'ada@acme.test' },

    /** The customer picks a system in the modal and signs in. */
    finishModal(linkToken, slug) {
      const finished = sandbox.link.complete(linkToken, slug)
      if (!('publicToken' in finished)) throw new Error(finished.error)
      return finished.publicToken
    },

    /** Waits until `holds` does, drawing `progress` meanwhile. */
    async until(what, holds, progress) {
      const deadline = performance.now() + WAIT_LIMIT_MS
      while (!(await holds())) {
        if (progress) terminal.progress(...(await progress()))
        if (performance.now() > deadline) throw new Error(`waited three minutes in vain until ${what}`)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      if (progress) terminal.progressDone(...(await progress()))
    },

    /** Reads the file itself, through SQLite and nothing of ours. */
    compare: (linkedAccountId) => compareWithSource(database, sandbox, linkedAccountId, MODELS),
    accountRows: () => readAccounts(database),

    /** True when no file of the database holds one of the tokens in clear. */
    tokensAreSealed() {
      const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
      return tokens.size > 0 && [...tokens].every((token) => bytes.every((file) => !file.includes(token)))
    },

    async close() {
      stop.abort()
      await working
      await storage.close()
      await listening.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
