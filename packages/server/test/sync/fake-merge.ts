import 'ky'
import { createIntegrations, type Integrations, type Options } from '../../src/index.ts'
import { readKeyring } from '../../src/secrets/keyring.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import type { Storage } from '../../src/storage/port.ts'
import { readAccountCheckpoint } from '../../src/sync/account-checkpoint.ts'
import { SECRET } from '../support/setup.ts'
import { type VirtualTime, virtualTime } from '../support/virtual-time.ts'

/** What a list answers: a page, or a whole response. */
export type Answer = { results: unknown[]; next?: unknown } | Response
export type Lists = (request: { path: string; query: URLSearchParams; token: string; signal: AbortSignal }) => Answer | Promise<Answer>

export interface FakeMerge {
  time: VirtualTime
  storage: Storage
  integrations: Integrations
  /** Path and query of every request to a list, in order. */
  asked: string[]
  /** Sync-status of every account, as on the wire. */
  statuses: Record<string, unknown>[]
  log: string[]
  /** Another process on the same store and clock; its own clock where one is passed. */
  another(options?: Partial<Options>): Integrations
  /** A linked account in the store, due now; its token is `token-{id}`. */
  account(id: string, category?: string): Promise<string>
  /** Lets time pass, then does what is due; by another process where one is named. */
  work(afterMs?: number, by?: Integrations): Promise<void>
  rows(id: string, model: string): Promise<{ id: string; op: string; data: string }[]>
  due(id: string): Promise<number | null>
  problem(id: string, model: string): Promise<string | null | undefined>
}

interface More {
  /** In memory unless set. */
  storage?: (clock: VirtualTime['clock']) => Storage
  wrap?: (storage: Storage) => Storage
  random?: () => number
  /** Milliseconds that Merge takes for an answer to that path. */
  latency?: (path: string) => number
  /** Answers account-details and sync-status itself, or nothing. */
  other?: (request: Request, path: string) => Response | undefined
}

/** A Merge of nothing but lists: for what the sandbox is too well-behaved. Every account is healthy and lists no sync-status unless told. */
export function fakeMerge(options: Partial<Options>, lists: Lists, more: More = {}): FakeMerge {
  const time = virtualTime()
  const inner = more.storage?.(time.clock) ?? memoryStorage({ clock: time.clock })
  const storage = more.wrap?.(inner) ?? inner
  const began = time.clock.now()
  const asked: string[] = []
  const log: string[] = []
  const statuses: FakeMerge['statuses'] = []
  const write = (message: string, fields?: Record<string, unknown>) => void log.push(`${message} ${JSON.stringify(fields ?? {})}`)
  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const path = url.pathname.replace(/^\/api\/[a-z]+\/v1\//, '')
    if (more.latency) await time.sleep(more.latency(path))
    const other = more.other?.(request, path)
    if (other) return other
    if (path === 'account-details') return json({ id: 'merge', status: 'COMPLETE' })
    if (path === 'linked-accounts') return json({ next: null, results: [] })
    if (path === 'sync-status')
      return json({
        next: null,
        results:
          statuses.length > 0 ? statuses : [{ ...UNREAD, last_sync_finished: new Date(began + time.clock.monotonic()).toISOString() }],
      })
    asked.push(`${path}${url.search}`)
    const token = request.headers.get('x-account-token') ?? ''
    const page = await lists({ path, query: url.searchParams, token, signal: request.signal })
    return page instanceof Response ? page : json({ next: null, ...page })
  }
  const json = (body: unknown) =>
    Response.json(body, {
      // Merge's clock does not step with ours.
      headers: { date: new Date(began + time.clock.monotonic()).toUTCString() },
    })
  const another = (different: Partial<Options> = {}) =>
    createIntegrations({
      merge: { apiKey: 'key', baseUrl: 'https://merge.test/api' },
      secrets: [SECRET],
      sync: { models: ['hris.Employee'] },
      clock: time.clock,
      sleep: time.sleep,
      random: more.random ?? (() => 0.5),
      fetch: async (input, init) => {
        const request = new Request(input, init)
        return new Promise((resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true })
          answer(request).then(resolve, reject)
        })
      },
      logger: { debug: write, info: write, warn: write, error: write },
      ...options,
      storage,
      ...different,
    })
  const integrations = another()
  const vault = createVault(readKeyring([SECRET]), () => new Uint8Array(12))
  const row = async (id: string) => {
    const found = await inner.get({ id, organizationId: `org_${id}` })
    if (found === null) throw new Error(`There is no account ${id}.`)
    return found
  }
  return {
    time,
    storage: inner,
    integrations,
    asked,
    statuses,
    log,
    async account(id, category = 'hris') {
      await inner.migrate()
      const { account } = await inner.reserve({
        ...{ id, organizationId: `org_${id}`, userId: null, category, originId: `origin_${id}`, slot: `slot_${id}` },
        ...{ status: 'active', details: null, createdAt: time.clock.now() },
      })
      const token = await vault.seal(new Secret(`token-${id}`), 'account-token', account)
      await inner.update(id, account.revision, { token, linkedAccountId: `merge_${id}`, wake: 0 })
      return id
    },
    another,
    async work(afterMs = 0, by = integrations) {
      time.clock.advance(afterMs)
      await time.run(by.tick({ budgetMs: 600_000 }))
    },
    async rows(id, model) {
      const { changes } = await inner.changes({ accountId: id, model, after: 0, limit: 10_000 })
      return changes.map((change) => ({ id: change.id, op: change.op, data: change.data }))
    },
    due: async (id) => readAccountCheckpoint(await row(id)).nextLookAt,
    async problem(id, model) {
      const handle = await integrations.forOrganization(`org_${id}`).account(id)
      return handle?.info.sync.models[model]?.problem
    },
  }
}

/** What sync-status says when a test says nothing: a model that is not read has ended its first sync, so nothing is waited for. */
export const UNREAD = { model_name: 'Unread', model_id: 'Unread', status: 'DONE', is_initial_sync: false }

/** A page by page list of these records; the cursor is the place. */
export function paged(records: readonly unknown[], query: URLSearchParams, size = 100): { results: unknown[]; next: string | null } {
  const from = Number(query.get('cursor') ?? 0)
  return { results: records.slice(from, from + size), next: from + size < records.length ? String(from + size) : null }
}

/** That many records, stamped long ago. */
export function people(count: number, fields: Record<string, unknown> = {}): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, place) => ({
    id: `p${String(place).padStart(5, '0')}`,
    modified_at: '2025-12-01T09:00:00.000001Z',
    remote_was_deleted: false,
    ...fields,
  }))
}
