import type { Storage } from '../storage/port.ts'
import type { SteadyClock } from '../system.ts'
import { createCoalescer } from './coalesce.ts'
import type { NamedAccount } from './parse.ts'

/** Two looks that webhooks asked for are at least so far apart, in milliseconds. */
export const SPACING_MS = 5_000
/** Merge's id of an account never becomes another's; what is remembered is forgotten so soon only because a row may be edited by hand. */
const REMEMBERED_MS = 60_000
const MOST_REMEMBERED = 10_000

/**
 * Has an account looked at, soon: durable when it resolves. Webhooks that come close together, as they do when Merge has finished a sync,
 * are one look now and one 5 seconds later; those of one account that come at once share one write.
 * Resolves with our id of the account; `null` when there is none here, or it is being deleted, and then nothing was done. Rejects as the store does.
 */
export type WakeAccount = (named: NamedAccount) => Promise<string | null>

export function createWakeAccount({ storage, clock }: { storage: Storage; clock: SteadyClock }): WakeAccount {
  const known = new Map<string, Known>()
  const schedule = createCoalescer((accountId) => storage.schedule(accountId, nextLookInMs(accountId)))
  const looks = new Map<string, number>()

  async function find({ linkedAccountId, originId, category }: NamedAccount): Promise<string | null> {
    const remembered = known.get(linkedAccountId)
    if (remembered !== undefined && clock.monotonic() - remembered.at < REMEMBERED_MS) return remembered.accountId
    const byOrigin = () => (originId === null || category === null ? null : storage.get({ originId, category }))
    const row = (await storage.get({ linkedAccountId })) ?? (await byOrigin())
    // A deletion goes its own way, with its own patience.
    if (row === null || row.status === 'deleted' || row.status === 'deleting') return null
    if (row.linkedAccountId === linkedAccountId) remember(known, linkedAccountId, { accountId: row.id, at: clock.monotonic() })
    return row.id
  }

  /** The first one at once, those soon after it together. */
  function nextLookInMs(accountId: string): number {
    const now = clock.monotonic()
    const last = looks.get(accountId) ?? Number.NEGATIVE_INFINITY
    const at = now < last ? last : Math.max(now, last + SPACING_MS)
    remember(looks, accountId, at)
    return at - now
  }

  return async (named) => {
    const accountId = await find(named)
    if (accountId !== null) await schedule(accountId)
    return accountId
  }
}

interface Known {
  accountId: string
  /** `monotonic` milliseconds. */
  at: number
}

/** Newest last, so that the map can forget from its front. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > MOST_REMEMBERED) for (const first of map.keys()) return void map.delete(first)
}
