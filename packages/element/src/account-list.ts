import { viewAccount } from './account-view.ts'
import type { ListedAccount, ListTransport } from './accounts.ts'
import { type After, withDeadline } from './deadline.ts'
import { type ConnectError, toConnectError } from './errors.ts'
import type { Found } from './refresher.ts'

/** The accounts as far as this page knows them: what the server said last, and what was asked of it since. */
export interface AccountList {
  /** `undefined` until the server has answered once. */
  readonly accounts: readonly ListedAccount[] | undefined
  /** Why the last look failed; `undefined` when it did not. */
  readonly error: ConnectError | undefined
  /** By account: why its deletion failed. */
  readonly problems: ReadonlyMap<string, ConnectError>
  /** Asks the server once; an answer after the abort changes nothing. Never rejects. */
  look(signal: AbortSignal): Promise<Found>
  /** Shows the account as being disconnected at once. A failure puts it back, with a problem. Never rejects. */
  remove(account: ListedAccount): Promise<void>
  /** Forgets everything, for another endpoint or category. */
  reset(): void
}

export interface AccountListOptions {
  transport(): ListTransport
  category(): string | null | undefined
  after: After
  /** Something is to be drawn anew. */
  onChange(): void
  /** An answer differs from the one before. */
  onLoaded(accounts: readonly ListedAccount[]): void
  /** The status of one that was there before is another now. */
  onNews(account: ListedAccount): void
  /** The first failure after a success. */
  onError(error: ConnectError): void
  /** It is gone: said once. */
  onDeleted(account: ListedAccount): void
}

export function accountList(options: AccountListOptions): AccountList {
  const { after, onChange } = options
  let accounts: readonly ListedAccount[] | undefined
  let error: ConnectError | undefined
  let generation = 0
  const problems = new Map<string, ConnectError>()
  /** Deletions under way. */
  const leaving = new Set<string>()
  /** Deleted, and never to come back: an answer may be older than that. */
  const gone = new Set<string>()

  return {
    get accounts() {
      return accounts?.map((account) => (leaving.has(account.id) ? { ...account, status: 'deleting' } : account))
    },
    get error() {
      return error
    },
    problems,

    async look(signal) {
      try {
        const query = { category: options.category() }
        const answer = await withDeadline((inner) => options.transport().listAccounts(query, { signal: inner }), after, signal)
        return signal.aborted ? 'final' : take(answer.accounts)
      } catch (thrown) {
        return signal.aborted ? 'final' : fail(toConnectError(thrown))
      }
    },

    async remove(account) {
      const { id } = account
      if (leaving.has(id)) return
      const mine = generation
      problems.delete(id)
      leaving.add(id)
      onChange()
      const answer = await withDeadline((signal) => options.transport().deleteAccount(id, { signal }), after).catch(toConnectError)
      if (mine !== generation) return
      leaving.delete(id)
      if (answer instanceof Error && answer.code !== 'not_found') problems.set(id, answer)
      else if (answer instanceof Error || answer === null) drop(account)
      else accounts = accounts?.map((other) => (other.id === id ? { ...answer.account, status: 'deleting' } : other))
      onChange()
    },

    reset() {
      generation++
      accounts = undefined
      error = undefined
      for (const memory of [problems, leaving, gone]) memory.clear()
      onChange()
    },
  }

  function take(answer: readonly ListedAccount[]): Found {
    const before = new Map(accounts?.map((account) => [account.id, account]))
    const next = answer.filter((account) => !gone.has(account.id)).map((account) => sameAs(before.get(account.id), account))
    const changed = !accounts || next.length !== accounts.length || next.some((account, place) => account !== accounts?.[place])
    const left = new Set(before.keys())
    for (const { id } of next) left.delete(id)
    const wasBroken = error
    accounts = next
    error = undefined
    for (const account of next) {
      const old = before.get(account.id)
      if (old && !leaving.has(account.id) && viewAccount(old).status !== viewAccount(account).status) options.onNews(account)
    }
    for (const id of left) {
      problems.delete(id)
      const account = before.get(id)
      if (account?.status === 'deleting') options.onDeleted(account)
    }
    if (changed) options.onLoaded(next)
    if (changed || wasBroken) onChange()
    return { changed, moving: next.some((account) => viewAccount(account).moving) }
  }

  function fail(thrown: ConnectError): Found {
    const first = !error
    error = thrown
    if (first) options.onError(thrown)
    onChange()
    return thrown.retryable ? 'failed' : 'final'
  }

  function drop(account: ListedAccount): void {
    gone.add(account.id)
    accounts = accounts?.filter(({ id }) => id !== account.id)
    options.onDeleted(account)
  }
}

/** The old object, when nothing in the new one shows: whoever compares them sees at once that nothing changed. */
function sameAs(old: ListedAccount | undefined, account: ListedAccount): ListedAccount {
  return old && shown(old) === shown(account) ? old : account
}

function shown({ status, category, displayName, integration, sync }: ListedAccount): string {
  return JSON.stringify([status, category, displayName, integration, sync?.ready, sync?.readiness, sync?.lastSyncedAt, sync?.models])
}
