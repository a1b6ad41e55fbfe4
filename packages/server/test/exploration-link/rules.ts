import type { LinkContext } from '../../src/link/context.ts'
import { deleteAccount } from '../../src/link/delete-account.ts'
import type { Account, NewAccount } from '../../src/storage/port.ts'
import type { Effect } from './world.ts'

/** What the flow runs on: the real thing, or a saboteur's, with one rule taken out. */
export interface Rules {
  reserve(ask: Ask, account: NewAccount): Promise<{ account: Account; created: boolean }>
  update: 'update' | 'update blindly'
  /** Merge's first word on a token is believed for good: the row is not read before Merge is asked. */
  asksMergeOnce: boolean
  /** A link to a deleted row is only refused, and stays at Merge. */
  lateLinksStay: boolean
  /** The row is not closed before it is purged. */
  purgesOpenRows: boolean
  remove(context: LinkContext, row: Account): Promise<unknown>
}

type Ask = (effect: Effect) => Promise<never>

export const REAL: Rules = {
  reserve: (ask, account) => ask({ ask: 'reserve', account }),
  update: 'update',
  asksMergeOnce: false,
  lateLinksStay: false,
  purgesOpenRows: false,
  remove: deleteAccount,
}

/** The slot is looked for first, and the row inserted then, as a store without unique indexes would. */
export const READ_THEN_INSERT: Rules = {
  ...REAL,
  async reserve(ask, account) {
    const { accounts }: { accounts: Account[] } = await ask({
      ask: 'list',
      status: ['pending', 'active', 'relink_needed', 'deleting', 'error'],
    })
    const found = accounts.find(({ slot }) => slot?.split('#')[0] === account.slot)
    if (found) return { account: found, created: false }
    return ask({ ask: 'reserve', account: { ...account, slot: `${account.slot}#`, originId: `${account.originId}_${'0'.repeat(32)}` } })
  },
}

export const ROW_NOT_READ_FIRST: Rules = { ...REAL, asksMergeOnce: true }

export const BLIND_UPDATE: Rules = { ...REAL, update: 'update blindly' }

/** Merge’s own guide does it in this order. */
export const MERGE_FIRST: Rules = {
  ...REAL,
  async remove(context, row) {
    await deleteAtMerge(context, row)
    await context.storage.purge(row.id)
  },
}

export const LOCAL_FIRST: Rules = {
  ...REAL,
  async remove(context, row) {
    await context.storage.purge(row.id)
    await deleteAtMerge(context, row)
  },
}

export const PLAIN_404: Rules = { ...REAL, lateLinksStay: true }

export const PURGES_OPEN_ROWS: Rules = { ...REAL, purgesOpenRows: true }

/** The guide’s "reset for a fresh attempt". */
export const CONNECT_CLEARS_TOKEN: Rules = {
  ...REAL,
  async reserve(ask, fresh) {
    const reserved = await REAL.reserve(ask, fresh)
    const { account } = reserved
    if (account.status === 'active' || account.token === null) return reserved
    const cleared: Account | 'conflict' = await ask({
      ask: 'update',
      id: account.id,
      revision: account.revision,
      patch: { token: null, status: 'pending' },
    })
    return cleared === 'conflict' ? reserved : { ...reserved, account: cleared }
  },
}

export const ORIGIN_ID_REUSED: Rules = {
  ...REAL,
  reserve: (ask, account) => ask({ ask: 'reserve, though its origin id was used', account: { ...account, originId: 'acme_hris' } }),
}

async function deleteAtMerge(context: LinkContext, row: Account): Promise<void> {
  if (row.token === null) return
  await context.gateway.deleteAccount(row.category, await context.vault.open(row.token, 'account-token', row))
}
