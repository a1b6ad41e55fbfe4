import { html, type PropertyDeclarations, type TemplateResult } from 'lit'
import { styles } from './connect-integration.styles.ts'
import { afterTimeout } from './deadline.ts'
import { ConnectError } from './errors.ts'
import { type ConnectErrorDetail, type ConnectExitDetail, type ConnectState, type ConnectSuccessDetail, emit } from './events.ts'
import { type FilePicker, type LinkSession, openSession, type SessionOptions } from './link-session.ts'
import { LocalizedElement } from './localized-element.ts'
import { type ConnectMessages, english } from './messages.ts'
import type { ConnectHeaders } from './request.ts'
import { showState } from './show-state.ts'
import { type ConnectTransport, httpTransport } from './transport.ts'

/**
 * A button that lets a customer connect (or, with `account-id`, relink) a system
 * of theirs. One click gets a fresh link token from the product's server, loads
 * the modal's script, opens the modal once, and has the server confirm.
 *
 * The font is the page's; style the element itself to change it.
 *
 * @slot - The label. Falls back to `label`, then to a plain text.
 *
 * @fires connect-ready - The modal is on the screen; once per open.
 * @fires connect-success - The server has confirmed; `{ account }`. May come before or after the exit.
 * @fires connect-exit - The modal is gone, `{ reason }`; once per open, unless it failed before there was a modal.
 * @fires connect-error - `{ code, message, retryable }`. Clicking again tries again.
 * @fires connect-files - `{ files }`, when `filePicker` is set.
 * @fires connect-state - `{ state }`, on every change.
 *
 * @csspart button - The button.
 * @csspart label - Around the label.
 * @csspart progress - Words on top of the label while busy.
 * @csspart indicator - The spinner, and the tick.
 * @csspart status - What screen readers are told; not visible.
 * @csspart message - What went wrong, under the button.
 *
 * @cssstate idle - Also as `data-state="idle"` on the element, as are the others.
 * @cssstate loading
 * @cssstate open
 * @cssstate finishing
 * @cssstate connected
 * @cssstate failed
 *
 * @cssproperty --connect-accent - Background of the button.
 * @cssproperty --connect-on-accent - Its text.
 * @cssproperty --connect-error - Text of the message.
 * @cssproperty --connect-radius - Of the corners.
 * @cssproperty --connect-padding - Inside the button; its sides hold the spinner.
 */
export class ConnectIntegration extends LocalizedElement<ConnectMessages> {
  static override styles = styles
  static override shadowRootOptions: ShadowRootInit = { mode: 'open', delegatesFocus: true }
  static override properties: PropertyDeclarations = {
    endpoint: {},
    category: {},
    integration: {},
    accountId: { attribute: 'account-id' },
    displayName: { attribute: 'display-name' },
    label: {},
    disabled: { type: Boolean, reflect: true },
    headers: { attribute: false },
    transport: { attribute: false },
    filePicker: { attribute: false },
    onSuccess: { attribute: false },
    onExit: { attribute: false },
    onError: { attribute: false },
    onReady: { attribute: false },
  }

  #state: ConnectState = 'idle'
  #session: LinkSession | undefined
  /** Key of the message on display. */
  #failure = ''
  protected override readonly english = english
  readonly #internals: ElementInternals | undefined

  /** Where the server package's routes are, such as `/api/integrations`. Not needed with a `transport`. */
  declare endpoint: string | null | undefined
  /** `hris`, `ats`, `crm`, `accounting`, `ticketing`, `filestorage`, `knowledgebase`. */
  declare category: string | null | undefined
  /** Slug of one integration: skips the choice. */
  declare integration: string | null | undefined
  /** Relinks this account (`LinkedAccount.id`) instead of connecting a new one. */
  declare accountId: string | null | undefined
  /** What the product calls the new connection, such as "US region". */
  declare displayName: string | null | undefined
  /** The button's text, where no slot gives it. */
  declare label: string | null | undefined
  /** Neither a click nor `open()` does anything. An open that is under way goes on. */
  declare disabled: boolean
  /** Headers of both requests, or an (async) function that is asked before each. */
  declare headers: ConnectHeaders | undefined
  /** Replaces both requests. */
  declare transport: ConnectTransport | undefined
  /** Lets the customer pick files in the modal (file storage). */
  declare filePicker: FilePicker | undefined
  /** As `connect-success`, with its detail; so are the other three. */
  declare onSuccess: ((detail: ConnectSuccessDetail) => void) | undefined
  declare onExit: ((detail: ConnectExitDetail) => void) | undefined
  declare onError: ((detail: ConnectErrorDetail) => void) | undefined
  declare onReady: (() => void) | undefined

  constructor() {
    super()
    this.disabled = false
    // Not there in every DOM double; the element works without custom states.
    this.#internals = this.attachInternals?.()
    // As listeners, so that what a callback throws is reported by the page and stops nothing here.
    this.addEventListener('connect-success', (event) => this.onSuccess?.(event.detail))
    this.addEventListener('connect-exit', (event) => this.onExit?.(event.detail))
    this.addEventListener('connect-error', (event) => this.onError?.(event.detail))
    this.addEventListener('connect-ready', () => this.onReady?.())
  }

  /** The same as the last `connect-state` said. */
  get state(): ConnectState {
    return this.#state
  }

  /**
   * What a click on the button does. Does nothing while disabled or while an
   * open is under way; every failure arrives as `connect-error`, none is thrown.
   */
  open(): void {
    const { state, accountId, category, integration, displayName, lang: language, filePicker } = this
    if (this.disabled || !this.isConnected || state === 'loading' || state === 'finishing') return
    // The button can be reached although a modal is open: it went without a word.
    if (state === 'open' && !this.#session?.yieldTurn()) return
    this.#failure = ''
    const transport = this.transport ?? (this.endpoint && httpTransport(this.endpoint, this.headers))
    if (!transport || !(category || accountId)) {
      this.#onState('failed')
      this.#onError(new ConnectError('invalid_request', 'set category or account-id, and endpoint or transport'))
      return
    }
    this.#session = openSession({
      transport,
      request: { accountId, category, integration, displayName, language },
      filePicker,
      host: this,
      after: afterTimeout,
      random: Math.random,
      onState: this.#onState,
      onError: this.#onError,
    })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#showState()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    // An element that is only moved comes back at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.#session?.abandon()
    })
  }

  override render(): TemplateResult {
    const state = this.#state
    const busy = state === 'loading' || state === 'open' || state === 'finishing'
    const label = this.label || this.text(this.accountId ? 'reconnect' : 'connect')
    return html`<button part="button" type="button" ?disabled=${this.disabled} aria-disabled=${busy} @click=${this.open}
      ><span part="progress" aria-hidden="true" ?hidden=${!busy && state !== 'connected'}><span part="indicator">${state === 'connected' ? '✓' : ''}</span>${busy ? this.text(state) : ''}</span
      ><span part="label"><slot>${label}</slot></span></button
    ><span part="status" role="status">${this.text(state)}</span><span part="message" role="alert">${this.text(this.#failure)}</span>`
  }

  readonly #onState = (state: ConnectState): void => {
    if (state === this.#state) return
    this.#state = state
    this.#showState()
    emit(this, 'connect-state', { state })
  }

  readonly #onError: SessionOptions['onError'] = (error, unconfirmed) => {
    const { code, retryable } = error
    this.#failure = unconfirmed ?? `error_${code}`
    this.requestUpdate()
    // For the developer: what to check. No token gets into our own messages.
    console.warn(`connect-integration: ${error.message}`)
    emit(this, 'connect-error', { code, message: this.text(this.#failure), retryable })
  }

  /** At once rather than with the next rendering, so that an event's listener sees the state it is told. */
  #showState(): void {
    this.requestUpdate()
    showState(this, this.#internals, this.#state)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'connect-integration': ConnectIntegration
  }
}
