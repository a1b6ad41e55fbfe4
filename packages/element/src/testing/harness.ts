import type { ConnectIntegration } from '../connect-integration.ts'
import type { ConnectEventMap, ConnectState } from '../events.ts'
import { MODAL_ID } from '../merge-link.ts'

/**
 * Drives a `<connect-integration>` and the modal's double as a user would, and
 * waits for what they announce. Everything that waits fails after `timeoutMs`
 * with what it waited for and what it saw instead.
 */
export class ConnectIntegrationHarness {
  readonly element: ConnectIntegration
  readonly #timeoutMs: number
  readonly #events: { name: string; detail: unknown }[] = []

  constructor(element: ConnectIntegration, options: { timeoutMs?: number } = {}) {
    this.element = element
    this.#timeoutMs = options.timeoutMs ?? 5_000
    for (const name of EVENTS) element.addEventListener(name, (event) => this.#events.push({ name, detail: event.detail }))
  }

  get button(): HTMLButtonElement {
    return this.#part('button') as HTMLButtonElement
  }

  /** What went wrong, as the user reads it; empty while nothing did. */
  get message(): string {
    return this.#part('message').textContent ?? ''
  }

  /** What screen readers are told. */
  get status(): string {
    return this.#part('status').textContent ?? ''
  }

  /** Every event since the harness was made, oldest first. */
  get events(): readonly { name: string; detail: unknown }[] {
    return this.#events
  }

  /** The names of those other than `connect-state`. */
  get eventNames(): string[] {
    return this.#events.map(({ name }) => name).filter((name) => name !== 'connect-state')
  }

  click(): void {
    this.button.click()
  }

  state(): ConnectState {
    return this.element.state
  }

  /** Resolves at once when the element is in one of the states already. */
  async waitForState(...states: ConnectState[]): Promise<ConnectState> {
    return await this.#until(
      () => (states.includes(this.element.state) ? this.element.state : undefined),
      () => `state ${states.join(' or ')}; it is ${this.element.state}`,
    )
  }

  /** The detail of the first such event since the harness was made, past or to come. */
  async waitForEvent<Name extends keyof ConnectEventMap>(name: Name): Promise<ConnectEventMap[Name]['detail']> {
    const event = await this.#until(
      () => this.#events.find((seen) => seen.name === name),
      () => `the event ${name}; there were: ${this.#events.map((seen) => seen.name).join(', ') || 'none'}`,
    )
    return event.detail as ConnectEventMap[Name]['detail']
  }

  /** Chooses an integration (the first one, if no name is given), signs in, and closes with "Done". */
  async completeModal(integration?: string): Promise<void> {
    await this.signInModal(integration)
    await this.#press('done', 'Done')
  }

  /** The same up to the success screen, which stays open. */
  async signInModal(integration?: string): Promise<void> {
    const step = await this.#step('choose', 'sign-in')
    if (step === 'choose') await this.#press('choose', integration)
    await this.#press('sign-in', 'Connect')
    await this.#step('done')
  }

  /** Closes the modal at whatever step it is. */
  async closeModal(): Promise<void> {
    await this.#step('choose', 'sign-in', 'done', 'unreachable')
    this.#modal()?.querySelector<HTMLButtonElement>('.close')?.click()
  }

  #part(name: string): HTMLElement {
    const part = this.element.shadowRoot?.querySelector<HTMLElement>(`[part='${name}']`)
    if (!part) throw new Error('The element has not rendered. Is it on the page, and defined? Await `element.updateComplete` first.')
    return part
  }

  #modal(): ShadowRoot | null {
    return this.element.ownerDocument.getElementById(MODAL_ID)?.shadowRoot ?? null
  }

  async #step(...steps: string[]): Promise<string> {
    const step = () => (this.#modal()?.host as HTMLElement | undefined)?.dataset.step
    return await this.#until(
      () => (steps.includes(step() ?? '') ? step() : undefined),
      () => `the modal's step ${steps.join(' or ')}; it is at ${step() ?? 'none: the modal is not open'}`,
    )
  }

  async #press(step: string, text: string | undefined): Promise<void> {
    await this.#step(step)
    const buttons = [...(this.#modal()?.querySelectorAll('button') ?? [])].filter((button) => !button.classList.contains('close'))
    const button = text ? buttons.find((candidate) => candidate.textContent?.endsWith(text)) : buttons[0]
    if (!button) throw new Error(`The modal has no button "${text}"; it has: ${buttons.map((found) => found.textContent).join(', ')}.`)
    button.click()
  }

  #until<T>(read: () => T | undefined, wanted: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        observer.disconnect()
        for (const name of EVENTS) this.element.removeEventListener(name, look)
      }
      const look = () => {
        const value = read()
        if (value === undefined) return
        stop()
        resolve(value)
      }
      const observer = new MutationObserver(look)
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`Waited ${this.#timeoutMs} ms for ${wanted()}.`))
      }, this.#timeoutMs)
      // The overlay is a child of body and says its step in an attribute.
      observer.observe(this.element.ownerDocument.body, { childList: true, subtree: true, attributes: true })
      for (const name of EVENTS) this.element.addEventListener(name, look)
      look()
    })
  }
}

const EVENTS = ['connect-state', 'connect-ready', 'connect-success', 'connect-exit', 'connect-error', 'connect-files'] as const
