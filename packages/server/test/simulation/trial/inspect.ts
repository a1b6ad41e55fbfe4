import { createIntegrations, type LinkedAccount } from '../../../src/index.ts'
import { ORGANIZATION } from '../world/customer.ts'
import { BASE_URL } from '../world/network.ts'
import { OLD_SECRET } from '../world/options.ts'
import type { Read } from '../world/reader.ts'
import type { World } from '../world/world.ts'
import type { Problem } from './outcome.ts'

/** Looks at the store as an application does that starts afterwards: through the SDK's own door, and for a deleted account beneath it. */
export async function inspect(world: World): Promise<Problem[]> {
  const problems: Problem[] = []
  const { connected, disconnected } = world.customer
  for (const id of connected) {
    const found = disconnected.has(id) ? await leftBehind(world, id) : await asRead(world, id)
    problems.push(...found.map((what): Problem => ({ kind: disconnected.has(id) ? 'left-behind' : 'broken', what })))
  }
  return problems
}

async function leftBehind({ storage, history, merge }: World, id: string): Promise<string[]> {
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

async function asRead(world: World, id: string): Promise<string[]> {
  const { storage, history, monitor, reader } = world
  const found: string[] = []
  const another = createIntegrations({
    merge: { apiKey: 'test_key_of_the_reader', baseUrl: BASE_URL },
    secrets: [OLD_SECRET],
    storage,
    originIds: history.originIds,
    sync: { models: history.models.map(({ name }) => name) },
    fetch: () => Promise.reject(new Error('A reader asks nobody.')),
  })
  const account = await another.forOrganization(ORGANIZATION).account(id)
  if (account === null) return [`${id} is not there`]
  if (account.info.status !== 'active') found.push(`${id} is ${account.info.status} after everything went quiet`)
  if (history.cron?.inVain) return tellsTooSlow(account.info) ? [] : [`it is not told that ${id} is too slow for its ticks`]
  if (!account.info.sync.ready) found.push(`${id} is not ready after everything went quiet: ${JSON.stringify(account.info.sync.models)}`)
  for (const { name } of history.models) {
    const anew = new Map<string, Read>()
    for await (const { id: record, seq, op, data } of account.changes<unknown>(name))
      anew.set(record, { seq, op, data: JSON.stringify(data) })
    found.push(...unlike(`${name}: reading anew and reading along`, anew, monitor.copy(id, name)))
    if (reader !== null) found.push(...unlike(`${name}: reading in small pages and reading anew`, await reader.finish(account, name), anew))
  }
  return found
}

/** Code of the account's problem when no answer of Merge's comes within a tick. */
function tellsTooSlow({ sync }: LinkedAccount): boolean {
  return Object.values(sync.models).some(({ problem }) => problem === 'SYNC_TOO_SLOW')
}

/** Where two ways of reading one feed do not end with the same. */
function unlike(what: string, one: ReadonlyMap<string, Read>, other: ReadonlyMap<string, Read>): string[] {
  const found: string[] = []
  for (const [id, { seq, op, data }] of one) {
    const same = other.get(id)
    if (same?.seq !== seq || same.op !== op || same.data !== data) found.push(`${what} differ in ${id}`)
  }
  if (one.size !== other.size) found.push(`${what} give ${one.size} and ${other.size} records`)
  return found
}
