import type { ListedAccount } from './accounts.ts'
import { type CatalogIntegration, type CatalogTransport, readIntegrations } from './catalog.ts'
import { recall, remember } from './catalog-memory.ts'
import { type After, withDeadline } from './deadline.ts'
import { type ConnectError, toConnectError } from './errors.ts'
import type { Found } from './refresher.ts'

/** What can be connected and what is, as far as this page knows. */
export interface CatalogSource {
  /** What the server said last, else what it said earlier in this session; `undefined` for neither. */
  readonly integrations: readonly CatalogIntegration[] | undefined
  /** Only for the marks on the cards: empty while unknown. */
  readonly accounts: readonly ListedAccount[]
  /** Why the catalog could not be read; `undefined` when it could. */
  readonly error: ConnectError | undefined
  /** Asks for the accounts, and every ten minutes for the catalog. An answer after the abort changes nothing. Never rejects. */
  look(signal: AbortSignal): Promise<Found>
  /** The next look asks for the catalog too. */
  expire(): void
  /** Another endpoint or category: begins with what is remembered of it. */
  reset(): void
}

export interface CatalogSourceOptions {
  transport(): CatalogTransport
  category(): string | null | undefined
  /** Under which name to remember the catalog; empty: it is not remembered. */
  memory(): string
  after: After
  /** Epoch milliseconds. */
  now: () => number
  onChange(): void
  /** After each answer with a catalog. */
  onLoaded(integrations: readonly CatalogIntegration[]): void
  /** The first failure after a success. */
  onError(error: ConnectError): void
}

export function catalogSource(options: CatalogSourceOptions): CatalogSource {
  const { after, now, onChange } = options
  let integrations: readonly CatalogIntegration[] | undefined
  let accounts: readonly ListedAccount[] = []
  let error: ConnectError | undefined
  let readAt = Number.NEGATIVE_INFINITY

  return {
    get integrations() {
      return integrations
    },
    get accounts() {
      return accounts
    },
    get error() {
      return error
    },

    async look(signal) {
      const query = { category: options.category() }
      const memory = options.memory()
      const ask = <Answer>(
        call: (transport: CatalogTransport, signal: AbortSignal) => Promise<Answer>,
        take: (answer: Answer) => void,
      ): Promise<ConnectError | undefined> =>
        withDeadline(async (inner) => call(options.transport(), inner), after, signal).then((answer) => {
          if (!signal.aborted) take(answer)
          onChange()
          return undefined
        }, toConnectError)
      // Each is shown as soon as it is there.
      const [failure, otherFailure] = await Promise.all([
        now() - readAt < FRESH_MS
          ? undefined
          : ask(
              (transport, inner) => transport.listIntegrations(query, { signal: inner }),
              (answer) => {
                integrations = readIntegrations(answer.integrations)
                error = undefined
                readAt = now()
                if (memory) remember(memory, integrations, readAt)
                options.onLoaded(integrations)
              },
            ),
        ask(
          (transport, inner) => transport.listAccounts(query, { signal: inner }),
          (answer) => {
            accounts = answer.accounts
          },
        ),
      ])
      if (signal.aborted) return 'final'
      if (failure && !error) options.onError(failure)
      error = failure
      onChange()
      return (failure ?? otherFailure)?.retryable ? 'failed' : 'final'
    },

    expire() {
      readAt = Number.NEGATIVE_INFINITY
    },

    reset() {
      this.expire()
      const memory = options.memory()
      integrations = memory ? recall(memory, now()) : undefined
      accounts = []
      error = undefined
    },
  }
}

const FRESH_MS = 600_000
