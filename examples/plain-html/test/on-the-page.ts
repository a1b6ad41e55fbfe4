/** What a page adds to its policy to enforce Trusted Types: the elements need no more than these two. */
export const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types connect-integration lit-html"

// What follows runs in the page, so it uses nothing from around it.

/** At the top, since it reads nothing before it can be seen. */
export function addCatalog(): void {
  const catalog = document.createElement('integration-catalog')
  catalog.setAttribute('endpoint', '/api/integrations')
  catalog.setAttribute('category', 'hris')
  document.querySelector('main')?.prepend(catalog)
}

/** Notes every event of the elements, whatever it carries, in `window.heard`. */
export function listenToEverything(): void {
  const page = window as typeof window & { heard: string }
  page.heard = ''
  const names = ['connect-ready', 'connect-success', 'connect-exit', 'connect-error', 'connect-files', 'connect-state']
  for (const name of [...names, 'integration-list-loaded', 'integration-list-error', 'integration-deleted'])
    document.addEventListener(name, (event) => {
      page.heard += `${name} ${JSON.stringify((event as CustomEvent).detail)}\n`
    })
}
