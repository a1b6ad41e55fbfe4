import {
  type Account,
  type Change,
  type Claim,
  ErrorCode,
  IntegrationError,
  type NewAccount,
  type Page,
  type Storage,
  type VersionedRecord,
} from '@connect-integration/server/storage'
import { assert } from './assert.ts'
import type { CheckClock } from './check.ts'

export const EMPLOYEE = 'hris.Employee'
export const COMPANY = 'hris.Company'

/** Long enough that it never ends by itself while a check runs in real time. */
export const LONG_LEASE = 600_000

/** Milliseconds. */
export const HOUR = 3_600_000

/** Milliseconds from now to a time that no check lives to see: more than 32 bits hold. */
export const DECADES = 2_000_000_000_000

/** 1 July 2026, in microseconds: where the stamps of example records begin. In the middle of a millisecond, so that who counts those is found out. */
export const STAMP = 1_782_907_200_123_456

/** An account called `name`; everything in it is derived from the name. */
export function newAccount(name: string, overrides: Partial<NewAccount> = {}): NewAccount {
  return {
    id: `id-${name}`,
    organizationId: 'org-1',
    userId: null,
    category: 'hris',
    originId: `origin-${name}`,
    slot: `slot-${name}`,
    status: 'pending',
    details: null,
    createdAt: 1_782_000_000_000,
    ...overrides,
  }
}

export async function reserve(storage: Storage, name: string, overrides: Partial<NewAccount> = {}): Promise<Account> {
  const { account, created } = await storage.reserve(newAccount(name, overrides)).catch((error: unknown) => {
    if (!IntegrationError.isInstance(error) || error.code !== ErrorCode.STORE_CONFLICT) throw error
    return assert.fail(`reserve refused the account "${name}", which is in nobody's way: ${error.message}`)
  })
  assert.equal(created, true, `reserve did not create the account "${name}" that the check needs`)
  return account
}

export async function claim(storage: Storage, account: { id: string }, leaseMs = LONG_LEASE): Promise<Claim> {
  const [claimed, ...more] = await storage.claim({ owner: 'kit', leaseMs, limit: 1, accountId: account.id })
  assert.ok(claimed, `claim by accountId did not give the free account "${account.id}" that the check needs`)
  assert.equal(more.length, 0, 'claim by accountId gave more than one account')
  return claimed
}

export async function reserveAndClaim(storage: Storage, name: string, overrides: Partial<NewAccount> = {}): Promise<Claim> {
  return claim(storage, await reserve(storage, name, overrides))
}

/** What is claimed by `due` alone, as ids. */
export async function claimDue(storage: Storage, limit = 100, leaseMs = LONG_LEASE): Promise<string[]> {
  const claims = await storage.claim({ owner: 'kit', leaseMs, limit })
  return claims.map(({ account }) => account.id)
}

/** A record whose hash follows from its content, as the core's does. */
export function record(id: string, overrides: Partial<VersionedRecord> = {}): VersionedRecord {
  const data = overrides.data ?? JSON.stringify({ id, name: `Name of ${id}` })
  const deleted = overrides.deleted ?? false
  return { id, generation: 0, modifiedAt: STAMP, page: 1, deleted, hash: `${deleted}:${data}`, data, ...overrides }
}

export function records(count: number, prefix = 'record'): VersionedRecord[] {
  return Array.from({ length: count }, (_, index) => record(`${prefix}-${index}`))
}

/** A record with this `version` and a content that no other version has. */
export function version(id: string, content: string, overrides: Partial<VersionedRecord> = {}): VersionedRecord {
  return record(id, { data: JSON.stringify({ id, content }), ...overrides })
}

export function pageOf(claimed: Claim, recordsOfPage: readonly VersionedRecord[], overrides: Partial<Page> = {}): Page {
  return { accountId: claimed.account.id, fence: claimed.fence, model: EMPLOYEE, records: recordsOfPage, checkpoint: null, ...overrides }
}

export async function commit(storage: Storage, claimed: Claim, recordsOfPage: readonly VersionedRecord[], overrides: Partial<Page> = {}) {
  const result = await storage.commit(pageOf(claimed, recordsOfPage, overrides))
  if (result === 'fenced') assert.fail('commit answered "fenced" to the holder of the newest claim')
  if (result === 'held') assert.fail('commit answered "held" to a page that deletes no more than it may')
  return result
}

/** Later than any example record's stamp. */
export const EVERYTHING = STAMP + 1_000_000_000

/** The last page of sweep `number`. */
export function sweep(storage: Storage, claimed: Claim, number: number, page: readonly VersionedRecord[], olderThan = EVERYTHING) {
  return commit(storage, claimed, page, { sweep: { number, retire: { olderThan } } })
}

/** Ends the lease; the account is not due afterwards unless `delayMs` says so. */
export async function release(storage: Storage, claimed: Claim, delayMs: number | null = null) {
  await commit(storage, claimed, [], { model: COMPANY, release: { delayMs, dirtySeen: claimed.dirty } })
}

/** Accounts by these names, scheduled in this order and due in the order of their ranks (0, 1, 2 …); until all of them are due. */
export async function reserveDue(storage: Storage, clock: CheckClock, ranks: Readonly<Record<string, number>>): Promise<void> {
  // In real time far enough apart that no call takes as long.
  const unit = clock.exact ? 1000 : 250
  const accounts: [string, number][] = []
  for (const [name, rank] of Object.entries(ranks)) accounts.push([(await reserve(storage, name)).id, rank])
  const start = clock.now()
  for (const [id, rank] of accounts) await storage.schedule(id, Math.max(0, start + rank * unit - clock.now()))
  await clock.advance((Math.max(...Object.values(ranks)) + 1) * unit)
}

/** The whole change feed of one model. */
export async function feed(storage: Storage, account: { id: string }, model = EMPLOYEE): Promise<Change[]> {
  const all: Change[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page = await storage.changes({ accountId: account.id, model, after, limit: 1000 })
    all.push(...page.changes)
    assert.ok(page.next === null || page.next > after, `changes answered next ${page.next} after ${after}: a reader would never end`)
    after = page.next
  }
  return structuredClone(all)
}

/** `id → content` of the live records, as a reader of the feed would have them. */
export async function mirror(storage: Storage, account: { id: string }, model = EMPLOYEE): Promise<Record<string, string>> {
  const rows: Record<string, string> = Object.create(null)
  for (const change of await feed(storage, account, model)) {
    if (change.op === 'upsert') rows[change.id] = change.data
    else delete rows[change.id]
  }
  return { ...rows }
}

export async function read(storage: Storage, { id, organizationId }: { id: string; organizationId: string }): Promise<Account> {
  const account = await storage.get({ id, organizationId })
  assert.ok(account, `get by id does not find the account "${id}"`)
  return structuredClone(account)
}

/** Everything that can be seen of an account. */
export async function snapshot(storage: Storage, account: { id: string; organizationId: string }) {
  const row = await read(storage, account)
  const feeds: Record<string, Change[]> = {}
  for (const model of [EMPLOYEE, COMPANY]) feeds[model] = await feed(storage, account, model)
  return { row, feeds }
}

/**
 * A second account of the same organization with the same record ids, filled, and due in some decades.
 * The function it gives back fails when anything about it has changed.
 */
export async function bystander(storage: Storage): Promise<() => Promise<void>> {
  const claimed = await reserveAndClaim(storage, 'bystander')
  await commit(storage, claimed, records(3), { checkpoint: 'bystander-checkpoint' })
  const release = { delayMs: DECADES, dirtySeen: claimed.dirty }
  await commit(storage, claimed, records(2), { model: COMPANY, checkpoint: 'other', release })
  const before = await snapshot(storage, claimed.account)
  return async () =>
    assert.deepEqual(await snapshot(storage, claimed.account), before, 'an account that had nothing to do with it has changed')
}

/** Runs all at the same time; the answers in order of the callers. */
export function race<Result>(callers: number, call: (caller: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
}

export async function rejectsWithConflict(promise: Promise<unknown>, what: string) {
  const error = await promise.then(
    () => assert.fail(`${what}: resolved, but had to throw ${ErrorCode.STORE_CONFLICT}`),
    (reason: unknown) => reason,
  )
  if (error instanceof assert.AssertionError) throw error
  assert.ok(IntegrationError.isInstance(error), `${what}: threw ${String(error)}, which is no IntegrationError`)
  assert.equal(error.code, ErrorCode.STORE_CONFLICT, `${what}: threw ${error.code} (${error.message})`)
}

/** So many milliseconds from the store's now: exactly; within a minute where the store goes by a clock of its own. */
export function assertFromNow(actual: number | null, delayMs: number, clock: CheckClock, what: string) {
  assert.equal(typeof actual, 'number', `${what} is ${actual}, not a time`)
  const apart = (actual ?? 0) - (clock.now() + delayMs)
  const from = delayMs === 0 ? "the store's now" : `the store's now + ${delayMs} ms`
  assert.ok(clock.exact ? apart === 0 : Math.abs(apart) < 60_000, `${what} is ${apart} ms away from ${from}`)
}

/** Only where `needs` is `clock`: sets the store's clock, back when negative; no time passes. */
export async function setClock(clock: CheckClock, milliseconds: number) {
  const before = clock.now()
  await clock.advance(milliseconds)
  assert.equal(clock.now() - before, milliseconds, 'what the fixture’s `clock` moved by: its `advance` has to take negative numbers too')
}

/** As ids or model names they must be names like any other. */
export const COMMON_PROTOTYPE_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
