import { render, type TemplateResult } from 'lit'

/**
 * Draws the children of a list that has none of its own. Each stays the same
 * element wherever it moves, so that what happens in it goes on, and none is
 * moved that is in its place; of two with the same key the first counts. Lit's
 * `repeat` can do more, and is five times as large.
 *
 * @param template - Always the same one, with one element in it.
 */
export function drawItems<Item>(
  list: Element | null,
  items: readonly Item[],
  key: (item: Item) => string,
  template: (item: Item) => TemplateResult,
): void {
  if (!list) return
  const before = lists.get(list) ?? new Map()
  const now: Drawn = new Map()
  for (const item of items) {
    const name = key(item)
    if (now.has(name)) continue
    // Lit goes on writing into the element when it has left its first home.
    const home = before.get(name)?.home ?? new DocumentFragment()
    render(template(item), home)
    now.set(name, { home, element: before.get(name)?.element ?? home.firstElementChild! })
    before.delete(name)
  }
  for (const { element } of before.values()) element.remove()
  let next: Element | null = null
  for (const { element } of [...now.values()].reverse()) {
    if (element.parentNode !== list || element.nextElementSibling !== next) list.insertBefore(element, next)
    next = element
  }
  lists.set(list, now)
}

type Drawn = Map<string, { home: DocumentFragment; element: Element }>

const lists = new WeakMap<Element, Drawn>()
