import type { CatalogIntegration } from '@connect-integration/element'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { harnessOf } from '../harness-of.ts'
import { focused } from './prepare.ts'
import { linkedTo, prepareCatalog, someIntegrations } from './prepare-catalog.ts'

it('connects by the button in a card, whose events come from the catalog, and marks the card', async () => {
  installMergeLinkStub({ backend: memoryLinkBackend() })
  const { element, transport, harness } = await prepareCatalog()
  const heard: EventTarget[] = []
  element.addEventListener('connect-success', ({ target }) => heard.push(target as EventTarget))
  await page.getByRole('button', { name: 'Connect Workday', exact: true }).click()
  const modal = harnessOf(
    element.shadowRoot!.querySelector<HTMLElementTagNameMap['connect-integration']>("[data-slug='workday'] connect-integration")!,
  )
  transport.accounts = [linkedTo('workday')]
  await modal.completeModal('Workday')
  await expect.poll(() => harness.status('Workday')).toBe('Connected')

  expect(heard).toEqual([element])
  expect(transport.requests).toEqual([expect.objectContaining({ category: 'hris', integration: 'workday' })])
})

it('a search does not stop a sign-in that is under way', async () => {
  installMergeLinkStub({ backend: memoryLinkBackend() })
  const { element, transport, harness } = await prepareCatalog()
  let release = () => {}
  transport.fail = () =>
    new Promise<void>((resolve) => {
      release = resolve
    })
  const button = harness.connect('Workday')
  await harness.search('bamboo')
  transport.fail = undefined
  release()
  await harnessOf(button).completeModal()

  await expect.poll(() => button.state).toBe('connected')
  expect(harness.names).toEqual(['BambooHR'])
  expect(element.contains(button)).toBe(false)
})

it('draws five hundred cards in portions that do not hold up the page, and filters them all at once', async () => {
  const many = Array.from(
    { length: 500 },
    (_, place): CatalogIntegration => ({ ...someIntegrations()[place % 5]!, name: `Name ${place}`, slug: `slug-${place}` }),
  )
  const { element, transport, harness } = await prepareCatalog([])
  const portions: number[] = []
  const root = element.shadowRoot!
  new MutationObserver(() => portions.push(root.querySelectorAll("[part='card']").length)).observe(root, { childList: true, subtree: true })
  transport.integrations = many
  element.refresh()
  await expect.poll(() => root.querySelectorAll("[part='card']").length).toBe(500)
  const steps = portions.map((drawn, place) => drawn - (portions[place - 1] ?? 0))
  expect(Math.max(...steps)).toBeLessThanOrEqual(40)
  const cards = [...root.querySelectorAll("[part='card']")]
  await harness.search('name 49')
  expect(harness.names).toEqual(many.map(({ name }) => name).filter((name) => name.includes('49')))
  await harness.search('')

  // None was made anew: that is what would take long.
  expect([...root.querySelectorAll("[part='card']")]).toEqual(cards)
  expect(harness.names).toHaveLength(500)
})

it.each([
  [
    'ltr',
    ['{ArrowRight}', 'Accounting'],
    ['{ArrowLeft}', 'All'],
    ['{ArrowLeft}', 'Recruiting'],
    ['{Home}', 'All'],
    ['{End}', 'Recruiting'],
    ['{ArrowRight}', 'All'],
  ],
  [
    'rtl',
    ['{ArrowLeft}', 'Accounting'],
    ['{ArrowRight}', 'All'],
    ['{ArrowRight}', 'Recruiting'],
    ['{Home}', 'All'],
    ['{End}', 'Recruiting'],
    ['{ArrowLeft}', 'All'],
  ],
])('the tabs are one stop of the Tab key, and the arrows choose: %s', async (direction, ...steps) => {
  const box = document.createElement('div')
  box.dir = direction as string
  document.body.append(box)
  const chosen = ['accounting', 'hris', 'ats'].map((category) => ({
    ...someIntegrations()[0]!,
    slug: category,
    name: category,
    categories: [category],
  }))
  const { harness } = await prepareCatalog(chosen, { parent: box })
  await userEvent.keyboard('{Tab}')
  expect(focused()?.getAttribute('part')).toBe('search')
  await userEvent.keyboard('{Tab}')
  expect(focused()?.textContent).toBe('All')
  for (const [key, expected] of steps as string[][]) {
    await userEvent.keyboard(key!)
    expect(focused()?.textContent).toBe(expected)
    expect(harness.tabs).toContain(`[${expected}]`)
  }
  await userEvent.keyboard('{Tab}')

  expect(focused()?.getAttribute('part')).toBe('button')
})

it('a card that another one comes before is not moved: whoever is in it stays there', async () => {
  const { element, transport, harness } = await prepareCatalog()
  const button = page.getByRole('button', { name: 'Connect Workday', exact: true }).element() as HTMLElement
  button.focus()
  expect(focused()).toBe(button)
  transport.integrations = [{ ...someIntegrations()[0]!, name: 'Another', slug: 'another' }, ...someIntegrations()]
  element.refresh()
  await expect.poll(() => harness.names[0]).toBe('Another')

  expect(focused()).toBe(button)
})
