import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Storage } from './port.ts'

const CONTRACT = 1

/**
 * The same storage, migrated before its first use. A failed migration is tried again by the next call.
 * An adapter of another contract is refused at once with `STORE_CONTRACT`.
 */
export function prepared(storage: Storage): Storage {
  if (storage?.contract !== CONTRACT) {
    throw new IntegrationError(
      ErrorCode.STORE_CONTRACT,
      `"storage" implements contract ${String(storage?.contract)}; this version of @connect-integration/server needs contract ${CONTRACT}. Install versions of the two packages that belong together.`,
    )
  }
  let migration: Promise<void> | undefined
  const ready = (): Promise<void> => {
    migration ??= storage.migrate().catch((error: unknown) => {
      migration = undefined
      throw error
    })
    return migration
  }
  return {
    contract: storage.contract,
    profile: storage.profile,
    migrate: ready,
    close: () => storage.close(),
    reserve: (account) => ready().then(() => storage.reserve(account)),
    get: (key) => ready().then(() => storage.get(key)),
    update: (id, revision, patch) => ready().then(() => storage.update(id, revision, patch)),
    list: (query) => ready().then(() => storage.list(query)),
    schedule: (accountId, delayMs) => ready().then(() => storage.schedule(accountId, delayMs)),
    claim: (query) => ready().then(() => storage.claim(query)),
    renew: (accountId, fence, leaseMs) => ready().then(() => storage.renew(accountId, fence, leaseMs)),
    commit: (page) => ready().then(() => storage.commit(page)),
    purge: (accountId) => ready().then(() => storage.purge(accountId)),
    changes: (query) => ready().then(() => storage.changes(query)),
    stats: () => ready().then(() => storage.stats()),
  }
}
