import { randomUUID } from 'node:crypto'
import { createSandbox, listenSandbox, type Sandbox } from '@connect-integration/sandbox'
import { postgresStorage } from '@connect-integration/storage-sql'
import pg from 'pg'
import type { OriginIdStrategy } from '../../../server/src/link/origin-id.ts'
import type { Click, Clicked, HandIn, Outcome } from './plan.ts'
import { type Processes, startProcesses } from './processes.ts'
import { inspectConnects, type Verdict } from './verdict.ts'

const SECRET = Buffer.alloc(32, 7).toString('base64')
const WEBHOOK_SECRET = 'a-signature-key-of-the-dashboard'
/** How often one public token of each organization is handed in, by all processes together; the others once. */
const REPEATS = 10
/** How often Merge sends each webhook, each time to another process. */
const WEBHOOK_COPIES = 3
/** To each process. */
const WEBHOOKS_AT_ONCE = 4
/** Of so many organizations the tabs of one are closed before anything is handed in: only webhooks tell of it. */
const CLOSED_TABS_EVERY = 10

export interface ConnectsOptions {
  url: string
  organizations: number
  /** On "Connect", of each organization. */
  clicks: number
  /** Of these, how many are finished in Merge's modal, each with a public token of its own; the other tabs are closed. */
  finished: number
  processes: number
  /** `one-per-category`: three clicks of ten come while the others are being finished. */
  strategy: OriginIdStrategy
  /** Takes away what the database does against races, to see that it is missed. */
  breakSchema?: (pool: pg.Pool, schema: string) => Promise<void>
}

export interface ConnectsReport extends Verdict {
  connects: number
  exchanges: number
  webhooks: number
  seconds: number
}

/**
 * Customers of many organizations click "Connect" in several processes of one product at the same moment, finish in Merge's modal, and their browsers
 * hand in what they got, some of it several times; Merge's webhooks come several times as well. Everything is on one schema of its own, which is
 * dropped at the end. What came of it is judged by Merge and by the database, and not by what the product says.
 */
export async function connectMany(options: ConnectsOptions): Promise<ConnectsReport> {
  const began = performance.now()
  const schema = `connects_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const pool = new pg.Pool({ connectionString: options.url, max: 2 })
  const storage = postgresStorage(pool, { schema })
  let processes: Processes | undefined
  let webhooks = 0
  const post = oneAfterTheOther(options.processes * WEBHOOKS_AT_ONCE)
  const receive: typeof fetch = async (_, init) => {
    const turn = webhooks++
    const posts = Array.from({ length: WEBHOOK_COPIES }, (_, copy) => {
      const port = processes!.ports[(turn + copy) % options.processes]
      return post(() => fetch(`http://127.0.0.1:${port}/webhook`, { ...init, signal: null }))
    })
    return (await Promise.all(posts))[0]!
  }
  const sandbox = createSandbox({
    employees: 1,
    initialSyncMs: 0,
    syncEveryMs: 0,
    rateLimitPerMinute: Number.POSITIVE_INFINITY,
    addressBlock: false,
    webhooks: { url: 'https://product.test/webhook', secret: WEBHOOK_SECRET, events: ['LinkedAccount.linked'], fetch: receive },
  })
  const merge = await listenSandbox(sandbox)
  try {
    await storage.migrate()
    await options.breakSchema?.(pool, schema)
    processes = await startProcesses(options.processes, {
      url: options.url,
      schema,
      merge: { apiKey: sandbox.apiKey, baseUrl: `${merge.url}/api`, processes: 1 },
      secret: SECRET,
      webhookSecret: WEBHOOK_SECRET,
      strategy: options.strategy,
    })
    const { outcomes, refusedClicks, linked } = await live(options, sandbox, processes)
    const organizations = namesOf(options.organizations)
    const tokens = { secret: SECRET, apiKey: sandbox.apiKey, handle: sandbox.handle }
    const verdict = await inspectConnects({ pool, schema, storage, sandbox, tokens, organizations, outcomes, refusedClicks, linked })
    return {
      ...verdict,
      connects: options.organizations * options.clicks,
      exchanges: outcomes.length,
      webhooks: webhooks * WEBHOOK_COPIES,
      seconds: Math.round((performance.now() - began) / 100) / 10,
    }
  } finally {
    await processes?.stop()
    await merge.close()
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    await pool.end()
  }
}

async function live(
  { organizations, clicks, finished: most, processes: count, strategy }: ConnectsOptions,
  sandbox: Sandbox,
  processes: Processes,
) {
  const names = namesOf(organizations)
  const late = strategy === 'one-per-category' ? Math.floor(clicks * 0.3) : 0
  const shared = <Item>(items: Item[]) => Array.from({ length: count }, (_, index) => items.filter((_, place) => place % count === index))
  // Those of one organization side by side, so that they meet.
  const clicksOf = (times: number): Click[] => names.flatMap((organization) => Array<Click>(times).fill({ organization }))

  const clicked = await processes.carryOut<{ clicked: Clicked[] }>(
    shared(clicksOf(clicks - late)).map((clicks) => ({ do: 'click', clicks })),
  )
  const closed = new Set(names.filter((_, index) => index % CLOSED_TABS_EVERY === CLOSED_TABS_EVERY - 1))
  const open = Map.groupBy(
    clicked.flatMap((answer) => answer.clicked),
    ({ organization }) => organization,
  )
  const handIns = [...open].flatMap(([organization, offered]) => {
    const tokens = offered.slice(0, most).map(({ linkToken }) => {
      const finished = sandbox.link.complete(linkToken, 'bamboohr')
      if (!('publicToken' in finished)) throw new Error(finished.error)
      return { organization, publicToken: finished.publicToken }
    })
    // The last of each organization as often as double clicks and repeated requests make it.
    return closed.has(organization) ? [] : [...tokens, ...Array<HandIn>(REPEATS - 1).fill(tokens.at(-1)!)]
  })
  const [all, lateClicks] = [shared(handIns), shared(clicksOf(late))]
  const finished = await processes.carryOut<{ refusedClicks: Record<string, number>; handedIn: Outcome[] }>(
    all.map((handIns, index) => ({ do: 'finish', handIns, clicks: lateClicks[index]! })),
  )
  await sandbox.deliverWebhooks()
  const settled = await processes.carryOut<{ settled: number; linked: string[] }>(all.map(() => ({ do: 'settle' })))
  return {
    outcomes: finished.flatMap(({ handedIn }) => handedIn),
    refusedClicks: finished.map(({ refusedClicks }) => refusedClicks),
    linked: settled.flatMap(({ linked }) => linked),
  }
}

const namesOf = (organizations: number) => Array.from({ length: organizations }, (_, index) => `org-${index}`)

/** Calls that wait for each other as soon as so many are under way. */
function oneAfterTheOther(most: number) {
  const lines = Array.from({ length: most }, () => Promise.resolve<unknown>(undefined))
  let turn = 0
  return <Result>(call: () => Promise<Result>): Promise<Result> => {
    const place = turn++ % most
    const done = lines[place]!.then(call)
    lines[place] = done.catch(() => undefined)
    return done
  }
}
