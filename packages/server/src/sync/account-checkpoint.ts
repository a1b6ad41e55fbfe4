import type { Account } from '../storage/port.ts'
import type { Pace } from './governor.ts'

/** The account's own place among its models: what a look needs to know of the look before. */
export const ACCOUNT = '@account'

export interface AccountCheckpoint {
  /** The `dirty` of the newest finished look: a higher one means that somebody asked for another. */
  dirtySeen: number
  /** Looks in a row that found Merge's first sync still under way. */
  waits: number
  /** Failed looks in a row. */
  failures: number
  /** Error code of the newest look, if it failed. */
  problem: string | null
  /** End of the newest look, epoch milliseconds. */
  lookedAt: number | null
  nextLookAt: number | null
  /** How fast the account may be asked on. */
  pace?: Pace
}

export function readAccountCheckpoint(account: Account): AccountCheckpoint {
  const text = account.models[ACCOUNT]?.checkpoint
  return { ...EMPTY, ...(text == null ? {} : (JSON.parse(text) as Partial<AccountCheckpoint>)) }
}

const EMPTY: AccountCheckpoint = { dirtySeen: 0, waits: 0, failures: 0, problem: null, lookedAt: null, nextLookAt: null }
