import type { Page } from '../../src/storage/port.ts'
import { advance } from '../../src/sync/advance.ts'
import { type Checkpoint, readCheckpoint } from '../../src/sync/checkpoint.ts'
import { plan } from '../../src/sync/plan.ts'
import { versionRecords } from '../../src/sync/version-records.ts'
import { ACCOUNT_ID, MODEL } from './names.ts'
import { listPage, type ShownRow, type Source, syncStatus, wireRecord } from './source.ts'
import type { Operation, Store, StoreState } from './store.ts'

/** One worker between two of its steps: idle, or somewhere in one look at the account. Never changed in place. */
export type Worker =
  | { at: 'idle' }
  | { at: 'claimed'; fence: number; checkpoint: string | null; live: number }
  /** `pages`: fetched, and not committed yet. `storing`: the first of them, when some steps of its commit have been made. */
  | { at: 'walking'; fence: number; state: Checkpoint; pages: readonly FetchedPage[]; storing: Storing | null }
  | { at: 'read'; fence: number }

interface FetchedPage {
  records: readonly ShownRow[]
  next: string | null
}

interface Storing {
  page: Page
  after: Checkpoint
  done: number
}

type Claimed = Worker & { at: 'claimed' }
type Walking = Worker & { at: 'walking' }

export const IDLE: Worker = { at: 'idle' }

/** What the worker runs on: the real thing, or a saboteur's. */
export interface Rules {
  plan: typeof plan
  advance: typeof advance
  /** What a page's commit asks of the store, one atomic step after the other. */
  commit: readonly CommitStep[]
  /** Milliseconds that our clock is ahead of Merge's. */
  clockAheadMs: number
  /** From one sweep to the next, milliseconds; 0: each walk but the first is one. */
  sweepEveryMs: number
  /** Pages on hand at most: 2 when the next one is asked for while the one before is being stored, as in `walkPages`. */
  pagesAhead: 1 | 2
}

export type CommitStep = (page: Page) => Operation<Awaited<ReturnType<Parameters<Operation<unknown>>[0]['commit']>>>

export const REAL: Rules = {
  plan,
  advance,
  commit: [(page) => (storage) => storage.commit(page)],
  clockAheadMs: 0,
  sweepEveryMs: Number.POSITIVE_INFINITY,
  pagesAhead: 2,
}

export interface Step {
  name: string
  /** What it asks of Merge or of the store for this. */
  asks?: { list: { after: number | null; cursor: string | null } } | { commit: Page }
  state: StoreState
  worker: Worker
}

/** Every step that the worker may take now. A crash is one: it forgets everything, and its lease stays behind. */
export async function workerSteps(rules: Rules, store: Store, now: { state: StoreState; source: Source; worker: Worker }): Promise<Step[]> {
  const { state, source, worker } = now
  if (worker.at === 'idle') return claim(store, state)
  const crash: Step = { name: 'crash', state, worker: IDLE }
  switch (worker.at) {
    case 'claimed':
      return [{ name: 'read status', state, worker: decide(rules, source, worker) }, crash]
    case 'walking':
      return [...fetchNext(rules, source, state, worker), ...(await commitFirst(rules, store, { state, source, worker })), crash]
    case 'read':
      return [await release(store, state, worker.fence), crash]
  }
}

async function claim(store: Store, state: StoreState): Promise<Step[]> {
  const { answer: claims, state: after } = await store.perform(state, 'claim', async (storage, { time }) => {
    // Nobody's clock is trusted: a lease may run out at any moment, whether its holder is alive or not.
    time.now = 1
    try {
      return await storage.claim({ owner: 'worker', leaseMs: 0, limit: 1, accountId: ACCOUNT_ID })
    } finally {
      time.now = 0
    }
  })
  return claims.map(({ account, fence }) => {
    const stored = account.models[MODEL]
    const worker: Worker = {
      at: 'claimed',
      fence,
      checkpoint: stored?.checkpoint ?? null,
      live: stored?.records ?? 0,
    }
    return { name: state.leased ? 'steal' : 'claim', state: after, worker }
  })
}

function decide(rules: Rules, source: Source, worker: Claimed): Worker {
  const before = readCheckpoint(worker.checkpoint)
  const status = syncStatus(source)
  const decided = rules.plan(before, status, {
    now: source.now + rules.clockAheadMs,
    ours: source.now + rules.clockAheadMs,
    date: source.now,
    others: 'settled',
    fingerprint: 'fingerprint',
    generation: 0,
    companies: 0,
    live: worker.live,
    asked: true,
    modifiedAfter: true,
    earlyRead: false,
    sweepEveryMs: rules.sweepEveryMs,
    idleMs: Number.POSITIVE_INFINITY,
  })
  if (decided.do !== 'walk') return { at: 'read', fence: worker.fence }
  const state = rules.advance(before, { kind: 'planned', plan: decided, status, shape: '["records"]', now: source.now })
  return { at: 'walking', fence: worker.fence, state, pages: [], storing: null }
}

/** The page after those on hand: asked for while the one before is still being stored. */
function fetchNext(rules: Rules, source: Source, state: StoreState, worker: Walking): Step[] {
  const { walk } = worker.state
  const last = worker.pages.at(-1)
  if (walk === null || worker.pages.length >= rules.pagesAhead || worker.storing !== null || last?.next === null) return []
  const list = { after: walk.after, cursor: last ? last.next : walk.cursor }
  return listPage(source, list).map((page) => ({
    asks: { list },
    name: `fetch ${page.records.map(({ id, version }) => `${id}${version}`).join() || 'nothing'}${page.next === null ? ', the last page' : ''}`,
    state,
    worker: { ...worker, pages: [...worker.pages, page] },
  }))
}

async function commitFirst(rules: Rules, store: Store, now: { state: StoreState; source: Source; worker: Walking }): Promise<Step[]> {
  const { state, source, worker } = now
  const storing = worker.storing ?? firstPage(rules, source, worker)
  if (storing === null) return []
  const { page, after, done } = storing
  const step = rules.commit[done]!
  const { answer, state: then } = await store.perform(state, `commit ${done} ${JSON.stringify(page)}`, step(page))
  const name = `commit${rules.commit.length > 1 ? ` (step ${done + 1})` : ''}`
  const made = { asks: { commit: page }, state: then }
  if (answer === 'fenced') return [{ ...made, name: `${name}, fenced`, worker: IDLE }]
  if (answer === 'held') throw new Error('Nothing asks the store to hold anything back here.')
  if (done + 1 < rules.commit.length) return [{ ...made, name, worker: { ...worker, storing: { page, after, done: done + 1 } } }]
  const stored = rules.advance(after, { kind: 'stored', deleted: answer.deleted })
  if (stored.walk === null) return [{ ...made, name: `${name}, walk ends`, worker: { at: 'read', fence: worker.fence } }]
  return [{ ...made, name, worker: { ...worker, state: stored, pages: worker.pages.slice(1), storing: null } }]
}

function firstPage(rules: Rules, source: Source, { fence, state, pages: [page] }: Walking): Storing | null {
  if (page === undefined || state.walk === null) return null
  const version = { generation: state.generation, page: state.commits, unstamped: (state.walk.after ?? 0) * 1000 }
  const { records, unstamped } = versionRecords(page.records.map(wireRecord), version, { key: ['id'] }, [])
  const now = source.now + rules.clockAheadMs
  const after = rules.advance(state, {
    kind: 'page',
    next: page.next,
    records: page.records.length,
    unstamped,
    withoutId: 0,
    leftOut: 0,
    now,
  })
  const retire = page.next === null ? { retire: { olderThan: state.walk.goneBefore * 1000 } } : {}
  const sweep = state.walk.kind === 'sweep' ? { sweep: { number: state.sweep, ...retire } } : {}
  return { page: { accountId: ACCOUNT_ID, fence, model: MODEL, records, checkpoint: JSON.stringify(after), ...sweep }, after, done: 0 }
}

async function release(store: Store, state: StoreState, fence: number): Promise<Step> {
  const { state: after } = await store.perform(state, `release ${fence}`, (storage) =>
    storage.commit({
      accountId: ACCOUNT_ID,
      fence,
      model: '@account',
      records: [],
      checkpoint: null,
      release: { delayMs: 0, dirtySeen: 1 },
    }),
  )
  return { name: 'release', state: after, worker: IDLE }
}
