import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createIntegrations, IntegrationError } from '@connect-integration/server'
import { createHandler } from '@connect-integration/server/http'
import { toNodeHandler } from '@connect-integration/server/node'
import { postgresStorage } from '@connect-integration/storage-sql'
import { type Click, type Clicked, type ConnectsJob, type HandIn, type Order, type Outcome, personOf, type Told } from './plan.ts'

/**
 * One process of a product, on a database that it shares with others: carries out orders, and takes webhooks meanwhile. Waiting until Merge
 * allows more failed answers moves its clock instead of passing in full; a repeated call's wait for its twin, and the limits on an answer, stay real.
 */
const BUDGET_WINDOW_MS = 10_000
const MOST_OF_IT_MS = 200
/** The window of failures moves on by a whole length each time. */
const MOST_ATTEMPTS = 1_000

const job = JSON.parse(process.argv[2]!) as ConnectsJob
const storage = postgresStorage(job.url, { schema: job.schema })
let ahead = 0
const linked: string[] = []
const quiet = () => undefined
const integrations = createIntegrations({
  merge: job.merge,
  storage,
  secrets: [job.secret],
  webhookSecrets: [job.webhookSecret],
  originIds: job.strategy,
  sync: { models: ['hris.Company'] },
  clock: { now: () => Date.now() + ahead },
  sleep,
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
})
integrations.on('account.linked', ({ accountId }) => void linked.push(accountId))

async function sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void> {
  const until = Date.now() + ahead + ms
  const isBudget = options?.signal !== undefined && ms <= BUDGET_WINDOW_MS
  await setTimeout(isBudget ? Math.min(ms, MOST_OF_IT_MS) : ms, undefined, options)
  if (isBudget) ahead = Math.max(ahead, until - Date.now())
}

const refusedClicks: Record<string, number> = {}

async function click({ organization }: Click): Promise<Clicked[]> {
  const owner = integrations.forOrganization(organization)
  const answer = await settled(owner.createLinkToken({ category: 'hris', linkExpiryMins: 720, ...personOf(organization) }))
  if ('linkToken' in answer) return [{ organization, linkToken: answer.linkToken }]
  refusedClicks[answer.code] = (refusedClicks[answer.code] ?? 0) + 1
  return []
}

/** Asks again later when it is told to, as a browser would. */
async function handIn({ organization, publicToken }: HandIn): Promise<Outcome> {
  const owner = integrations.forOrganization(organization)
  for (let attempt = 1; ; attempt++) {
    const answer = await settled(owner.exchangePublicToken(publicToken))
    if ('id' in answer) return { organization, publicToken, accountId: answer.id, code: null }
    if (answer.code !== 'RATE_LIMITED' || attempt === MOST_ATTEMPTS)
      return { organization, publicToken, accountId: null, code: answer.code }
    await sleep(answer.retryAfterMs, { signal: new AbortController().signal })
  }
}

/** What was asked for, or why it was not. */
function settled<T extends object>(work: Promise<T>): Promise<T | { code: string; retryAfterMs: number }> {
  return work.catch((error: unknown) =>
    IntegrationError.isInstance(error)
      ? { code: error.code, retryAfterMs: error.retryAfterMs ?? BUDGET_WINDOW_MS }
      : { code: String(error), retryAfterMs: 0 },
  )
}

async function workUntilNothingIsDue(): Promise<number> {
  for (let all = 0; ; ) {
    const { runs: looked } = await integrations.tick({ budgetMs: 60_000 })
    if (looked === 0) return all
    all += looked
  }
}

const handler = createHandler(integrations, { basePath: '/', authenticate: () => null })
const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }))

process.on('message', async (order: Order) => {
  if (order.do === 'click') tell({ clicked: (await Promise.all(order.clicks.map(click))).flat() })
  if (order.do === 'finish') {
    const handedIn = order.handIns.map(handIn)
    // While others are still handing in.
    await Promise.all(order.clicks.map((each, index) => Promise.resolve(handedIn[index]).then(() => click(each))))
    tell({ refusedClicks, handedIn: await Promise.all(handedIn) })
  }
  if (order.do === 'settle') tell({ settled: await workUntilNothingIsDue(), linked })
  if (order.do === 'stop') {
    server.close()
    server.closeAllConnections()
    await storage.close()
    process.disconnect()
  }
})

function tell(message: Told) {
  process.send!(message)
}
