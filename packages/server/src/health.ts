import type { Core } from './core.ts'
import { describeError } from './errors.ts'
import { everyAccount } from './storage/every-account.ts'
import type { Status, Storage } from './storage/port.ts'
import { readCheckpoint } from './sync/checkpoint.ts'

/** For a probe and a dashboard: numbers and codes, nothing of a customer's and nothing secret. */
export interface HealthReport {
  /** The store answers. Restart or replace the process by this and by nothing else: when Merge is down, restarting helps nobody. */
  ok: boolean
  /** Why not: an error code. */
  storage: { ok: true } | { ok: false; code: string }
  /** Connections by status, `deleted` ones included. */
  accounts: Partial<Record<Status, number>>
  work: {
    /** Connections that want to be looked at and that nobody works on. */
    due: number
    /** Connections that some process works on. */
    leased: number
    /** Milliseconds that the oldest of those that are due has waited; 0 when none is. Growing: too few processes, or none. */
    lateMs: number
  }
  merge: {
    /** `resting`: Merge hardly answered of late, and is left alone until `restingUntil`; `trying`: one call is on its way to see. In this process. */
    calls: 'normal' | 'resting' | 'trying'
    /** ISO 8601. */
    restingUntil: string | null
    /** Failed answers of the last 10 seconds, of which Merge blocks an address after 20; in this process. */
    failures: number
  }
  /** With `{ quarantine: true }` only. */
  quarantine?: QuarantineCount[]
}

export interface HealthOptions {
  /** Also list whose records are left out (`quarantine`). Reads every connection, so it is for a report now and then, not for a probe. */
  quarantine?: boolean
}

/** Of one connection and model, how many records the store refuses. They are asked for again by themselves; nothing else waits for them. */
export interface QuarantineCount {
  accountId: string
  organizationId: string
  model: string
  /** 100 at most are counted. */
  records: number
}

/** Never throws: a store that does not answer is `ok: false` with its code, and zeros. */
export async function health(core: Core, options: HealthOptions = {}): Promise<HealthReport> {
  const { is, until } = core.breaker.state()
  const merge: HealthReport['merge'] = {
    calls: is === 'closed' ? 'normal' : is === 'open' ? 'resting' : 'trying',
    restingUntil: until === null ? null : new Date(until).toISOString(),
    failures: core.budget.failures(),
  }
  try {
    const { accounts, due, leased, lateMs } = await core.storage.stats()
    const work = { due, leased, lateMs }
    const quarantine = options.quarantine ? { quarantine: await countQuarantined(core.storage) } : {}
    return { ok: true, storage: { ok: true }, accounts, work, merge, ...quarantine }
  } catch (error) {
    const code = describeError(error).code
    return { ok: false, storage: { ok: false, code }, accounts: {}, work: { due: 0, leased: 0, lateMs: 0 }, merge }
  }
}

async function countQuarantined(storage: Storage): Promise<QuarantineCount[]> {
  const counts: QuarantineCount[] = []
  for await (const { id: accountId, organizationId, models } of everyAccount(storage, {})) {
    for (const [model, { checkpoint }] of Object.entries(models)) {
      const records = readCheckpoint(checkpoint).quarantine.length
      if (records > 0) counts.push({ accountId, organizationId, model, records })
    }
  }
  return counts
}
