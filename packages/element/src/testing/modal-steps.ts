import type { LinkableIntegration, LinkStart } from './backend.ts'

/** Every step is a list of nodes; the one marked `data-focus` gets the focus. */
export function loadingStep(document: Document): Node[] {
  return [heading(document, 'Connect'), element(document, 'p', { role: 'status' }, 'Loading…')]
}

export function chooseStep(document: Document, start: LinkStart, choose: (integration: LinkableIntegration) => void): Node[] {
  const search = element(document, 'input', {
    type: 'search',
    'aria-label': 'Search',
    placeholder: 'Search',
    autocomplete: 'off',
    'data-focus': '',
  }) as HTMLInputElement
  const empty = element(document, 'p', { role: 'status' })
  const list = element(document, 'ul', { 'aria-label': 'Systems' })
  search.addEventListener('input', draw)
  draw()
  return [
    heading(document, 'Choose your system'),
    element(document, 'p', {}, `It will be connected for ${start.organizationName}.`),
    search,
    list,
    empty,
  ]

  function draw(): void {
    const wanted = search.value.trim().toLowerCase()
    const found = start.integrations.filter(({ name }) => name.toLowerCase().includes(wanted))
    list.replaceChildren(
      ...found.map((integration) => {
        const button = element(document, 'button', { type: 'button', class: 'choice' }, tile(document, integration), integration.name)
        button.addEventListener('click', () => choose(integration))
        return element(document, 'li', {}, button)
      }),
    )
    empty.textContent = found.length ? '' : 'Nothing found.'
  }
}

export function signInStep(
  document: Document,
  integration: LinkableIntegration,
  actions: { connect(integration: LinkableIntegration): Promise<void>; back: (() => void) | undefined },
): Node[] {
  const submit = element(document, 'button', { type: 'submit', class: 'primary', 'data-focus': '' }, 'Connect') as HTMLButtonElement
  const problem = element(document, 'p', { role: 'alert', class: 'problem' })
  const form = element(
    document,
    'form',
    {},
    field(document, 'Username', { type: 'text', value: 'demo@example.com' }),
    field(document, 'Password', { type: 'password', value: 'demo-password' }),
    problem,
    submit,
  )
  if (actions.back) {
    const back = element(document, 'button', { type: 'button' }, 'Back')
    back.addEventListener('click', actions.back)
    form.append(back)
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (submit.disabled) return
    submit.disabled = true
    problem.textContent = ''
    try {
      await actions.connect(integration)
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : 'That did not work.'
      submit.disabled = false
      submit.focus()
    }
  })
  return [
    tile(document, integration),
    heading(document, `Sign in to ${integration.name}`),
    element(document, 'p', {}, 'These are demo credentials; any others work too.'),
    form,
  ]
}

export function doneStep(document: Document, integration: LinkableIntegration, close: () => void): Node[] {
  const done = element(document, 'button', { type: 'button', class: 'primary', 'data-focus': '' }, 'Done')
  done.addEventListener('click', close)
  return [
    tile(document, integration),
    heading(document, `${integration.name} is connected`),
    element(document, 'p', { role: 'status' }, 'You can close this window.'),
    done,
  ]
}

export function unreachableStep(document: Document): Node[] {
  return [
    heading(document, 'The sandbox does not answer'),
    element(document, 'p', { role: 'alert' }, 'Check that it is running, close this window and try again.'),
  ]
}

export function element(
  document: Document,
  tag: string,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

function heading(document: Document, text: string): HTMLElement {
  return element(document, 'h2', { id: 'title' }, text)
}

function field(document: Document, label: string, attributes: Record<string, string>): HTMLElement {
  return element(document, 'label', {}, label, element(document, 'input', { autocomplete: 'off', ...attributes }))
}

function tile(document: Document, { name, color, logoUrl }: LinkableIntegration): HTMLElement {
  if (logoUrl && /^https?:\/\//.test(logoUrl))
    return element(document, 'img', { class: 'tile', src: logoUrl, alt: '', referrerpolicy: 'no-referrer' })
  const node = element(document, 'span', { class: 'tile', 'aria-hidden': 'true' }, name.slice(0, 1))
  if (color && /^#[0-9a-f]{3,8}$/i.test(color)) node.style.background = color
  return node
}
