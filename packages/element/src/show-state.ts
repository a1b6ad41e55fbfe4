/** Says the state to style sheets: as `data-state`, and as the custom state of that name, in place of the one before. */
export function showState(host: HTMLElement, internals: ElementInternals | undefined, state: string): void {
  host.dataset.state = state
  const states = internals?.states
  try {
    states?.clear()
    states?.add(state)
  } catch {
    // Early versions of custom states took dashed names only; `data-state` is there for them.
  }
}
