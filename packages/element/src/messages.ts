import type { ConnectErrorCode } from './error-codes.ts'

/** Every text of the element. Flat and made of strings only, so that a locale is one object and an override one key. */
export interface ConnectMessages extends Record<`error_${ConnectErrorCode}`, string> {
  /** The button, where there is neither a slot nor a `label`. */
  connect: string
  reconnect: string
  loading: string
  open: string
  finishing: string
  connected: string
  /** The customer finished, but our server has not confirmed it. */
  unconfirmed: string
}

export const english: ConnectMessages = {
  connect: 'Connect an integration',
  reconnect: 'Reconnect',
  loading: 'Opening…',
  open: 'Waiting…',
  finishing: 'Finishing…',
  connected: 'Connected.',
  unconfirmed: 'This could not be confirmed yet. It may still complete: check the list before you try again.',
  error_network: 'The server could not be reached. Check your network and try again.',
  error_script_blocked: 'Turn off content blockers for this page and try again.',
  error_popup_blocked: 'Allow pop-ups for this page and try again.',
  error_validation: 'That took too long or could not be opened. Please try again.',
  error_unauthorized: 'You are signed out. Sign in and try again.',
  error_forbidden: 'You are not allowed to do this. Ask an administrator.',
  error_not_found: 'This is gone. Reload the page.',
  error_already_connected: 'This is connected already. Reload the page.',
  error_busy: 'This is being removed. Try again in a minute.',
  error_cancelled: 'This was removed. Please try again.',
  error_rate_limited: 'That was too often. Try again in a minute.',
  error_unavailable: 'Something went wrong. Try again in a minute.',
  error_invalid_request: 'This cannot be connected. Please contact support.',
}
