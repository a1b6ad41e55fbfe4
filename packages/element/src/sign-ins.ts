/** The sign-ins that are under way on this page, whichever element has opened them. */
export interface SignIns {
  underWay(): boolean
  stop(): void
}

/** Calls `onEnd` whenever one has ended: confirmed, cancelled or failed. */
export function watchSignIns(onEnd: () => void): SignIns {
  const elements = new Set<Node>()
  const listen = (event: DocumentEventMap['connect-state']) => {
    const element = event.composedPath()[0] as Node
    if (['loading', 'open', 'finishing'].includes(event.detail.state)) elements.add(element)
    else if (elements.delete(element)) onEnd()
  }
  document.addEventListener('connect-state', listen)
  return {
    underWay() {
      // Nobody hears of the end of one that has left the page.
      for (const element of elements) if (!element.isConnected) elements.delete(element)
      return elements.size > 0
    },
    stop: () => document.removeEventListener('connect-state', listen),
  }
}
