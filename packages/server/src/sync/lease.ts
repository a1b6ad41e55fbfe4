import type { Claim } from '../storage/port.ts'
import type { SyncContext } from './context.ts'

/** The right to work on one account, renewed for as long as the work takes, whatever it waits for. */
export interface Lease {
  /** Aborted when another worker has the account, or it is gone. */
  lost: AbortSignal
  /** Whether it is still held; `atOnce` asks the store. */
  keep(atOnce: boolean): Promise<boolean>
  /** Ends the renewals and resolves when none is on its way: before the lease is given back, or it would be taken again. Safe to call twice. */
  end(): Promise<void>
}

/** A renewal that the store does not answer is tried again at the next third of the lease: only its `false` means that the lease was lost. */
export function holdLease({ storage, sleep, settings }: Pick<SyncContext, 'storage' | 'sleep' | 'settings'>, claim: Claim): Lease {
  const lost = new AbortController()
  const ended = new AbortController()

  async function renew(): Promise<boolean> {
    if (lost.signal.aborted) return false
    const held = await storage.renew(claim.account.id, claim.fence, settings.leaseMs)
    if (!held) lost.abort()
    return held
  }

  async function keepOn(): Promise<void> {
    for (;;) {
      await sleep(settings.leaseMs / 3, { signal: ended.signal })
      await renew().catch(() => {})
    }
  }

  const renewals = keepOn().catch(() => {})
  return {
    lost: lost.signal,
    keep: async (atOnce) => (atOnce ? renew() : !lost.signal.aborted),
    async end() {
      ended.abort()
      await renewals
    },
  }
}
