import { MODAL_ID } from './merge-link.ts'

/** Whether the modal covers the page right now. */
export function modalIsShowing(): boolean {
  const modal = document.getElementById(MODAL_ID)
  // Not every DOM double can tell.
  return !!modal && modal.checkVisibility?.({ checkVisibilityCSS: true }) !== false
}

/**
 * Notes what has the focus (`host`, if nothing has) and how the page scrolls.
 * The answer puts both back, except for what somebody else has changed since.
 */
export function rememberPage(host: HTMLElement): () => void {
  const { body, activeElement } = document
  const { overflow } = body.style
  const focused = activeElement && activeElement !== body ? (activeElement as HTMLElement) : host
  return () => {
    if (body.style.overflow === 'hidden') body.style.overflow = overflow
    const now = document.activeElement
    if (!now || now === body || now.id === MODAL_ID) focused.focus()
  }
}
