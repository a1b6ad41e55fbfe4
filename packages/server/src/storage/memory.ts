import { ErrorCode, IntegrationError } from '../errors.ts'
import { systemClock } from '../system.ts'
import {
  type Account,
  type AccountKey,
  type AccountQuery,
  CLOCK_SLACK_MS,
  type Claim,
  type ModelState,
  type Page,
  type Storage,
  type StorageStats,
  type VersionedRecord,
} from './port.ts'

export interface MemoryStorageOptions {
  /** The store's clock, in epoch milliseconds; the system's unless a test passes its own. */
  clock?: { now(): number }
}

/**
 * The reference adapter: what the contract means, in the fewest words. For tests, demos and simulations;
 * everything is gone when the process ends. A method's body never awaits, so each is one atomic step.
 */
export function memoryStorage({ clock = systemClock }: MemoryStorageOptions = {}): Storage {
  const rows = new Map<string, Row>()

  const find = (matches: (row: Row) => boolean) => {
    for (const row of rows.values()) if (matches(row)) return row
    return undefined
  }
  const living = (id: string) => {
    const row = rows.get(id)
    return row?.status === 'deleted' ? undefined : row
  }
  const holder = (id: string, fence: number) => {
    const row = living(id)
    return row?.fence === fence ? row : undefined
  }

  return {
    contract: 1,
    profile: 'atomic',
    async migrate() {},
    async close() {},

    async reserve(account) {
      const { id, originId, slot } = account
      const existing = find((row) => row.slot === slot)
      if (existing) return { account: copyOf(existing), created: false }
      if (find((row) => row.originId === originId)) throw conflict(`originId "${originId}" was used before; reserve with a fresh one.`)
      if (rows.has(id)) throw conflict(`An account with id "${id}" exists already; reserve with a fresh id.`)
      const row = newRow(account)
      rows.set(id, row)
      return { account: copyOf(row), created: true }
    },

    async get(key) {
      const row = find((row) => row.status !== 'deleted' && hasKey(row, key)) ?? find((row) => hasKey(row, key))
      return row ? copyOf(row) : null
    },

    async update(id, revision, patch) {
      const row = living(id)
      if (row?.revision !== revision) return 'conflict'
      const { slot = row.slot, linkedAccountId = row.linkedAccountId, status = row.status } = patch
      const { token = row.token, details = row.details, updatedAt = row.updatedAt } = patch
      if (slot !== null && find((other) => other !== row && other.slot === slot)) {
        throw conflict(`Slot "${slot}" is held by another account; nothing was changed in "${id}".`)
      }
      Object.assign(row, { slot, linkedAccountId, status, token, details, updatedAt, revision: revision + 1 })
      if (patch.wake !== undefined) wake(row, patch.wake, clock.now())
      return copyOf(row)
    },

    async list(query) {
      const found = [...rows.values()].filter((row) => isListed(row, query)).sort((a, b) => (a.id < b.id ? -1 : 1))
      const accounts = found.slice(0, query.limit).map(copyOf)
      return { accounts, next: found.length > query.limit ? (accounts.at(-1)?.id ?? null) : null }
    },

    async schedule(accountId, delayMs) {
      const row = living(accountId)
      if (row) wake(row, delayMs, clock.now())
    },

    async claim({ leaseMs, limit, accountId }) {
      const now = clock.now()
      const wanted = (row: Row) => (accountId === undefined ? isDue(row, now) : row.id === accountId)
      const free = [...rows.values()].filter((row) => row.status !== 'deleted' && !isLeased(row, now) && wanted(row))
      const chosen = free.sort((a, b) => (a.due ?? 0) - (b.due ?? 0)).slice(0, limit)
      return chosen.map((row): Claim => {
        settle(row, now)
        Object.assign(row, { fence: row.fence + 1, lease: now + leaseMs, recordedAt: now })
        return { account: copyOf(row), fence: row.fence, dirty: row.dirty, now }
      })
    },

    async renew(accountId, fence, leaseMs) {
      const row = holder(accountId, fence)
      if (!row) return false
      const now = clock.now()
      settle(row, now)
      Object.assign(row, { lease: now + leaseMs, recordedAt: now })
      return true
    },

    async commit(page) {
      const incoming = newestOfEachId(page)
      const row = holder(page.accountId, page.fence)
      if (!row) return 'fenced'
      const model = row.models.get(page.model) ?? { checkpoint: null, seq: 0, records: 0, rows: new Map() }
      const changed = [...incoming.values()].filter((record) => isChange(record, model.rows.get(record.id)))
      const retired = page.sweep?.retire ? retirable(model, incoming, page.sweep.number, page.sweep.retire.olderThan) : []
      const deleted = changed.filter((record) => record.deleted && isLive(model.rows.get(record.id))).length + retired.length
      if (deleted > (page.deleteAtMost ?? Number.POSITIVE_INFINITY)) return 'held'

      row.models.set(page.model, model)
      for (const record of changed) put(model, record)
      for (const id of incoming.keys()) markAsThere(model, id, page.sweep?.number)
      for (const record of retired) put(model, { ...record, deleted: true })
      if (page.sweep?.retire) markMissing(model, page.sweep.number)
      model.checkpoint = page.checkpoint
      if (page.release) {
        const { delayMs, dirtySeen } = page.release
        const now = clock.now()
        const due = row.dirty > dirtySeen ? now : delayMs === null ? null : now + delayMs
        Object.assign(row, { lease: UNLEASED, due, recordedAt: now })
      }
      return { changed: changed.length + retired.length, deleted, seq: model.seq }
    },

    async purge(accountId) {
      const row = living(accountId)
      if (!row) return
      Object.assign(row, { status: 'deleted', slot: null, token: null, details: null, due: null, lease: UNLEASED })
      row.fence += 1
      row.revision += 1
      row.models.clear()
    },

    async changes({ accountId, model, after, limit }) {
      const stored = rows.get(accountId)?.models.get(model)?.rows.values() ?? []
      const newer = [...stored].filter((record) => record.seq > after)
      const changes = newer.slice(0, limit).map(({ seq, id, deleted, modifiedAt, data }) => {
        return { seq, id, op: deleted ? ('delete' as const) : ('upsert' as const), modifiedAt, data }
      })
      return { changes, next: newer.length > limit ? (changes.at(-1)?.seq ?? after) : null }
    },

    async stats() {
      const now = clock.now()
      const stats: StorageStats = { accounts: {}, due: 0, leased: 0, lateMs: 0 }
      for (const row of rows.values()) {
        stats.accounts[row.status] = (stats.accounts[row.status] ?? 0) + 1
        if (isLeased(row, now)) stats.leased += 1
        else if (isDue(row, now)) {
          stats.due += 1
          stats.lateMs = Math.max(stats.lateMs, now - (row.due ?? now))
        }
      }
      return stats
    },
  }
}

/** `recordedAt`: the store's now when `due` or `lease` was last set. */
type Row = Omit<Account, 'models'> & { lease: number; recordedAt: number; models: Map<string, Model> }

/** `rows` is kept in order of `seq`: whatever changes moves to the end. */
type Model = ModelState & { rows: Map<string, StoredRecord> }

type Incoming = VersionedRecord & { fence: number }

type StoredRecord = Incoming & { seq: number; seenIn?: number | undefined; missingIn?: number | undefined }

const UNLEASED = Number.NEGATIVE_INFINITY

function newRow(account: Parameters<Storage['reserve']>[0]): Row {
  const { id, organizationId, userId, category, originId, slot, status, details, createdAt } = account
  const given = { id, organizationId, userId, category, originId, slot, status, details, createdAt, updatedAt: createdAt }
  const fresh = { linkedAccountId: null, token: null, revision: 1, due: null, dirty: 0, fence: 0, lease: UNLEASED, recordedAt: UNLEASED }
  return { ...given, ...fresh, models: new Map() }
}

/** A copy that shares nothing with the row; not even a model called `__proto__` does harm. */
function copyOf({ lease: _, recordedAt: __, models, ...account }: Row): Account {
  const states = [...models].map(([name, { checkpoint, seq, records }]) => [name, { checkpoint, seq, records }] as const)
  return { ...account, models: Object.fromEntries(states) }
}

function hasKey(row: Row, key: AccountKey) {
  if ('id' in key) return row.id === key.id && row.organizationId === key.organizationId
  if ('originId' in key) return row.originId === key.originId && row.category === key.category
  return row.linkedAccountId === key.linkedAccountId
}

function isListed(row: Row, query: AccountQuery) {
  const { organizationId = row.organizationId, userId = row.userId, category = row.category, status, after } = query
  const owned = row.organizationId === organizationId && row.userId === userId && row.category === category
  const wanted = status ? status.includes(row.status) : row.status !== 'deleted'
  return owned && wanted && (after === undefined || row.id > after)
}

function wake(row: Row, delayMs: number, now: number) {
  settle(row, now)
  row.due = Math.min(row.due ?? now + delayMs, now + delayMs)
  row.dirty += 1
  row.recordedAt = now
}

function isLeased(row: Row, now: number) {
  return row.lease > now && !isOfClockSetBack(row, now)
}

function isDue(row: Row, now: number) {
  return row.due !== null && (row.due <= now || isOfClockSetBack(row, now))
}

function isOfClockSetBack({ recordedAt }: Row, now: number) {
  return recordedAt > now + CLOCK_SLACK_MS
}

/** Before `recordedAt` is overwritten, which alone shows that the clock was set back: what follows from it is written down. */
function settle(row: Row, now: number) {
  if (!isOfClockSetBack(row, now)) return
  row.lease = UNLEASED
  if (row.due !== null) row.due = Math.min(row.due, now)
}

/** Copies before anything is written, so that a bad record leaves the store as it was. */
function newestOfEachId(page: Page) {
  const newest = new Map<string, Incoming>()
  for (const { id, generation, modifiedAt, page: number, deleted, hash, data } of page.records) {
    const record = { id, generation, modifiedAt, page: number, deleted, hash, data, fence: page.fence }
    const other = newest.get(id)
    if (!other || isAsNew(record, other)) newest.set(id, record)
  }
  return newest
}

function isChange(record: Incoming, stored: StoredRecord | undefined) {
  if (!stored) return true
  // A retired row keeps its hash and differs in `deleted` only, so that the record can come back.
  const differs = stored.hash !== record.hash || stored.deleted !== record.deleted
  return differs && isAsNew(record, stored)
}

function isLive(stored: StoredRecord | undefined) {
  return stored ? !stored.deleted : false
}

/** What `sweep` and the one before it have missed; read before anything of this page is written. */
function retirable(model: Model, incoming: ReadonlyMap<string, Incoming>, sweep: number, olderThan: number) {
  return [...model.rows.values()].filter((row) => {
    const missed = isLive(row) && row.seenIn !== sweep && !incoming.has(row.id)
    return missed && row.missingIn === sweep - 1 && row.modifiedAt <= olderThan
  })
}

function markAsThere(model: Model, id: string, sweep: number | undefined) {
  const row = model.rows.get(id)
  if (!row) return
  row.seenIn = sweep ?? row.seenIn
  row.missingIn = undefined
}

function markMissing(model: Model, sweep: number) {
  for (const row of model.rows.values()) if (isLive(row) && row.seenIn !== sweep) row.missingIn = sweep
}

function put(model: Model, record: Incoming) {
  const before = model.rows.get(record.id)
  model.records += Number(!record.deleted) - Number(isLive(before))
  model.seq += 1
  model.rows.delete(record.id)
  model.rows.set(record.id, { ...record, seenIn: before?.seenIn, seq: model.seq })
}

function isAsNew(record: Incoming, other: Incoming) {
  for (const part of ['generation', 'modifiedAt', 'fence', 'page'] as const) {
    if (record[part] !== other[part]) return record[part] > other[part]
  }
  return true
}

function conflict(message: string) {
  // Not retryable: the same call would fail again until somebody passes something else.
  return new IntegrationError(ErrorCode.STORE_CONFLICT, message, { retryable: false })
}
