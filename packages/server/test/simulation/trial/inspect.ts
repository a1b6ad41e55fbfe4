import { createIntegrations } from '../../../src/index.ts'
import type { Storage } from '../../../src/storage/port.ts'
import type { History } from '../history/history.ts'
import type { FakeMerge } from '../merge/server.ts'
import { type Customer, ORGANIZATION } from '../world/customer.ts'
import type { Monitor } from '../world/monitor.ts'
import { BASE_URL } from '../world/network.ts'
import type { Problem } from './outcome.ts'

/** Looks at the store as an application does that starts afterwards: through the SDK's own door, and for a deleted account beneath it. */
export async function inspect(
  storage: Storage,
  history: History,
  merge: FakeMerge,
  customer: Customer,
  monitor: Monitor,
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const id of customer.connected) {
    const found = customer.disconnected.has(id)
      ? await leftBehind(storage, history, merge, id)
      : await asRead(storage, history, monitor, id)
    problems.push(...found.map((what): Problem => ({ kind: customer.disconnected.has(id) ? 'left-behind' : 'broken', what })))
  }
  return problems
}

async function leftBehind(storage: Storage, history: History, merge: FakeMerge, id: string): Promise<string[]> {
  const found: string[] = []
  const row = await storage.get({ id, organizationId: ORGANIZATION })
  if (row === null) return [`the tombstone of ${id}`]
  if (row.status !== 'deleted') found.push(`${id} is ${row.status} after it was deleted`)
  if (row.token !== null) found.push(`${id} still has a token`)
  if (Object.keys(row.models).length > 0) found.push(`${id} still has checkpoints`)
  for (const { name } of history.models) {
    const { changes } = await storage.changes({ accountId: id, model: name, after: 0, limit: 1_000 })
    if (changes.length > 0) found.push(`${changes.length} records of ${name} after ${id} was deleted`)
  }
  if (merge.accounts.some((account) => account.originId === row.originId && !account.deleted)) found.push(`${id} is still linked at Merge`)
  return found
}

async function asRead(storage: Storage, history: History, monitor: Monitor, id: string): Promise<string[]> {
  const found: string[] = []
  const reader = createIntegrations({
    merge: { apiKey: 'test_key_of_the_reader', baseUrl: BASE_URL },
    secrets: [Buffer.alloc(32, 7).toString('base64')],
    storage,
    originIds: history.originIds,
    sync: { models: history.models.map(({ name }) => name) },
    fetch: () => Promise.reject(new Error('A reader asks nobody.')),
  })
  const account = await reader.forOrganization(ORGANIZATION).account(id)
  if (account === null) return [`${id} is not there`]
  if (account.info.status !== 'active') found.push(`${id} is ${account.info.status} after everything went quiet`)
  if (!account.info.sync.ready) found.push(`${id} is not ready after everything went quiet: ${JSON.stringify(account.info.sync.models)}`)
  for (const { name } of history.models) {
    const copy = monitor.copy(id, name)
    let read = 0
    for await (const change of account.changes(name)) {
      const kept = copy.get(change.id)
      if (kept?.seq !== change.seq || kept.op !== change.op) found.push(`${name} ${change.id}: reading anew and reading along differ`)
      read++
    }
    if (read !== copy.size) found.push(`${name}: reading anew gives ${read} records, reading along gave ${copy.size}`)
  }
  return found
}
