// Loaded beforehand: a module that is read from disk while the virtual clock runs would look like work that waits for a timer.
import 'ky'
import { createSandbox, type RequestEntry, type Sandbox, type SandboxOptions } from '@connect-integration/sandbox'
import { type AccountHandle, createIntegrations, type Integrations, type LinkedAccount, type Options, type Owner } from '../../src/index.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import type { Account, Storage } from '../../src/storage/port.ts'
import { type VirtualTime, virtualTime } from './virtual-time.ts'

export const SECRET = Buffer.alloc(32, 7).toString('base64')
export const ACME = { organizationName: 'Acme', userEmail: 'it@acme.test' }
export const MODELS = ['hris.Employee', 'hris.Company', 'hris.TimeOff']
export const ORGANIZATION = 'org_acme'

export interface World {
  time: VirtualTime
  sandbox: Sandbox
  storage: Storage
  integrations: Integrations
  /** The door of `org_acme`. */
  acme: Owner
  /** Everything that was logged, as text. */
  log: string[]
  /** Every request that Merge answered: `GET /api/… 200`, tokens masked. */
  requests: string[]
  /** Every event, by name. */
  events: { name: string; event: Record<string, unknown> }[]
  /** The same Merge and store, seen by another process. */
  another(options?: Partial<Options>): Integrations
  /** Runs work on the virtual clock. */
  run<T>(work: Promise<T>): Promise<T>
  /** Lets time pass, then does what is due. */
  work(afterMs?: number): Promise<void>
  /** Connects an account for the organization as a customer would; returns its id. */
  connect(organizationId?: string, integration?: string): Promise<string>
  /** The customer finishes Merge Link. */
  complete(linkToken: string, integration?: string): string
}

export interface WorldOptions {
  sandbox?: SandboxOptions
  /** Stands between the SDK and Merge: may throw, wait, or answer itself. */
  network?: (request: Request, next: () => Promise<Response>) => Promise<Response>
  /** Stands between the SDK and the store. */
  wrap?: (storage: Storage) => Storage
}

/** A sandbox and an SDK on one virtual clock, in one process, without a socket. */
export function setup(options: Partial<Options> = {}, more: WorldOptions = {}): World {
  const time = virtualTime()
  const requests: string[] = []
  const sandbox = createSandbox({
    clock: { ...time.clock },
    sleep: (ms) => time.sleep(ms),
    employees: 120,
    initialSyncMs: 20_000,
    rateLimitPerMinute: 100,
    addressBlock: false,
    onRequest: ({ method, path, status }: RequestEntry) => requests.push(`${method} ${path} ${status}`),
    ...more.sandbox,
  })
  const inner = options.storage ?? memoryStorage({ clock: time.clock })
  const storage = more.wrap ? more.wrap(inner) : inner
  const log: string[] = []
  const events: World['events'] = []
  const write = (message: string, fields?: Record<string, unknown>) => void log.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const network = more.network ?? ((_request, next) => next())
  const another = (different: Partial<Options> = {}) =>
    createIntegrations({
      merge: { apiKey: sandbox.apiKey, baseUrl: 'https://merge.test/api' },
      secrets: [SECRET],
      sync: { models: MODELS, lookEvery: 900_000 },
      clock: time.clock,
      sleep: time.sleep,
      random: () => 0.5,
      fetch: (input, init) => {
        const request = new Request(input, init)
        return abortable(
          network(request, () => sandbox.handle(request)),
          request.signal,
        )
      },
      logger: { debug: write, info: write, warn: write, error: write },
      ...options,
      storage,
      ...different,
    })
  const integrations = another()
  for (const name of EVENTS) integrations.on(name, (event) => void events.push({ name, event: { ...event } }))

  const world: World = {
    time,
    sandbox,
    storage,
    integrations,
    acme: integrations.forOrganization(ORGANIZATION),
    log,
    requests,
    events,
    another,
    run: time.run,
    async work(afterMs = 0) {
      time.clock.advance(afterMs)
      await time.run(integrations.tick({ budgetMs: 300_000 }))
    },
    async connect(organizationId = ORGANIZATION, integration = 'bamboohr') {
      const owner = integrations.forOrganization(organizationId)
      const { accountId, linkToken } = await time.run(owner.createLinkToken({ category: 'hris', ...ACME }))
      await time.run(owner.exchangePublicToken(world.complete(linkToken, integration)))
      return accountId
    },
    complete(linkToken, integration = 'bamboohr') {
      const finished = sandbox.link.complete(linkToken, integration)
      if (!('publicToken' in finished)) throw new Error(finished.error)
      return finished.publicToken
    },
  }
  return world
}

/** A connected account whose data has been read for the first time. */
export async function connected(options: Partial<Options> = {}, more: WorldOptions = {}): Promise<World & { id: string; linked: string }> {
  const world = setup(options, more)
  const id = await world.connect()
  await world.work(30_000)
  const row = await rowOf(world, id)
  return Object.assign(world, { id, linked: row.linkedAccountId ?? '' })
}

export async function handleOf(world: World, id: string, organizationId = ORGANIZATION): Promise<AccountHandle> {
  const account = await world.integrations.forOrganization(organizationId).account(id)
  if (account === null) throw new Error(`${organizationId} has no account ${id}.`)
  return account
}

export async function infoOf(world: World, id: string, organizationId = ORGANIZATION): Promise<LinkedAccount> {
  return (await handleOf(world, id, organizationId)).info
}

/** The row as the store keeps it. */
export async function rowOf(world: Pick<World, 'storage'>, id: string, organizationId = ORGANIZATION): Promise<Account> {
  const row = await world.storage.get({ id, organizationId })
  if (row === null) throw new Error(`There is no row ${id}.`)
  return row
}

type Records = Map<string, Record<string, unknown>>

/** What the store holds of a model, by id, deletions left out. */
export async function stored(world: Pick<World, 'storage'>, accountId: string, model: string): Promise<Records> {
  const rows: Records = new Map()
  for (let after = 0; ; ) {
    const page = await world.storage.changes({ accountId, model, after, limit: 1000 })
    for (const change of page.changes) {
      if (change.op === 'upsert') rows.set(change.id, JSON.parse(change.data))
      else rows.delete(change.id)
    }
    if (page.next === null) return sorted(rows)
    after = page.next
  }
}

/** What Merge would serve of a model, by id, deletions left out. */
export function truth(world: Pick<World, 'sandbox'>, linkedAccountId: string, model: string): Records {
  const records = world.sandbox.truth(linkedAccountId, model) as { id: string; remote_was_deleted: boolean }[]
  return sorted(
    new Map(
      records.filter((record) => !record.remote_was_deleted).map((record) => [record.id, record as unknown as Record<string, unknown>]),
    ),
  )
}

/** Names of the models whose stored copy is not exactly what Merge has. */
export async function stale(world: World & { id: string; linked: string }, models = MODELS): Promise<string[]> {
  const wrong: string[] = []
  for (const model of models) {
    const [ours, theirs] = [await stored(world, world.id, model), truth(world, world.linked, model)]
    if (JSON.stringify([...ours]) !== JSON.stringify([...theirs])) wrong.push(model)
  }
  return wrong
}

function sorted(rows: Records): Records {
  return new Map([...rows].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** As `fetch` does: an abort ends the wait, whatever the other side is doing. */
function abortable(work: Promise<Response>, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

const EVENTS = [
  'account.linked',
  'account.relinked',
  'account.foreign_email',
  'account.relink_needed',
  'account.recovered',
  'account.degraded',
  'account.gone',
  'account.other_company',
  'account.deleted',
  'sync.page',
  'sync.model',
  'sync.looked',
  'sync.problem',
] as const
