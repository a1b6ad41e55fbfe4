/** What a vendor's catalog, a customer or a broken server may send in place of a name, an address or a color. Each tries to set `window.owned`. */
export const hostileTexts: readonly string[] = [
  '"><img src=x onerror="window.owned=true">',
  '<script>window.owned=true</script>',
  '</style></template></script><script>window.owned=true</script>',
  '<svg onload=window.owned=true><a xlink:href=javascript:window.owned=true>x</a></svg>',
  '<iframe srcdoc="<script>parent.owned=true</script>"></iframe>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.owned=true&gt;">',
  "' autofocus onfocus='window.owned=true",
  'javascript:window.owned=true',
  ' java\tscript:window.owned=true',
  'data:text/html,<script>window.owned=true</script>',
  'red;background:url(javascript:window.owned=true)',
  '#123456;--_surface:url(//evil.test)',
  '#fff}*{background:url(//evil.test)}',
  "';window.owned=true//",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is one that nobody may fill in
  '${window.owned=true}',
  "{{constructor.constructor('window.owned=true')()}}",
  '<!--?lit$1234$--><?lit$1234$><b lit$1234$=1>',
  '{name}{count}{query}{when}{what}',
  '__proto__',
  'constructor',
  '\u202Eevil\u0000',
]

/** Accounts with one of them in each field that a server fills in. */
export function hostileAccounts() {
  return hostileTexts.map((evil) => ({
    id: evil,
    category: evil,
    status: 'active',
    displayName: evil,
    integration: { name: evil, slug: evil, logoUrl: evil, color: evil },
    sync: {
      readiness: 'initial',
      lastSyncedAt: evil,
      records: evil as never,
      models: { [evil]: { state: evil, ready: false, records: evil as never } },
    },
  }))
}

/** The same of a catalog. */
export function hostileIntegrations() {
  return hostileTexts.map((evil) => ({
    name: evil,
    slug: evil,
    logoUrl: evil,
    color: evil,
    categories: [evil, 'hris', '__proto__', 'constructor'],
  }))
}

/**
 * What is on the page, in the elements' shadow roots, that no text may become:
 * one line for each. It uses nothing from around it, so it can run in any page.
 */
export function injected(): string[] {
  const found: string[] = []
  const ours = ['connect-integration', 'integration-list', 'integration-catalog']
  for (const name of ours) for (const element of document.querySelectorAll(name)) look(element)
  if ('owned' in window) found.push('a script ran')
  return found

  function look(element: Element): void {
    for (const inner of element.shadowRoot?.querySelectorAll('*') ?? []) {
      if (/^(script|iframe|object|embed|svg|math|img|a|b|form|link|base|meta|template)$/.test(inner.localName)) found.push(inner.outerHTML)
      for (const { name, value } of inner.attributes) {
        const style = name === 'style' && !/^(--_brand: ?rgb\([\d ]+\); ?--_on-brand: ?#(000|fff);?)?$/.test(value)
        if (style || /^on|href|src|formaction/.test(name)) found.push(`${name}=${value}`)
      }
      look(inner)
    }
  }
}
