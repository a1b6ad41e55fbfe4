import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { type AccountList, accountList } from './account-list.ts'
import { viewAccount } from './account-view.ts'
import { httpListTransport, type ListedAccount, type ListTransport } from './accounts.ts'
import { afterTimeout } from './deadline.ts'
import { dialogStyles } from './delete-dialog.styles.ts'
import { emit } from './events.ts'
import { fill } from './formats.ts'
import { styles } from './integration-list.styles.ts'
import { drawItems } from './keyed-items.ts'
import { deleteDialog, notice, skeleton } from './list-frame.ts'
import { english, type ListMessages } from './list-messages.ts'
import { listRow, nameOf } from './list-row.ts'
import { LocalizedElement } from './localized-element.ts'
import { panelStyles } from './panel.styles.ts'
import { Panel, SOURCE } from './panel.ts'
import type { ConnectHeaders } from './request.ts'
import { showState } from './show-state.ts'
import { tokens } from './tokens.styles.ts'

/** `ready` has rows, also when the last look failed; `failed` has none to show. */
export type ListState = 'loading' | 'ready' | 'empty' | 'failed'

/**
 * What a customer has connected: how each integration is doing, and what can be
 * done about it. It reads the list when it comes into view and keeps it fresh:
 * fast while something moves, slowly when nothing does, not at all while nobody
 * can see it. A `<connect-integration>` anywhere on the page makes it look anew.
 *
 * Relinking opens the modal by a `<connect-integration>` in the row, so its
 * events come from here as well. Deleting asks in a dialog first.
 *
 * @slot empty - In place of the sentence for "nothing is connected".
 *
 * @fires integration-list-loaded - `{ accounts }`: the first answer, and each one that differs.
 * @fires integration-list-error - `{ code, message, retryable }`: the first failure after a success.
 * @fires integration-deleted - `{ account }`, when it is gone.
 * @fires connect-ready - Of a relink: the modal is on the screen.
 * @fires connect-success - Of a relink: the server has confirmed; `{ account }`.
 * @fires connect-exit - Of a relink: the modal is gone; `{ reason }`.
 * @fires connect-error - Of a relink: `{ code, message, retryable }`.
 * @fires connect-state - Of a relink: `{ state }`, on every change.
 *
 * @csspart list - The list.
 * @csspart row - One integration; its tone is in `data-tone`: good, busy, warn or quiet.
 * @csspart logo - The logo, or the tile with a letter.
 * @csspart details - Everything between the logo and the buttons.
 * @csspart title - Name and kind.
 * @csspart name - The customer's name for it, or the integration's.
 * @csspart kind - Its category, and the integration where the customer gave a name.
 * @csspart status - How it is.
 * @csspart dot - The mark before the status.
 * @csspart synced - When it was read last.
 * @csspart advice - What to know or to do.
 * @csspart progress - The bar of the first sync.
 * @csspart records - How many records have come so far.
 * @csspart problem - Why a deletion failed.
 * @csspart actions - The buttons.
 * @csspart connect - The `<connect-integration>` that relinks or continues.
 * @csspart connect-button - The button in it.
 * @csspart delete - The button that deletes or removes.
 * @csspart skeleton - In place of the list until the first answer.
 * @csspart notice - What is wrong with the list as a whole.
 * @csspart retry - The button in it.
 * @csspart empty - Around the slot of that name.
 * @csspart dialog - The question before a deletion.
 * @csspart keep - Its button that does nothing.
 * @csspart confirm - Its button that deletes.
 *
 * @cssstate loading - Also as `data-state="loading"` on the element, as are the others.
 * @cssstate ready
 * @cssstate empty
 * @cssstate failed
 *
 * @cssproperty --connect-accent - Urgent buttons and progress; `--connect-on-accent` is their text.
 * @cssproperty --connect-ink - Text; `--connect-quiet` is what matters less.
 * @cssproperty --connect-surface - Behind a row; `--connect-line` is around it.
 * @cssproperty --connect-good - The mark of what is well; `--connect-warning` of what is not.
 * @cssproperty --connect-error - Problems, and the button that deletes.
 * @cssproperty --connect-radius - Of the corners.
 */
export class IntegrationList extends LocalizedElement<ListMessages> {
  static override styles = [tokens, panelStyles, styles, dialogStyles]
  static override properties: PropertyDeclarations = {
    endpoint: {},
    category: {},
    headers: { attribute: false },
    transport: { attribute: false },
  }

  /** Where the server package's routes are, such as `/api/integrations`. Not needed with a `transport`. */
  declare endpoint: string | null | undefined
  /** Shows this category only. */
  declare category: string | null | undefined
  /** Headers of all requests, or an (async) function that is asked before each. */
  declare headers: ConnectHeaders | undefined
  /** Replaces all requests. */
  declare transport: ListTransport | undefined

  protected override readonly english = english
  readonly #list: AccountList
  readonly #panel: Panel
  readonly #internals: ElementInternals | undefined
  #state: ListState = 'loading'
  /** The one that the dialog asks about. */
  #asked: ListedAccount | undefined
  /** The row that gets the focus with the next rendering; empty for what stands there instead of rows. */
  #focusNext: string | undefined

  constructor() {
    super()
    this.#internals = this.attachInternals?.()
    this.#list = accountList({
      transport: () => this.transport ?? httpListTransport(this.endpoint ?? '', this.headers),
      category: () => this.category,
      after: afterTimeout,
      onChange: () => this.requestUpdate(),
      onLoaded: (accounts) => emit(this, 'integration-list-loaded', { accounts }),
      onNews: (account) => this.#panel.say(`${nameOf(account, this.#text)}: ${this.text(viewAccount(account).status)}`),
      onError: ({ code, message, retryable }) => {
        // For the developer: what to check.
        console.warn(`integration-list: ${message}`)
        emit(this, 'integration-list-error', { code, message: this.text(`error_${code}`), retryable })
      },
      onDeleted: (account) => this.#onDeleted(account),
    })
    this.#panel = new Panel(this, {
      look: async (signal) => {
        await this.localized
        return this.#list.look(signal)
      },
      total: () => this.accounts.length,
    })
  }

  /** The same as `data-state`. */
  get state(): ListState {
    return this.#state
  }

  /** What the server has answered last, and what was asked of it since; empty before the first answer. */
  get accounts(): readonly ListedAccount[] {
    return this.#list.accounts ?? []
  }

  /** Reads the list now, if anybody can see it; else nothing is lost, because it is read when somebody can. */
  refresh(): void {
    this.#panel.look()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (SOURCE.some((name) => changed.has(name))) {
      if (this.hasUpdated) this.#list.reset()
      this.#panel.restart()
    }
    const { accounts, error } = this.#list
    this.#state = this.#panel.stateOf(accounts, error)
    showState(this, this.#internals, this.#state)
    // Whoever pressed a button that goes away goes on in the list.
    const retry = this.#part('retry')
    if (retry && !error && retry === this.shadowRoot?.activeElement) this.#focusNext = accounts?.[0]?.id ?? ''
  }

  override render(): TemplateResult {
    const { state } = this
    const { error } = this.#list
    const { offline, announcement, look } = this.#panel
    return html`${error || offline ? notice({ offline, code: error?.code, hasRows: state === 'ready' }, this.#text, look) : nothing}${
      state === 'ready' ? html`<ul part="list" role="list" aria-label=${this.text('list')}></ul>` : nothing
    }${state === 'loading' ? skeleton(this.#text) : nothing}${
      state === 'empty' ? html`<div part="empty" tabindex="-1"><slot name="empty">${this.text('empty')}</slot></div>` : nothing
    }<div class="unseen" role="status">${announcement}</div>${deleteDialog(this.#asked, this.#text, this.#confirm, this.#closed)}`
  }

  protected override updated(): void {
    const { drawn, brokenLogos, onLogoBroken } = this.#panel
    const { problems } = this.#list
    const context = { text: this.#text, now: Date.now(), problems, brokenLogos, host: this, onLogoBroken, onDelete: this.#ask }
    drawItems(
      this.#part('list'),
      this.accounts.slice(0, drawn),
      ({ id }) => id,
      (account) => listRow(account, context),
    )
    // Somebody else was faster.
    if (this.#asked && !this.accounts.some(({ id }) => id === this.#asked?.id)) this.#part<HTMLDialogElement>('dialog')?.close()
    const id = this.#focusNext
    this.#focusNext = undefined
    if (id !== undefined) (this.#row(id) ?? this.#part('empty'))?.focus()
  }

  readonly #text = (key: string): string => this.text(key)

  readonly #ask = (account: ListedAccount): void => {
    this.#asked = account
    this.requestUpdate()
    void this.updateComplete.then(() => this.#part<HTMLDialogElement>('dialog')?.showModal())
  }

  readonly #closed = (): void => {
    this.#asked = undefined
    this.requestUpdate()
  }

  readonly #confirm = (): void => {
    const account = this.#asked
    this.#part<HTMLDialogElement>('dialog')?.close()
    if (!account) return
    // The button that has the focus again goes with the first sign of the deletion.
    this.#focusNext = account.id
    this.#panel.say(fill(this.text('deleting_now'), { name: nameOf(account, this.#text) }))
    void this.#list.remove(account).then(this.#panel.look)
  }

  /** Its row is still drawn: whoever is in it goes on in the one that takes its place. */
  #onDeleted(account: ListedAccount): void {
    const row = this.#row(account.id)
    const next = (row?.nextElementSibling ?? row?.previousElementSibling) as HTMLElement | null | undefined
    if (row?.contains(this.shadowRoot?.activeElement ?? null)) this.#focusNext = next?.dataset.id ?? ''
    this.#panel.say(fill(this.text('deleted'), { name: nameOf(account, this.#text) }))
    emit(this, 'integration-deleted', { account })
  }

  #row(id: string): HTMLElement | undefined {
    return ([...(this.#part('list')?.children ?? [])] as HTMLElement[]).find((row) => row.dataset.id === id)
  }

  #part<Kind extends HTMLElement>(name: string): Kind | null {
    return this.renderRoot.querySelector<Kind>(`[part='${name}']`)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'integration-list': IntegrationList
  }
}
