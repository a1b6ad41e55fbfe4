import type { IntegrationList } from '../integration-list.ts'

/**
 * Reads an `<integration-list>` and presses its buttons as a user would. Where
 * the DOM double has an `IntersectionObserver` that never reports (happy-dom),
 * take that away first: the list waits until it is seen.
 */
export class IntegrationListHarness {
  readonly element: IntegrationList

  constructor(element: IntegrationList) {
    this.element = element
  }

  /** The names on display, from the top. */
  get names(): string[] {
    return this.#rows().map((row) => textOf(row, 'name'))
  }

  /** What is wrong with the list as a whole, as the user reads it; empty while nothing is. */
  get notice(): string {
    return textOf(this.element.shadowRoot, 'notice')
  }

  /** Whether the question before a deletion is open. */
  get asking(): boolean {
    return this.#part<HTMLDialogElement>(this.element.shadowRoot, 'dialog').open
  }

  /** How the integration of that name is, such as `Connected`, with when it was read last. */
  status(name: string): string {
    return textOf(this.#row(name), 'status')
  }

  /** Opens the sign-in of a row; drive it on with a `ConnectIntegrationHarness` of the button that this answers. */
  relink(name: string): HTMLElementTagNameMap['connect-integration'] {
    const button = this.#part<HTMLElementTagNameMap['connect-integration']>(this.#row(name), 'connect')
    button.open()
    return button
  }

  /** Presses the row's button, which asks. */
  async askToDelete(name: string): Promise<void> {
    this.#part(this.#row(name), 'delete').click()
    await this.element.updateComplete
    // The dialog opens right after that.
    await Promise.resolve()
  }

  /** Answers the question. */
  async answer(answer: 'confirm' | 'keep'): Promise<void> {
    this.#part(this.element.shadowRoot, answer).click()
    await this.element.updateComplete
  }

  #rows(): HTMLElement[] {
    return [...(this.element.shadowRoot?.querySelectorAll<HTMLElement>("[part='row']") ?? [])]
  }

  #row(name: string): HTMLElement {
    const row = this.#rows().find((candidate) => textOf(candidate, 'name') === name)
    if (!row) throw new Error(`The list has no "${name}"; it has: ${this.names.join(', ') || 'none'}. Is its first answer drawn?`)
    return row
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
