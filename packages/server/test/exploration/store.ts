import { memoryStorage } from '../../src/storage/memory.ts'
import type { Account, Change, Storage } from '../../src/storage/port.ts'
import { ACCOUNT_ID, MODEL } from './names.ts'

/**
 * The real memory adapter, all of whose states can be gone back to. What an operation does to a state is found out by doing it,
 * once: asked again, the answer and the state after it are looked up.
 */
export interface Store {
  readonly first: StoreState
  /** `name` must say everything about the operation, its arguments included. */
  perform<Answer>(from: StoreState, name: string, operation: Operation<Answer>): Promise<{ answer: Answer; state: StoreState }>
}

export type Operation<Answer> = (storage: Storage, internals: Internals) => Promise<Answer>

export interface Internals {
  /** The store's clock. */
  readonly time: { now: number }
  /** The rows of the adapter itself, for saboteurs only. */
  readonly rows: Map<string, InternalRow>
}

export interface InternalRow {
  status: string
  fence: number
  models: Map<string, { rows: Map<string, { generation: number }> }>
}

export interface StoreState {
  readonly id: number
  readonly status: string
  readonly fence: number
  readonly leased: boolean
  readonly checkpoint: string | null
  /** Live records, by the store's own count. */
  readonly live: number
  readonly records: readonly StoredRecord[]
}

export interface StoredRecord {
  readonly id: string
  readonly version: number
  readonly deleted: boolean
}

interface Known extends StoreState {
  readonly content: unknown
  readonly edges: Map<string, { answer: unknown; state: Known }>
}

export async function createStore(): Promise<Store> {
  const { storage, internals } = await openMemoryStorage()
  const known = new Map<string, Known>()
  let busy = false
  const look = async (): Promise<Known> => {
    const key = textOf(internals.rows)
    const same = known.get(key)
    if (same) return same
    const account = await storage.get({ id: ACCOUNT_ID, organizationId: ACCOUNT.organizationId })
    const { changes } = await storage.changes({ accountId: ACCOUNT_ID, model: MODEL, after: 0, limit: 1000 })
    const state = { ...describe(known.size, account!, changes), leased: (await storage.stats()).leased > 0 }
    const kept = { ...state, content: takeContent(internals), edges: new Map() }
    known.set(key, kept)
    return kept
  }

  return {
    first: await look(),
    async perform(state, name, operation) {
      const from = state as Known
      const before = from.edges.get(name)
      if (before) return before as { answer: never; state: Known }
      if (busy) throw new Error('There is one adapter: one operation at a time.')
      busy = true
      putBack(internals, from.content)
      const answer = await operation(storage, internals)
      const edge = { answer, state: await look() }
      busy = false
      from.edges.set(name, edge)
      return edge
    },
  }
}

/**
 * An adapter with one connected account. It keeps everything in one `Map`, the first that it makes: whoever holds that can put a state
 * back without the adapter knowing. `faithful.test.ts` holds states that were put back against those that were walked to.
 */
export async function openMemoryStorage(): Promise<{ storage: Storage; internals: Internals }> {
  const time = { now: 0 }
  const made: Internals['rows'][] = []
  const storage = whileMapsAreSeen(made, () => memoryStorage({ clock: { now: () => time.now } }))
  await storage.reserve(ACCOUNT)
  await storage.update(ACCOUNT_ID, 1, { token: 'sealed', linkedAccountId: 'linked', wake: 0 })
  return { storage, internals: { time, rows: made[0]! } }
}

export function whileMapsAreSeen<Result>(made: unknown[], work: () => Result): Result {
  const Original = globalThis.Map
  globalThis.Map = class extends Original {
    constructor(...entries: []) {
      super(...entries)
      made.push(this)
    }
  } as MapConstructor
  try {
    return work()
  } finally {
    globalThis.Map = Original
  }
}

/** A copy of everything the adapter holds. */
export function takeContent({ rows }: Internals): unknown {
  return copy(rows)
}

export function putBack({ rows }: Internals, content: unknown): void {
  rows.clear()
  for (const [id, row] of copy(content) as Internals['rows']) rows.set(id, row)
}

function describe(id: number, { status, fence, models }: Account, changes: readonly Change[]): Omit<StoreState, 'leased'> {
  const records = changes.map((change) => {
    const { version } = JSON.parse(change.data) as { version: number }
    return { id: change.id, version, deleted: change.op === 'delete' }
  })
  return { id, status, fence, checkpoint: models[MODEL]?.checkpoint ?? null, live: models[MODEL]?.records ?? 0, records }
}

const ACCOUNT = {
  id: ACCOUNT_ID,
  organizationId: 'acme',
  userId: null,
  category: 'hris',
  originId: 'origin',
  slot: 'slot',
  status: 'active',
  details: null,
  createdAt: 0,
} as const

function copy(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, copy(part)]))
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== 'object' || value === null) return value
  const result: Record<string, unknown> = {}
  for (const key in value) result[key] = copy((value as Record<string, unknown>)[key])
  return result
}

/** Equal texts, equal states: the order of a `Map` counts, and so does each number in it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return { map: [...part] }
    return part === Number.NEGATIVE_INFINITY ? '-Infinity' : part
  })
}
