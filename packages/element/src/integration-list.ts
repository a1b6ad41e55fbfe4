import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { type AccountList, accountList } from './account-list.ts'
import { viewAccount } from './account-view.ts'
import { httpListTransport, type ListedAccount, type ListTransport } from './accounts.ts'
import { afterTimeout } from './deadline.ts'
import { dialogStyles } from './delete-dialog.styles.ts'
import { emit } from './events.ts'
import { fill } from './formats.ts'
import { styles } from './integration-list.styles.ts'
import { deleteDialog, notice, skeleton } from './list-frame.ts'
import { english, type ListMessages } from './list-messages.ts'
import { listRows, nameOf, type RowContext } from './list-row.ts'
import { LocalizedElement } from './localized-element.ts'
import { type Presence, watchPresence } from './presence.ts'
import { type Refresher, refresher } from './refresher.ts'
import type { ConnectHeaders } from './request.ts'
import { showState } from './show-state.ts'
import { type SignIns, watchSignIns } from './sign-ins.ts'
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
  static override styles = [tokens, styles, dialogStyles]
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
  readonly #refresher: Refresher
  readonly #internals: ElementInternals | undefined
  readonly #brokenLogos = new Set<string>()
  #state: ListState = 'loading'
  #presence: Presence = ABSENT
  #signIns: SignIns | undefined
  #stopWatching = () => {}
  #stopGrowing = () => {}
  /** How many rows are drawn: a thousand at once would hold up the page. */
  #drawn = ROWS_AT_ONCE
  #announcement = ''
  /** To be announced with the next rendering. */
  readonly #news: string[] = []
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
      onNews: (account) => this.#say(`${nameOf(account, this.#text)}: ${this.text(viewAccount(account).status)}`),
      onError: ({ code, message, retryable }) => {
        // For the developer: what to check.
        console.warn(`integration-list: ${message}`)
        emit(this, 'integration-list-error', { code, message: this.text(`error_${code}`), retryable })
      },
      onDeleted: (account) => this.#onDeleted(account),
    })
    this.#refresher = refresher({
      look: async (signal) => {
        await this.localized
        // Behind an open modal there is nothing to see, and the row of that sign-in is not finished yet.
        return this.#signIns?.underWay() ? { changed: false, moving: true } : this.#list.look(signal)
      },
      // "3 minutes ago" grows old by itself.
      tick: () => this.requestUpdate(),
      after: afterTimeout,
      now: () => performance.now(),
      random: Math.random,
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
    this.#refresher.look()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#signIns = watchSignIns(() => this.#refresher.look())
    this.#stopWatching = watchPresence(this, (presence) => {
      this.#presence = presence
      this.#run()
      this.requestUpdate()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#signIns?.stop()
    this.#stopWatching()
    this.#stopGrowing()
    this.#presence = ABSENT
    this.#run()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (SOURCE.some((name) => changed.has(name))) {
      if (this.hasUpdated) {
        this.#list.reset()
        this.#drawn = ROWS_AT_ONCE
        this.#refresher.look()
      }
      this.#run()
    }
    if (this.#news.length) this.#announcement = this.#news.splice(0).join(' ')
    const { accounts, error } = this.#list
    this.#state = accounts ? (accounts.length ? 'ready' : 'empty') : error || !this.#presence.online ? 'failed' : 'loading'
    showState(this, this.#internals, this.#state)
    // Whoever pressed a button that goes away goes on in the list.
    const retry = this.#part('retry')
    if (retry && !error && retry === this.shadowRoot?.activeElement) this.#focusNext = accounts?.[0]?.id ?? ''
  }

  override render(): TemplateResult {
    const { accounts, state } = this
    const { error, problems } = this.#list
    const offline = !this.#presence.online
    const context: RowContext = {
      text: this.#text,
      now: Date.now(),
      problems,
      brokenLogos: this.#brokenLogos,
      host: this,
      onLogoBroken: this.#onLogoBroken,
      onDelete: this.#ask,
    }
    return html`${error || offline ? notice({ offline, code: error?.code, hasRows: state === 'ready' }, this.#text, this.#retry) : nothing}${
      state === 'ready' ? listRows(accounts.slice(0, this.#drawn), context) : nothing
    }${state === 'loading' ? skeleton(this.#text) : nothing}${
      state === 'empty' ? html`<div part="empty" tabindex="-1"><slot name="empty">${this.text('empty')}</slot></div>` : nothing
    }<div class="unseen" role="status">${this.#announcement}</div>${deleteDialog(this.#asked, this.#text, this.#confirm, this.#closed)}`
  }

  protected override updated(): void {
    this.#stopGrowing()
    if (this.accounts.length > this.#drawn)
      this.#stopGrowing = afterTimeout(0, () => {
        this.#drawn += ROWS_AT_ONCE
        this.requestUpdate()
      })
    // Somebody else was faster.
    if (this.#asked && !this.accounts.some(({ id }) => id === this.#asked?.id)) this.#part<HTMLDialogElement>('dialog')?.close()
    const id = this.#focusNext
    this.#focusNext = undefined
    if (id !== undefined) (this.#row(id) ?? this.#part('empty'))?.focus()
  }

  readonly #text = (key: string): string => this.text(key)

  readonly #retry = (): void => this.refresh()

  readonly #onLogoBroken = (url: string): void => {
    this.#brokenLogos.add(url)
    this.requestUpdate()
  }

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
    this.#say(fill(this.text('deleting_now'), { name: nameOf(account, this.#text) }))
    void this.#list.remove(account).then(() => this.#refresher.look())
  }

  /** Its row is still drawn: whoever is in it goes on in the one that takes its place. */
  #onDeleted(account: ListedAccount): void {
    const row = this.#row(account.id)
    const next = (row?.nextElementSibling ?? row?.previousElementSibling) as HTMLElement | null | undefined
    if (row?.contains(this.shadowRoot?.activeElement ?? null)) this.#focusNext = next?.dataset.id ?? ''
    this.#say(fill(this.text('deleted'), { name: nameOf(account, this.#text) }))
    emit(this, 'integration-deleted', { account })
  }

  #run(): void {
    const { visible, online } = this.#presence
    this.#refresher.run(visible && online && !!(this.transport || this.endpoint))
  }

  #say(words: string): void {
    this.#news.push(words)
    this.requestUpdate()
  }

  #row(id: string): HTMLElement | undefined {
    return ([...(this.#part('list')?.children ?? [])] as HTMLElement[]).find((row) => row.dataset.id === id)
  }

  #part<Kind extends HTMLElement>(name: string): Kind | null {
    return this.renderRoot.querySelector<Kind>(`[part='${name}']`)
  }
}

const ROWS_AT_ONCE = 40
const SOURCE = ['endpoint', 'category', 'transport']
const ABSENT: Presence = { visible: false, online: true }

declare global {
  interface HTMLElementTagNameMap {
    'integration-list': IntegrationList
  }
}
