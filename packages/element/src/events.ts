import type { ConnectErrorCode } from './errors.ts'
import type { ConnectState, ExitReason } from './link-session.ts'
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

export interface ConnectStateDetail {
  state: ConnectState
}

/** Dispatches one of them. */
export function emit<Name extends keyof ConnectEventMap>(host: HTMLElement, name: Name, detail: ConnectEventMap[Name]['detail']): void {
  host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

declare global {
  // They bubble, so a listener on any ancestor is typed too.
  interface HTMLElementEventMap extends ConnectEventMap {}
}
