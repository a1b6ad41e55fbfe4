import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { type CatalogIntegration, type CatalogTransport, httpCatalogTransport } from './catalog.ts'
import { catalogCard } from './catalog-card.ts'
import { type CatalogMessages, english } from './catalog-messages.ts'
import { matches } from './catalog-search.ts'
import { type CatalogSource, catalogSource } from './catalog-source.ts'
import { catalogTabs } from './catalog-tabs.ts'
import { afterTimeout } from './deadline.ts'
import { emit } from './events.ts'
import { fill, formatsFor } from './formats.ts'
import { styles } from './integration-catalog.styles.ts'
import { drawItems } from './keyed-items.ts'
import { notice, skeleton } from './list-frame.ts'
import { connectButton } from './list-row.ts'
import { LocalizedElement } from './localized-element.ts'
import { panelStyles } from './panel.styles.ts'
import { Panel, SOURCE } from './panel.ts'
import type { ConnectHeaders } from './request.ts'
import { showState } from './show-state.ts'
import { tokens } from './tokens.styles.ts'

/** `ready` has cards, also when they are what was known earlier; `failed` has none. */
export type CatalogState = 'loading' | 'ready' | 'empty' | 'failed'

/**
 * Everything that a customer can connect: a search, a tab for each category, and
 * a card for each integration with a `<connect-integration>` in it, whose events
 * come from here as well. While one of them gets its sign-in ready, a click on
 * another does nothing.
 *
 * The catalog is kept for the session of the tab (`sessionStorage`, 24 hours at
 * most, nothing about the customer in it; not with a `transport` alone). When it
 * cannot be read, that is what is shown, and a notice says so. On a first visit
 * there is a plain connect button instead, if there is a `category` to connect.
 *
 * What is connected already is marked. One that needs attention is relinked by
 * its button; any other can be connected once more. A customer who has chosen no
 * category connects the first one of the integration that is not connected yet.
 *
 * @slot empty - In place of the sentence for "nothing to connect".
 *
 * @fires integration-catalog-loaded - `{ integrations }`: each answer of the server.
 * @fires integration-catalog-error - `{ code, message, retryable }`: the first failure after a success.
 * @fires connect-ready - Of a card: the modal is on the screen.
 * @fires connect-success - Of a card: the server has confirmed; `{ account }`.
 * @fires connect-exit - Of a card: the modal is gone; `{ reason }`.
 * @fires connect-error - Of a card: `{ code, message, retryable }`.
 * @fires connect-state - Of a card: `{ state }`, on every change.
 *
 * @csspart search - The field.
 * @csspart tabs - Around the tabs.
 * @csspart tab - One of them.
 * @csspart list - The cards.
 * @csspart card - One integration; its tone, once connected, is in `data-tone`: good, warn or quiet.
 * @csspart logo - The logo, or the tile with a letter.
 * @csspart details - Name, and kind or status.
 * @csspart title - Around the name.
 * @csspart name - The integration's name.
 * @csspart kind - Its categories, until it is connected.
 * @csspart status - How it is, once it is connected.
 * @csspart dot - The mark before the status.
 * @csspart actions - Around the button.
 * @csspart connect - The `<connect-integration>`.
 * @csspart connect-button - The button in it.
 * @csspart none - When the search finds nothing.
 * @csspart show-all - The button in that.
 * @csspart skeleton - In place of the cards until the first answer.
 * @csspart notice - What is wrong with the catalog as a whole.
 * @csspart retry - The button in it.
 * @csspart fallback - Around the plain connect button.
 * @csspart empty - Around the slot of that name.
 *
 * @cssstate loading - Also as `data-state="loading"` on the element, as are the others.
 * @cssstate ready
 * @cssstate empty
 * @cssstate failed
 *
 * @cssproperty --connect-accent - Buttons and the chosen tab; `--connect-on-accent` is the buttons' text.
 * @cssproperty --connect-ink - Text; `--connect-quiet` is what matters less.
 * @cssproperty --connect-surface - Behind a card; `--connect-line` is around it.
 * @cssproperty --connect-good - The mark of what is connected; `--connect-warning` of what needs attention.
 * @cssproperty --connect-error - What went wrong with a sign-in.
 * @cssproperty --connect-radius - Of the corners.
 */
export class IntegrationCatalog extends LocalizedElement<CatalogMessages> {
  static override styles = [tokens, panelStyles, styles]
  static override properties: PropertyDeclarations = {
    endpoint: {},
    category: {},
    headers: { attribute: false },
    transport: { attribute: false },
  }

  /** Where the server package's routes are, such as `/api/integrations`. Not needed with a `transport`. */
  declare endpoint: string | null | undefined
  /** Shows this category only, without tabs. */
  declare category: string | null | undefined
  /** Headers of all requests, or an (async) function that is asked before each. */
  declare headers: ConnectHeaders | undefined
  /** Replaces all requests. */
  declare transport: CatalogTransport | undefined

  protected override readonly english = english
  readonly #source: CatalogSource
  readonly #panel: Panel
  readonly #internals: ElementInternals | undefined
  #state: CatalogState = 'loading'
  #query = ''
  /** The chosen tab; empty for all. */
  #tab = ''
  #stopSaying = () => {}
  /** The field gets the focus with the next rendering. */
  #focusSearch = false

  constructor() {
    super()
    this.#internals = this.attachInternals?.()
    this.#source = catalogSource({
      transport: () => this.transport ?? httpCatalogTransport(this.endpoint ?? '', this.headers),
      category: () => this.category,
      memory: () => (this.endpoint ? `${this.endpoint}#${this.category ?? ''}` : ''),
      after: afterTimeout,
      now: Date.now,
      onChange: () => this.requestUpdate(),
      onLoaded: (integrations) => emit(this, 'integration-catalog-loaded', { integrations }),
      onError: ({ code, message, retryable }) => {
        // For the developer: what to check.
        console.warn(`integration-catalog: ${message}`)
        emit(this, 'integration-catalog-error', { code, message: this.text(`error_${code}`), retryable })
      },
    })
    this.#panel = new Panel(this, {
      look: async (signal) => {
        await this.localized
        return this.#source.look(signal)
      },
      total: () => this.integrations.length,
    })
  }

  /** The same as `data-state`. */
  get state(): CatalogState {
    return this.#state
  }

  /** What the server has answered last, or was remembered; empty before that. */
  get integrations(): readonly CatalogIntegration[] {
    return this.#source.integrations ?? []
  }

  /** Reads the catalog now, if anybody can see it; else when somebody can. */
  refresh(): void {
    this.#refresh()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // A list on the same page: what it deletes is not connected any more.
    document.addEventListener('integration-deleted', this.#panel.look)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('integration-deleted', this.#panel.look)
    this.#stopSaying()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (SOURCE.some((name) => changed.has(name))) {
      this.#source.reset()
      this.#panel.restart()
    }
    const { integrations, error } = this.#source
    this.#state = this.#panel.stateOf(integrations, error)
    showState(this, this.#internals, this.#state)
    // Whoever pressed a button that goes away goes on in the search.
    const retry = this.renderRoot.querySelector("[part='retry']")
    this.#focusSearch ||= !!retry && !error && retry === this.shadowRoot?.activeElement
  }

  override render(): TemplateResult {
    const { state } = this
    const { error } = this.#source
    const { offline, announcement } = this.#panel
    const text = this.#text
    const categories = this.#categories()
    const tab = this.#tab
    return html`${error || offline ? notice({ offline, code: error?.code, hasRows: state === 'ready' }, text, this.#refresh) : nothing}${
      state === 'ready'
        ? html`<input part="search" type="search" autocomplete="off" spellcheck="false" aria-controls="panel"
            aria-label=${text('search')} placeholder=${text('search')} .value=${this.#query} @input=${this.#search}
          >${categories.length ? catalogTabs(categories, tab, text, this.#choose) : nothing}<div id="panel"
            role=${categories.length ? 'tabpanel' : nothing} aria-labelledby=${categories.length ? `tab-${tab}` : nothing}
          ><ul part="list" role="list" aria-label=${text('catalog')} @click=${this.#oneAtATime}></ul>${
            this.#found().size
              ? nothing
              : html`<div part="none"><p>${fill(text('none_found'), { query: this.#query.trim() })}</p
                ><button part="show-all" type="button" @click=${this.#showAll}>${text('show_all')}</button></div>`
          }</div>`
        : nothing
    }${state === 'loading' ? skeleton(text) : nothing}${
      state === 'empty' ? html`<div part="empty"><slot name="empty">${text('catalog_empty')}</slot></div>` : nothing
    }${
      state === 'failed' && this.category
        ? html`<div part="fallback">${connectButton({ category: this.category }, 'connect', true, '', { text, host: this })}</div>`
        : nothing
    }<div class="unseen" role="status">${announcement}</div>`
  }

  protected override updated(): void {
    const { drawn, brokenLogos, onLogoBroken } = this.#panel
    const { accounts } = this.#source
    const category = this.category || this.#tab
    const context = { text: this.#text, host: this, brokenLogos, onLogoBroken, accounts, category, shown: this.#found() }
    drawItems(
      this.renderRoot.querySelector("[part='list']"),
      this.integrations.slice(0, drawn),
      ({ slug }) => slug,
      (integration) => catalogCard(integration, context),
    )
    const search = this.#focusSearch && this.renderRoot.querySelector<HTMLElement>("[part='search']")
    if (!search) return
    this.#focusSearch = false
    search.focus()
  }

  readonly #text = (key: string): string => this.text(key)

  readonly #refresh = (): void => {
    this.#source.expire()
    this.#panel.look()
  }

  readonly #search = ({ target }: Event): void => {
    this.#query = (target as HTMLInputElement).value
    this.#sayFound()
  }

  readonly #choose = (category: string): void => {
    this.#tab = category
    this.#sayFound()
  }

  readonly #showAll = (): void => {
    this.#query = ''
    this.#focusSearch = true
    this.#choose('')
  }

  /** A second one would wait for the first, and then open when nobody expects it. */
  readonly #oneAtATime = {
    capture: true as const,
    handleEvent: (event: Event): void => {
      const { currentTarget, target } = event as Event & { currentTarget: Element; target: Element }
      const busy = currentTarget.querySelector("[data-state='loading']")
      if (busy && !busy.contains(target)) event.stopPropagation()
    },
  }

  /** Those of the data that have a name; none where there is nothing to choose from. */
  #categories(): string[] {
    const all = new Set(this.category ? [] : this.integrations.flatMap(({ categories }) => categories))
    const named = [...all].filter((category) => this.text(`category_${category}`))
    if (!named.includes(this.#tab)) this.#tab = ''
    return named.length > 1 ? named : []
  }

  #found(): Set<CatalogIntegration> {
    const { integrations } = this
    return new Set(
      integrations.filter(({ name, categories }) => (!this.#tab || categories.includes(this.#tab)) && matches(name, this.#query)),
    )
  }

  /** When the typing pauses: not after every letter. */
  #sayFound(): void {
    this.requestUpdate()
    this.#stopSaying()
    this.#stopSaying = afterTimeout(500, () => {
      const { size } = this.#found()
      const { number, plural } = formatsFor(this.text('language'))
      const words = this.text(`found_${plural(size)}`) || this.text('found_other')
      this.#panel.say(size ? fill(words, { count: number(size) }) : fill(this.text('none_found'), { query: this.#query.trim() }))
    })
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'integration-catalog': IntegrationCatalog
  }
}
