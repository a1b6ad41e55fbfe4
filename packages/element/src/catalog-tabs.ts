import { html, type TemplateResult } from 'lit'

/** One tab for all and one for each category; the arrow keys choose, as do Home and End. */
export function catalogTabs(
  categories: readonly string[],
  chosen: string,
  text: (key: string) => string,
  choose: (category: string) => void,
): TemplateResult {
  const tabs = ['', ...categories]
  const onKeydown = (event: KeyboardEvent) => {
    const list = event.currentTarget as HTMLElement
    const step = getComputedStyle(list).direction === 'rtl' ? -1 : 1
    const at = tabs.indexOf(chosen)
    const place = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: -1 }[event.key]
    if (place === undefined) return
    event.preventDefault()
    const next = place % tabs.length
    choose(tabs.at(next) ?? '')
    ;([...list.children].at(next) as HTMLElement).focus()
  }
  return html`<div part="tabs" role="tablist" aria-label=${text('categories')} @keydown=${onKeydown}>${tabs.map(
    (category) =>
      html`<button part="tab" role="tab" type="button" id=${`tab-${category}`} aria-controls="panel" aria-selected=${category === chosen}
        tabindex=${category === chosen ? 0 : -1} @click=${() => choose(category)}>${text(category ? `category_${category}` : 'all')}</button>`,
  )}</div>`
}
