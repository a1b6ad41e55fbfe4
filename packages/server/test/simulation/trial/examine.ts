import type { Change, Storage } from '../../../src/storage/port.ts'
import { last, type Row } from '../merge/rows.ts'
import type { FakeMerge, MergeAccount } from '../merge/server.ts'
import { CATEGORY } from '../merge/server.ts'
import { ORGANIZATION } from '../world/customer.ts'
import type { Workers } from '../world/workers.ts'

export interface Examined {
  merge: FakeMerge
  account: MergeAccount
  /** The SDK's own id of it. */
  accountId: string
  storage: Storage
  workers: Workers
  /** Told of each question that was answered. */
  onDeed: (deed: 'verify' | 'audit') => void
}

/**
 * Asks `verify` and `audit` when all is quiet: they have to find nothing wrong, and then exactly what is spoiled under their eyes. The
 * last thing to be done with a history. Returns what they got wrong.
 */
export async function examine(world: Examined): Promise<string[]> {
  return [...(await verified(world)), ...(await audited(world))]
}

async function verified({ account, storage, workers, onDeed }: Examined): Promise<string[]> {
  const found: string[] = []
  const rows = account.models.map(({ settings, table }): [string, Row[]] => [settings.name, table.rows])
  for (const spoiled of [false, true]) {
    const views = new Map(rows.map(([name]) => [name, spoiled ? spoil(storage) : undefined]))
    const view = (name: string) => views.get(name)
    const visitor = workers.visitor(
      spoiled ? { ...storage, changes: (query) => (view(query.model)?.changes ?? storage.changes)(query) } : storage,
    )
    for await (const verdict of visitor.verify()) {
      const alive = (rows.find(([name]) => name === verdict.model)?.[1] ?? []).filter((row) => !last(row).gone && !last(row).deleted).length
      const { missing, extra, stale } = view(verdict.model)?.damage ?? { missing: 0, extra: 0, stale: 0 }
      const expected = { atMerge: alive, stored: alive - missing + extra, missing, extra, stale }
      const got = { atMerge: verdict.atMerge, stored: verdict.stored, missing: verdict.missing, extra: verdict.extra, stale: verdict.stale }
      if (JSON.stringify(got) !== JSON.stringify(expected))
        found.push(
          `verify of ${verdict.model}${spoiled ? ', spoiled,' : ''} says ${JSON.stringify(got)}, and true is ${JSON.stringify(expected)}`,
        )
    }
    onDeed('verify')
  }
  return found
}

/** The same store with a record too few, another one out of date and one too many, as far as it has them. */
function spoil(storage: Storage) {
  const damage = { missing: 0, extra: 0, stale: 0 }
  return {
    damage,
    async changes(query: Parameters<Storage['changes']>[0]): ReturnType<Storage['changes']> {
      const page = await storage.changes(query)
      if (damage.extra > 0) return page
      const [first, second] = page.changes.filter(({ op }) => op === 'upsert')
      Object.assign(damage, { missing: first ? 1 : 0, stale: second ? 1 : 0, extra: 1 })
      const spoiled = page.changes
        .filter((change) => change !== first)
        .map((change): Change => (change === second ? { ...change, modifiedAt: change.modifiedAt - 1, data: '{"id":"old"}' } : change))
      return { ...page, changes: [...spoiled, { seq: 0, id: 'of_nobody', op: 'upsert', modifiedAt: 1, data: '{"id":"of_nobody"}' }] }
    },
  }
}

async function audited({ merge, account, accountId, storage, workers, onDeed }: Examined): Promise<string[]> {
  const found: string[] = []
  const visitor = workers.visitor(storage)
  const check = async (what: string, expected: { orphans: string[]; gone: string[] }): Promise<void> => {
    const report = await visitor.audit()
    const got = { orphans: report.orphans.map(({ linkedAccountId }) => linkedAccountId), gone: report.gone }
    if (JSON.stringify(got) !== JSON.stringify(expected))
      found.push(`audit${what} says ${JSON.stringify(got)}, and true is ${JSON.stringify(expected)}`)
    onDeed('audit')
  }
  await check('', { orphans: [], gone: [] })
  account.deleted = true
  const stranger: MergeAccount = {
    ...account,
    id: 'linked_stranger',
    originId: 'of_a_stranger',
    token: 'token_of_a_stranger',
    deleted: false,
  }
  merge.accounts.push(stranger)
  await check(' after a deletion at Merge', { orphans: [stranger.id], gone: [accountId] })
  const row = await storage.get({ id: accountId, organizationId: ORGANIZATION })
  if (row?.status !== 'error') found.push(`after the audit ${CATEGORY} account ${accountId} is ${row?.status}`)
  return found
}
