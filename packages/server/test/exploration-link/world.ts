import { ErrorCode, IntegrationError } from '../../src/errors.ts'
import { readDetails, writeDetails } from '../../src/link/details.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import type { Account, AccountPatch, NewAccount, Status, Storage } from '../../src/storage/port.ts'
import { putBack, takeContent, textOf, whileMapsAreSeen } from '../exploration/store.ts'

/** What a process asks of the store, of Merge or of a human, as plain data: equal data, equal question. */
export type Effect =
  | { ask: 'reserve' | 'reserve, though its origin id was used'; account: NewAccount }
  | { ask: 'get'; key: object }
  | { ask: 'update' | 'update blindly'; id: string; revision: number; patch: AccountPatch }
  | { ask: 'list'; status: readonly Status[] }
  | { ask: 'purge'; id: string }
  | { ask: 'exchange'; publicToken: string }
  | { ask: 'account details' | 'delete account'; token: string }
  | { ask: 'find account'; linkedAccountId: string }
  /** The customer finishes the modal; Merge opens the account of that origin id, or makes one. */
  | { ask: 'complete'; originId: string }
  /** Somebody picks one of the rows; Merge announces one of the accounts that were ever linked; the work loop finds a row to delete. */
  | { ask: 'pick a row' | 'pick an announcement' | 'pick a deletion' | 'pick an account at Merge' | 'pick a row with candidates' }

export interface Answer {
  /** JSON. An `error` is thrown. */
  value: unknown
  error?: boolean
}

/** Merge, as far as linking goes: who was linked under which origin id, and with which public tokens. */
export interface AtMerge {
  accounts: readonly { id: string; originId: string; token: string; alive: boolean; byDashboard: boolean }[]
  publicTokens: readonly { account: number; spent: boolean }[]
}

/** What all processes share. Never changed in place. */
export interface Shared {
  readonly id: number
  readonly rows: readonly Account[]
  readonly merge: AtMerge
}

interface Known extends Shared {
  content: unknown
  outcomes: Map<string, Outcome[]>
}

export interface Outcome {
  name: string
  answer: Answer
  shared: Shared
}

export interface World {
  first: Shared
  /** Everything that an effect can come to; nothing: it cannot happen now. Found out once for each state. */
  perform(from: Shared, effect: Effect, key: string): Promise<Outcome[]>
}

const OWNER = { organizationId: 'acme', userId: null }
const EVERY_STATUS: readonly Status[] = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted']

/** The real memory adapter beside a small Merge; `prepare` brings them to where an exploration begins. */
export async function createWorld(prepare: (storage: Storage) => Promise<AtMerge>): Promise<World> {
  const made: Map<string, Account>[] = []
  const storage = whileMapsAreSeen(made, () => memoryStorage({ clock: { now: () => 0 } }))
  const internals = { time: { now: 0 }, rows: made[0]! } as never as Parameters<typeof takeContent>[0]
  const rows = made[0]!
  const known = new Map<string, Known>()
  const start = await prepare(storage)

  async function look(merge: AtMerge): Promise<Known> {
    // What no decision of the link flow reads: two states that differ in nothing else are one.
    for (const row of rows.values()) Object.assign(row, { due: null, dirty: 0, updatedAt: 0, details: plain(row.details) })
    const key = `${textOf(rows)} ${JSON.stringify(merge)}`
    const same = known.get(key)
    if (same) return same
    const { accounts } = await storage.list({ limit: 100, status: EVERY_STATUS })
    const state = { id: known.size, rows: accounts, merge, content: takeContent(internals), outcomes: new Map() }
    known.set(key, state)
    return state
  }

  return {
    first: await look(start),
    async perform(shared, effect, key) {
      const from = shared as Known
      const before = from.outcomes.get(key)
      if (before) return before
      const outcomes: Outcome[] = []
      if (isStorage(effect)) {
        putBack(internals, from.content)
        const answer = await ofStorage(effect)
        outcomes.push({ name: nameOf(effect, answer), answer, shared: await look(from.merge) })
      } else {
        for (const { answer, merge } of ofMerge(effect, from)) {
          if (merge !== from.merge) putBack(internals, from.content)
          outcomes.push({ name: nameOf(effect, answer), answer, shared: merge === from.merge ? from : await look(merge) })
        }
      }
      from.outcomes.set(key, outcomes)
      return outcomes
    },
  }

  async function ofStorage(effect: StorageEffect): Promise<Answer> {
    try {
      return { value: await call(effect) }
    } catch (error) {
      if (!IntegrationError.isInstance(error)) throw error
      return { value: error.code, error: true }
    }
  }

  async function call(effect: StorageEffect): Promise<unknown> {
    switch (effect.ask) {
      case 'reserve':
        return storage.reserve(numbered(effect.account))
      case 'reserve, though its origin id was used': {
        const used = [...rows.values()].filter((row) => row.status === 'deleted') as { originId: string }[]
        const names = used.map((row) => row.originId)
        for (const row of used) row.originId = `${row.originId}~`
        try {
          return await storage.reserve(numbered(effect.account))
        } finally {
          for (const [place, row] of used.entries()) row.originId = names[place]!
        }
      }
      case 'get':
        return storage.get(effect.key as never)
      case 'update':
        return storage.update(effect.id, effect.revision, effect.patch)
      case 'update blindly':
        return storage.update(effect.id, rows.get(effect.id)?.revision ?? 0, effect.patch)
      case 'list':
        return storage.list({ ...OWNER, status: effect.status, limit: 100 })
      case 'purge':
        return (await storage.purge(effect.id)) ?? null
    }
  }

  /** Chance gives every row and origin id another name; here it is a number, so that equal things have equal names. */
  function numbered(account: NewAccount): NewAccount {
    const number = String(rows.size + 1)
    const name = (text: string) => text.replace(/0{32}|0{8}$/, number)
    return { ...account, id: name(account.id), originId: name(account.originId), slot: account.slot.replace('#', `#${number}`) }
  }
}

type StorageEffect = Extract<Effect, { ask: 'reserve' | 'get' | 'update' | 'list' | 'purge' | `reserve${string}` | `update${string}` }>

const STORAGE = ['reserve', 'get', 'update', 'list', 'purge']

function isStorage(effect: Effect): effect is StorageEffect {
  return STORAGE.includes(effect.ask.split(/[ ,]/)[0] ?? '')
}

type Possible = { answer: Answer; merge: AtMerge }

function ofMerge(effect: Exclude<Effect, StorageEffect>, { merge, rows }: Shared): Possible[] {
  const one = (value: unknown, after = merge): Possible[] => [{ answer: { value }, merge: after }]
  const refused: Possible[] = [{ answer: { value: ErrorCode.UPSTREAM_REJECTED, error: true }, merge }]
  const kill = (index: number, byDashboard: boolean): AtMerge => ({
    ...merge,
    accounts: merge.accounts.map((account, place) => (place === index ? { ...account, alive: false, byDashboard } : account)),
  })
  switch (effect.ask) {
    case 'complete':
      return one(...complete(merge, effect.originId))
    case 'exchange': {
      const place = Number(effect.publicToken.slice(7)) - 1
      const token = merge.publicTokens[place]
      const account = token && merge.accounts[token.account]
      if (!token || token.spent || !account?.alive) return one(null)
      const publicTokens = merge.publicTokens.map((each, index) => (index === place ? { ...each, spent: true } : each))
      return one({ linkedAccountId: account.id, token: account.token }, { ...merge, publicTokens })
    }
    case 'account details': {
      const account = merge.accounts.find(({ token }) => token === effect.token)
      return account?.alive ? one({ linkedAccountId: account.id, originId: account.originId }) : refused
    }
    case 'delete account': {
      const index = merge.accounts.findIndex(({ token, alive }) => alive && token === effect.token)
      return index < 0 ? one('refused') : one('deleted', kill(index, false))
    }
    case 'find account':
      return one(merge.accounts.some(({ id, alive }) => alive && id === effect.linkedAccountId) ? { status: 'COMPLETE' } : null)
    case 'pick a row':
      return rows.filter(({ status }) => status !== 'deleted').map((value) => ({ answer: { value }, merge }))
    case 'pick a deletion':
      return rows.filter(({ status }) => status === 'deleting').map((value) => ({ answer: { value }, merge }))
    case 'pick an announcement':
      return merge.accounts.map(({ id, originId, token }) => ({ answer: { value: { linkedAccountId: id, originId, token } }, merge }))
    case 'pick a row with candidates':
      return rows.filter(hasCandidates).map((value) => ({ answer: { value }, merge }))
    case 'pick an account at Merge':
      return merge.accounts.flatMap(({ id, alive }, index) => (alive ? [{ answer: { value: id }, merge: kill(index, true) }] : []))
  }
}

function complete(merge: AtMerge, originId: string): [publicToken: string, after: AtMerge] {
  let index = merge.accounts.findIndex((account) => account.alive && account.originId === originId)
  let { accounts } = merge
  if (index < 0) {
    index = accounts.length
    accounts = [...accounts, { id: `linked${index + 1}`, originId, token: `token${index + 1}`, alive: true, byDashboard: false }]
  }
  const publicTokens = [...merge.publicTokens, { account: index, spent: false }]
  return [`public-${publicTokens.length}`, { accounts, publicTokens }]
}

/** Tokens that a webhook brought, and of which Merge has not been asked whose they are. */
export function hasCandidates(row: Account): boolean {
  return row.status !== 'deleted' && readDetails(row).candidates.some(({ token }) => token !== null)
}

/** Without the history, and without the waits: whatever may be asked again is asked again at once. */
function plain(text: string | null): string | null {
  if (text === null) return null
  const details = readDetails({ details: text })
  return writeDetails({ ...details, activity: [], candidates: details.candidates.map((candidate) => ({ ...candidate, tryAt: 0 })) })
}

function nameOf(effect: Effect, { value, error }: Answer): string {
  const { ask, ...rest } = effect
  const shown = (part: unknown) => JSON.stringify(part)?.slice(0, 90) ?? ''
  return `${ask} ${shown(rest)} → ${error ? 'throws ' : ''}${shown(value)}`
}
