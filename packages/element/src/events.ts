import type { ListedAccount } from './accounts.ts'
import type { CatalogIntegration } from './catalog.ts'
import type { ConnectErrorCode } from './error-codes.ts'
import type { ConnectedAccount } from './transport.ts'

/** Every event bubbles, crosses shadow roots, and carries no token. */
export interface ConnectEventMap {
  'connect-ready': CustomEvent<null>
  'connect-success': CustomEvent<ConnectSuccessDetail>
  'connect-exit': CustomEvent<ConnectExitDetail>
  'connect-error': CustomEvent<ConnectErrorDetail>
  'connect-files': CustomEvent<ConnectFilesDetail>
  'connect-state': CustomEvent<ConnectStateDetail>
}

export interface ConnectSuccessDetail {
  account: ConnectedAccount
}

/** Why the modal went: by the user without or with success, with the element, or because its link token was refused. */
export type ExitReason = 'cancelled' | 'completed' | 'removed' | 'expired'

export interface ConnectExitDetail {
  reason: ExitReason
}

export interface ConnectErrorDetail {
  code: ConnectErrorCode
  /** The text that the user reads; never a technical one. */
  message: string
  retryable: boolean
}

export interface ConnectFilesDetail {
  files: unknown[]
}

/**
 * `idle` → `loading` (link token, script) → `open` (the modal) → `finishing`
 * (the server confirms) → `connected`; `failed` from any but the first and last.
 */
export type ConnectState = 'idle' | 'loading' | 'open' | 'finishing' | 'connected' | 'failed'

export interface ConnectStateDetail {
  state: ConnectState
}

/** Those of `<integration-list>`, besides the ones of the buttons in it. */
export interface ListEventMap {
  'integration-list-loaded': CustomEvent<ListLoadedDetail>
  'integration-list-error': CustomEvent<ConnectErrorDetail>
  'integration-deleted': CustomEvent<IntegrationDeletedDetail>
}

export interface ListLoadedDetail {
  accounts: readonly ListedAccount[]
}

export interface IntegrationDeletedDetail {
  account: ListedAccount
}

/** Those of `<integration-catalog>`, besides the ones of the buttons in it. */
export interface CatalogEventMap {
  'integration-catalog-loaded': CustomEvent<CatalogLoadedDetail>
  'integration-catalog-error': CustomEvent<ConnectErrorDetail>
}

export interface CatalogLoadedDetail {
  integrations: readonly CatalogIntegration[]
}

/** All of them. */
export interface ElementEventMap extends ConnectEventMap, ListEventMap, CatalogEventMap {}

/** Dispatches one of them. */
export function emit<Name extends keyof ElementEventMap>(host: HTMLElement, name: Name, detail: ElementEventMap[Name]['detail']): void {
  host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

declare global {
  // They bubble, so a listener on any ancestor is typed too.
  interface HTMLElementEventMap extends ConnectEventMap, ListEventMap, CatalogEventMap {}
  interface DocumentEventMap extends ConnectEventMap, ListEventMap, CatalogEventMap {}
}
