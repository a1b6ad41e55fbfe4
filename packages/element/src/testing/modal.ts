import { MODAL_ID } from '../merge-link.ts'
import type { LinkableIntegration, LinkStart } from './backend.ts'
import { chooseStep, doneStep, element, loadingStep, signInStep, unreachableStep } from './modal-steps.ts'
import { addStyles } from './modal-styles.ts'

export interface LinkModal {
  /** Leaves the loading step: to the choice, or for a relink to the sign-in. */
  begin(start: LinkStart): void
  show(step: 'done', integration: LinkableIntegration): void
  show(step: 'unreachable'): void
  hide(): void
  /** Takes it off the page and lets the page scroll again. */
  remove(): void
}

export interface ModalActions {
  /** The close button, Escape, or "Done". */
  close(): void
  /** Throws an error whose message is shown. */
  connect(integration: LinkableIntegration): Promise<void>
}

/** Draws the modal over the page, in its loading step. The step is also in `data-step` on the overlay. */
export function openModal(document: Document, actions: ModalActions): LinkModal {
  const overlay = element(document, 'div', { id: MODAL_ID })
  const root = overlay.attachShadow({ mode: 'open' })
  addStyles(root)
  const dialog = element(document, 'div', { role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'title', tabindex: '-1' })
  root.append(dialog)

  const { overflow } = document.body.style
  document.body.style.overflow = 'hidden'
  document.body.append(overlay)
  document.addEventListener('keydown', onKeydown, true)
  put('loading', loadingStep(document))

  return {
    begin(start) {
      const choose = () => put('choose', chooseStep(document, start, signIn))
      const signIn = (integration: LinkableIntegration) =>
        put('sign-in', signInStep(document, integration, { connect: actions.connect, back: start.relink ? undefined : choose }))
      if (start.relink) signIn({ color: null, logoUrl: null, ...start.relink })
      else choose()
    },
    show(step: string, integration?: LinkableIntegration) {
      put(step, integration ? doneStep(document, integration, actions.close) : unreachableStep(document))
    },
    hide() {
      overlay.style.visibility = 'hidden'
    },
    remove() {
      document.removeEventListener('keydown', onKeydown, true)
      document.body.style.overflow = overflow
      overlay.remove()
    },
  }

  function put(step: string, content: Node[]): void {
    overlay.dataset.step = step
    const close = element(document, 'button', { type: 'button', class: 'close', 'aria-label': 'Close' }, '×')
    close.addEventListener('click', actions.close)
    const footer = element(document, 'footer', {}, 'Sandbox')
    dialog.replaceChildren(close, ...content, footer)
    const first = dialog.querySelector<HTMLElement>('[data-focus]') ?? dialog
    first.focus()
  }

  function onKeydown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation()
      actions.close()
    } else if (event.key === 'Tab') keepInside(event)
  }

  function keepInside(event: KeyboardEvent): void {
    const stops = [...dialog.querySelectorAll<HTMLElement>('button:not(:disabled), input')]
    const at = stops.indexOf(root.activeElement as HTMLElement)
    const leaves = event.shiftKey ? at <= 0 : at === stops.length - 1
    if (!leaves) return
    event.preventDefault()
    stops.at(event.shiftKey ? -1 : 0)?.focus()
  }
}
