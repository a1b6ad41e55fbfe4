import '@connect-integration/element/define'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { specimens } from './specimens.ts'

// What is shown is in the address, so that a view can be kept, sent and photographed; `?bare` leaves the controls out.
const LANGUAGES = ['en', 'ar', 'de', 'es', 'fr', 'ja', 'pt']
const CHOICES: Record<string, string[]> = {
  element: ['all', 'connect-integration', 'integration-list', 'integration-catalog'],
  theme: ['auto', 'light', 'dark'],
  language: LANGUAGES,
  direction: ['auto', 'ltr', 'rtl'],
  width: ['full', '320px', '480px', '768px'],
}
const EVENTS = [
  ...['connect-ready', 'connect-success', 'connect-exit', 'connect-error', 'connect-state'],
  ...['integration-list-loaded', 'integration-list-error', 'integration-deleted'],
  ...['integration-catalog-loaded', 'integration-catalog-error'],
]

const controls = document.querySelector<HTMLFormElement>('#controls')!
const main = document.querySelector<HTMLElement>('#specimens')!
const events = document.querySelector<HTMLOutputElement>('#events')!
const query = new URLSearchParams(location.search)
let generation = 0

waitWithoutEnd()
installMergeLinkStub({ backend: memoryLinkBackend() })
for (const name of EVENTS)
  document.addEventListener(name, (event) => {
    events.value = `${name} ${JSON.stringify((event as CustomEvent).detail)}`.slice(0, 120)
  })
for (const [name, choices] of Object.entries(CHOICES)) offer(name, choices, query.get(name))
offerStates(query.get('state'))
document.documentElement.classList.toggle('bare', query.has('bare'))
controls.addEventListener('submit', (event) => event.preventDefault())
controls.addEventListener('input', ({ target }) => {
  const { name } = target as HTMLInputElement
  if (name === 'element') offerStates(null)
  dress()
  // The look changes around what is there: an open modal or a typed word stays.
  if (name === 'element' || name === 'state') void show()
})
controls.addEventListener('reset', () => location.assign(location.pathname))
dress()
void show()

/** Puts the chosen ones on the page, and says when all are as they should be. */
async function show(): Promise<void> {
  const mine = ++generation
  document.body.dataset.ready = 'false'
  const { element, state } = chosen()
  const wanted = specimens.filter(
    (specimen) => (element === 'all' || specimen.element === element) && (state === 'all' ? !specimen.alone : specimen.state === state),
  )
  const made = wanted.map((specimen) => ({ specimen, element: specimen.make() }))
  main.replaceChildren(
    ...made.map(({ specimen, element }) => {
      const section = document.createElement('section')
      const heading = document.createElement('h2')
      heading.textContent = `${specimen.element}: ${specimen.state}`
      heading.dir = 'ltr'
      const frame = document.createElement('div')
      frame.className = 'specimen'
      frame.append(element)
      section.append(heading, frame)
      return section
    }),
  )
  for (const { specimen, element } of made) {
    await (element as HTMLElement & { updateComplete: Promise<unknown> }).updateComplete
    await specimen.drive?.(element)
    if (mine !== generation) return
  }
  scrollTo(0, 0)
  document.body.dataset.ready = 'true'
}

/** After 20 seconds the elements take a server for gone. Here what is loading goes on loading. */
function waitWithoutEnd(): void {
  const after = window.setTimeout.bind(window)
  window.setTimeout = ((callback: () => void, milliseconds?: number) =>
    milliseconds === 20_000 ? 0 : after(callback, milliseconds)) as typeof setTimeout
}

function dress(): void {
  const { theme, language = 'en', direction, width = '', accent = '', onAccent = '', ownColors } = chosen()
  const { style } = document.documentElement
  style.colorScheme = theme === 'auto' ? 'light dark' : (theme ?? '')
  style.setProperty('--width', width === 'full' ? 'none' : width)
  style.setProperty('--connect-accent', ownColors ? accent : '')
  style.setProperty('--connect-on-accent', ownColors ? onAccent : '')
  document.documentElement.lang = language
  document.documentElement.dir = direction === 'auto' ? (language === 'ar' ? 'rtl' : 'ltr') : (direction ?? '')
  const address = new URLSearchParams(query.has('bare') ? { bare: '' } : {})
  for (const name of [...Object.keys(CHOICES), 'state']) address.set(name, String(chosen()[name]))
  history.replaceState(null, '', `?${address}`)
}

function offerStates(selected: string | null): void {
  const { element } = chosen()
  const states = specimens.filter((specimen) => element === 'all' || specimen.element === element).map(({ state }) => state)
  offer('state', ['all', ...new Set(states)], selected)
}

function offer(name: string, choices: string[], selected: string | null): void {
  const select = controls.elements.namedItem(name) as HTMLSelectElement
  select.replaceChildren(...choices.map((choice) => new Option(choice, choice, false, choice === selected)))
}

function chosen(): Record<string, string | undefined> {
  return Object.fromEntries([...new FormData(controls)].map(([name, value]) => [name, String(value)]))
}
