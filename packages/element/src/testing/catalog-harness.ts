import type { IntegrationCatalog } from '../integration-catalog.ts'

/**
 * Reads an `<integration-catalog>` and uses it as a user would. Where the DOM
 * double has an `IntersectionObserver` that never reports (happy-dom), take that
 * away first: the catalog waits until it is seen.
 */
export class IntegrationCatalogHarness {
  readonly element: IntegrationCatalog

  constructor(element: IntegrationCatalog) {
    this.element = element
  }

  /** The names on display, from the top. */
  get names(): string[] {
    return this.#cards().map((card) => textOf(card, 'name'))
  }

  /** The words on the tabs, the chosen one in brackets; none where there is nothing to choose. */
  get tabs(): string[] {
    return this.#tabs().map((tab) => (tab.getAttribute('aria-selected') === 'true' ? `[${tab.textContent}]` : `${tab.textContent}`))
  }

  /** What is wrong with the catalog as a whole, as the user reads it; empty while nothing is. */
  get notice(): string {
    return textOf(this.element.shadowRoot, 'notice')
  }

  /** How the integration of that name is, such as `Connected`; empty while it is not connected. */
  status(name: string): string {
    return textOf(this.#card(name), 'status')
  }

  /** Types into the search, in place of what is there. */
  async search(query: string): Promise<void> {
    const field = this.#part<HTMLInputElement>(this.element.shadowRoot, 'search')
    field.value = query
    field.dispatchEvent(new Event('input', { bubbles: true, composed: true }))
    await this.element.updateComplete
  }

  /** Presses the tab with these words. */
  async choose(tab: string): Promise<void> {
    const button = this.#tabs().find((candidate) => candidate.textContent === tab)
    if (!button) throw new Error(`The catalog has no tab "${tab}"; it has: ${this.tabs.join(', ') || 'none'}.`)
    button.click()
    await this.element.updateComplete
  }

  /** Presses the card's button; drive the sign-in on with a `ConnectIntegrationHarness` of the button that this answers. */
  connect(name: string): HTMLElementTagNameMap['connect-integration'] {
    const button = this.#part<HTMLElementTagNameMap['connect-integration']>(this.#card(name), 'connect')
    this.#part(button.shadowRoot, 'button').click()
    return button
  }

  #cards(): HTMLElement[] {
    return [...(this.element.shadowRoot?.querySelectorAll<HTMLElement>("[part='card']:not([hidden])") ?? [])]
  }

  #tabs(): HTMLElement[] {
    return [...(this.element.shadowRoot?.querySelectorAll<HTMLElement>("[part='tab']") ?? [])]
  }

  #card(name: string): HTMLElement {
    const card = this.#cards().find((candidate) => textOf(candidate, 'name') === name)
    if (!card) throw new Error(`The catalog shows no "${name}"; it shows: ${this.names.join(', ') || 'none'}. Is its first answer drawn?`)
    return card
  }

  #part<Kind extends HTMLElement = HTMLElement>(within: ParentNode | null, name: string): Kind {
    const part = within?.querySelector<Kind>(`[part='${name}']`)
    if (!part) throw new Error(`There is no "${name}" on display right now.`)
    return part
  }
}

function textOf(within: ParentNode | null, part: string): string {
  return within?.querySelector(`[part='${part}']`)?.textContent?.trim() ?? ''
}
