/** Where the element is, as far as that decides whether to look for news. */
export interface Presence {
  /** On the screen or about to be, in a tab that is being looked at. */
  visible: boolean
  online: boolean
}

/** Tells of every change until the returned function is called; the first word comes as soon as it is known. */
export function watchPresence(host: Element, tell: (presence: Presence) => void): () => void {
  const stop = new AbortController()
  const { signal } = stop
  // Where nobody can tell, such as in a DOM double, it counts as seen.
  let seen = typeof IntersectionObserver !== 'function'
  const look = (event?: Event) =>
    tell({
      visible: seen && event?.type !== 'pagehide' && document.visibilityState !== 'hidden',
      online: navigator.onLine !== false,
    })
  document.addEventListener('visibilitychange', look, { signal })
  // A page may be left and come back whole, and not every browser says that it was out of sight meanwhile.
  for (const type of ['pagehide', 'pageshow', 'online', 'offline']) window.addEventListener(type, look, { signal })
  if (seen) look()
  else {
    const observer = new IntersectionObserver(
      (entries) => {
        seen = entries.at(-1)?.isIntersecting ?? false
        look()
      },
      { rootMargin: '200px' },
    )
    observer.observe(host)
    signal.addEventListener('abort', () => observer.disconnect())
  }
  return () => stop.abort()
}
