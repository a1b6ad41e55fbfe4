/**
 * The first element that can be seen and is meant by `target`, through open
 * shadow roots; `null` when there is none. It runs inside the page, so it uses
 * nothing from outside of itself. It knows the roles that the tests ask for, and
 * of an accessible name what the elements use: `aria-label`, else the text.
 *
 * @param {import('./engines.mjs').Target} target
 * @returns {Element | null}
 */
export function findInPage(target) {
  const SELECTORS = {
    button: 'button, [role=button]',
    dialog: 'dialog, [role=dialog]',
    listitem: 'li',
    searchbox: 'input[type=search]',
    tab: '[role=tab]',
    alert: '[role=alert]',
    cell: 'td',
  }
  return find(target)

  function find({ role, name, exact, element: tag, text, containing, within }) {
    const around = within ? find(within) : document
    const selector = role ? SELECTORS[role] : (tag ?? '*')
    if (!around) return null
    const fitting = inside(around).filter(
      (element) =>
        element.matches(selector) &&
        element.checkVisibility({ visibilityProperty: true }) &&
        (!name || says(element.ariaLabel ?? textOf(element, true), name, exact)) &&
        (!text || says(textOf(element), text, exact)) &&
        (!containing || says(textOf(element), containing)),
    )
    // By text: the innermost, which comes after those around it.
    return (text ? fitting.at(-1) : fitting[0]) ?? null
  }

  function inside(root) {
    const children = [...(root.shadowRoot?.children ?? []), ...root.children]
    return children.flatMap((child) => [child, ...inside(child)])
  }

  function says(text, wanted, exact) {
    const words = text.replace(/\s+/g, ' ').trim()
    return exact ? words === wanted : words.toLowerCase().includes(wanted.toLowerCase())
  }

  /** As it is drawn: a shadow root in place of the children, and what is in a slot in place of the slot. */
  function textOf(node, spoken) {
    if (node.nodeType === Node.TEXT_NODE) return node.data
    if (/^(style|script)$/.test(node.localName) || (spoken && node.ariaHidden === 'true')) return ''
    const slotted = node.localName === 'slot' ? node.assignedNodes({ flatten: true }) : []
    const children = slotted.length ? slotted : [...(node.shadowRoot ?? node).childNodes]
    return children.map((child) => textOf(child, spoken)).join('')
  }
}
