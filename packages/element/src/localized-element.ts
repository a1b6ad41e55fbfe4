import { LitElement, type PropertyDeclarations } from 'lit'

/**
 * The base of all elements: texts in the language of the page around it (the
 * nearest `lang`). English is inside; another language is fetched when it is
 * first met, and while that is on its way, or if it fails, English stands in.
 */
export abstract class LocalizedElement<Messages extends { [key in keyof Messages]: string }> extends LitElement {
  static override properties: PropertyDeclarations = { messages: { attribute: false } }

  #language: string | undefined
  #locale: Partial<Messages> | undefined
  #observer: MutationObserver | undefined

  /** Other texts for some or all keys, before those of the language. */
  declare messages: Partial<Messages> | undefined
  /** Settles when the texts are those of the page's language, or stay English. */
  protected localized: Promise<void> | undefined

  protected abstract readonly english: Messages

  override connectedCallback(): void {
    super.connectedCallback()
    const look = () => {
      this.localized = this.#localize()
    }
    this.#observer = new MutationObserver(look)
    for (const target of [this, document.documentElement]) this.#observer.observe(target, { attributeFilter: ['lang'] })
    look()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#observer?.disconnect()
  }

  /**
   * What a server has drawn (a declarative shadow root) stays until the first
   * rendering takes its place, with nothing painted in between; and so does the
   * focus. Where Lit itself hydrates, it tells of nothing to draw before.
   */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const focused = this.shadowRoot?.activeElement
    const root = super.createRenderRoot()
    if (this.renderOptions.renderBefore) {
      this.renderOptions.renderBefore = null
      root.replaceChildren()
      if (focused) void this.updateComplete.then(() => this.focus())
    }
    return root
  }

  /** Nothing for a key that has no text. */
  protected text(key: string): string {
    const name = key as keyof Messages
    return this.messages?.[name] ?? this.#locale?.[name] ?? this.english[name] ?? ''
  }

  async #localize(): Promise<void> {
    const { lang } = this.closest<HTMLElement>('[lang]') ?? document.documentElement
    if (lang === this.#language) return
    this.#language = lang
    let locale: object | undefined
    try {
      if (/^(?!en|$)/i.test(lang)) locale = await (await import('./load-locale.ts')).loadLocale(lang)
    } catch {
      // English stands in.
    }
    if (lang !== this.#language) return
    this.#locale = locale
    this.requestUpdate()
  }
}
