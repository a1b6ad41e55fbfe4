import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createSandbox, listenSandbox, type Sandbox } from '@connect-integration/sandbox'
import { createIntegrations } from '@connect-integration/server'
import type { Change, Storage } from '@connect-integration/server/storage'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, expect, test } from 'vitest'
import type { SyncJob } from './fixtures/sync-process.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

const MODELS = ['hris.Employee', 'hris.Employment', 'hris.TimeOff']
const SECRET = Buffer.alloc(32, 7).toString('base64')
const LEASE_MS = 120_000
const HOUR_MS = 3_600_000

/**
 * When a process dies: after its nth page, and how many milliseconds after Merge has sent that page, so that some die with it on
 * its way, some in its commit and some after it.
 */
const FIRST_READ = kills([1, 0], [2, 3], [1, 8], [4, 5], [7, 12], [2, 1], [5, 6], [3, 10], [6, 7])
const NEWS = kills([2, 4], [3, 1], [1, 6])
const SWEEP = kills([8, 5], [3, 2], [9, 9])

interface Death {
  page: number
  afterMs: number
}

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

test('a sync ends with what Merge has, however often its process is killed', async ({ signal }) => {
  const world = await prepareWorld(signal)
  // Each time long enough for the overlap of two walks not to mend what the first of them lost.
  world.pass(HOUR_MS)
  await world.syncThrough(FIRST_READ)
  for (let change = 0; change < 120; change++) world.disturb()
  world.pass(HOUR_MS)
  await world.syncThrough(NEWS)
  world.pass(8 * 24 * HOUR_MS)
  await world.syncThrough(SWEEP)
})

/** An account that was just linked at a sandbox on a real socket, and nothing read of it yet. */
async function prepareWorld(over: AbortSignal) {
  const file = temporaryFile()
  cleanups.push(file.remove)
  let ahead = 0
  let onPage = () => {}
  const sandbox = createSandbox({
    clock: { now: () => Date.now() + ahead },
    employees: 800,
    initialSyncMs: 0,
    syncEveryMs: 0,
    rateLimitPerMinute: Number.POSITIVE_INFINITY,
    addressBlock: false,
    onRequest: ({ path }) => void (/\/(employees|employments|time-off)\b/.test(path) && onPage()),
  })
  const server = await listenSandbox(sandbox)
  cleanups.push(server.close)
  const merge = { apiKey: sandbox.apiKey, baseUrl: `${server.url}/api` }
  const linked = await link(file.path, merge, sandbox)

  return {
    pass(milliseconds: number) {
      ahead += milliseconds
    },

    /** The source system goes on: somebody is hired, somebody leaves, and something changes. */
    disturb,

    /** Starts the process again and again until it says that it is ready, and holds what it then has against what Merge has. */
    async syncThrough(deaths: readonly Death[]) {
      for (const [index, death] of deaths.entries()) {
        // From the second on, the lease of the one before still runs: its holder might be alive.
        expect(await run(death)).toEqual({ signal: 'SIGKILL', blocked: index > 0, ready: false })
        await withStorage(file.path, expectWholePages)
        disturb()
      }
      expect(await run()).toEqual({ signal: null, blocked: true, ready: true })
      await withStorage(file.path, expectTruth)
    },
  }

  /** `blocked`: it had to let a lease run out first. */
  async function run(death?: Death) {
    over.throwIfAborted()
    const child = startProcess({ file: file.path, merge, secret: SECRET, models: MODELS, ahead, leaseMs: LEASE_MS })
    const exited = once(child, 'exit')
    let pages = 0
    onPage = () => {
      pages += 1
      if (pages === death?.page) void setTimeout(death.afterMs).then(() => child.kill('SIGKILL'))
    }
    let blocked = false
    let ready = false
    for await (const word of createInterface({ input: child.stdout })) {
      if (word === 'ready') ready = true
      else if (word === 'blocked') blocked = true
      else ahead = Number(word)
    }
    const [, signal] = (await exited) as [number | null, string | null]
    onPage = () => {}
    return { signal, blocked, ready }
  }

  /** What atomic commits promise after any crash: the counts beside the rows are those of the rows, and no change is missing. */
  async function expectWholePages(storage: Storage) {
    const account = await storage.get({ linkedAccountId: linked })
    for (const [model, state] of Object.entries(account!.models)) {
      const rows = await readRows(storage, account!.id, model)
      expect(rows.filter((row) => row.op === 'upsert')).toHaveLength(state.records)
      expect(rows.at(-1)?.seq ?? 0).toBe(state.seq)
    }
  }

  /** Nothing missing, stale, extra or resurrected. */
  async function expectTruth(storage: Storage) {
    const account = await storage.get({ linkedAccountId: linked })
    for (const model of MODELS) {
      const truth = sandbox.truth(linked, model)
      expect(truth.length).toBeGreaterThan(500)
      expect({ model, ...difference(truth, await readRows(storage, account!.id, model)) }).toEqual({ model, ...NO_DIFFERENCE })
    }
  }

  function disturb() {
    sandbox.hire(linked, { immediately: true })
    sandbox.remove(linked, { immediately: true })
    sandbox.change(linked, { immediately: true })
    sandbox.change(linked, { model: 'hris.TimeOff', immediately: true })
  }
}

async function link(file: string, merge: SyncJob['merge'], sandbox: Sandbox): Promise<string> {
  return withStorage(file, async (storage) => {
    const owner = createIntegrations({ merge, storage, secrets: [SECRET], sync: { models: MODELS } }).forOrganization('acme')
    const { linkToken } = await owner.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' })
    const completed = sandbox.link.complete(linkToken, 'bamboohr')
    if (!('publicToken' in completed)) throw new Error(completed.error)
    return (await owner.exchangePublicToken(completed.publicToken)).linkedAccountId!
  })
}

/** Ids that the store lacks, has though they are deleted or never were, or has in another state than Merge. */
function difference(truth: readonly Record<string, unknown>[], rows: readonly Change[]) {
  const live = new Map(truth.filter((record) => record.remote_was_deleted !== true).map((record) => [record.id as string, record]))
  const stored = new Map(rows.filter((row) => row.op === 'upsert').map((row) => [row.id, JSON.parse(row.data) as unknown]))
  return {
    missing: [...live.keys()].filter((id) => !stored.has(id)),
    extra: [...stored.keys()].filter((id) => !live.has(id)),
    stale: [...live].filter(([id, record]) => stored.has(id) && !isDeepStrictEqual(stored.get(id), record)).map(([id]) => id),
  }
}

const NO_DIFFERENCE: ReturnType<typeof difference> = { missing: [], extra: [], stale: [] }

async function withStorage<Result>(file: string, work: (storage: Storage) => Promise<Result>): Promise<Result> {
  const storage = sqliteStorage(file)
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}

async function readRows(storage: Storage, accountId: string, model: string) {
  return (await storage.changes({ accountId, model, after: 0, limit: 100_000 })).changes
}

function startProcess(job: SyncJob) {
  const hooks = new URL('./fixtures/from-source.mjs', import.meta.url).href
  const script = new URL('./fixtures/sync-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--no-warnings', '--import', hooks, script, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanups.push(() => child.kill('SIGKILL'))
  return child
}

function kills(...list: readonly [page: number, afterMs: number][]): Death[] {
  return list.map(([page, afterMs]) => ({ page, afterMs }))
}
