import { ConnectError } from '@connect-integration/element'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { page } from 'vitest/browser'
import './prepare.ts'
import { linkedTo, prepareCatalog } from './prepare-catalog.ts'

const down = () => {
  throw new ConnectError('unavailable', 'down')
}
const accounts = [linkedTo('bamboohr'), linkedTo('workday', { status: 'relink_needed' })]

describe('a screen reader', () => {
  const few = () => [
    { name: 'BambooHR', slug: 'bamboohr', logoUrl: null, color: '#73c41d', categories: ['hris', 'ats'] },
    { name: 'Greenhouse', slug: 'greenhouse', logoUrl: null, color: null, categories: ['ats'] },
  ]

  it('meets the search, the tabs, and the cards with what they are', async () => {
    const { element, harness } = await prepareCatalog(few(), { accounts: accounts.slice(0, 1) })
    await expect.poll(() => harness.status('BambooHR')).toBe('Connected')

    await expect.element(page.elementLocator(element)).toMatchAriaInlineSnapshot(`
      - searchbox "Search integrations"
      - tablist "Categories":
        - tab "All" [selected]
        - tab "HR"
        - tab "Recruiting"
      - tabpanel "All":
        - list "Available integrations":
          - listitem:
            - text: BambooHR Connected
            - button "Connect another BambooHR"
            - status
            - alert
          - listitem:
            - text: Greenhouse ⁨Recruiting⁩
            - button "Connect Greenhouse"
            - status
            - alert
      - status
    `)
  })

  it('is told what is wrong on a first visit, and what can be done', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { element } = await prepareCatalog(few(), { properties: { category: 'hris' }, fail: down })

    await expect.element(page.elementLocator(element)).toMatchAriaInlineSnapshot(`
      - alert:
        - text: Something went wrong. Try again in a minute.
        - button "Try again"
      - button "Connect an integration"
      - status
      - alert
      - status
    `)
  })

  it('is told that nothing was found', async () => {
    const { element, harness } = await prepareCatalog(few())
    await harness.search('zzz')
    await expect.element(page.getByRole('status').filter({ hasText: 'Nothing found' })).toBeInTheDocument()

    await expect.element(page.elementLocator(element)).toMatchAriaInlineSnapshot(`
      - searchbox "Search integrations": zzz
      - tablist "Categories":
        - tab "All" [selected]
        - tab "HR"
        - tab "Recruiting"
      - tabpanel "All":
        - list "Available integrations"
        - paragraph: Nothing found for “⁨zzz⁩”.
        - button "Show all"
      - status: Nothing found for “⁨zzz⁩”.
    `)
  })
})

describe('the layout', () => {
  it.each([320, 480, 1_200])('fits into %i pixels, in both directions of writing', async (width) => {
    const box = document.createElement('div')
    box.style.width = `${width}px`
    document.body.append(box)
    onTestFinished(() => document.documentElement.removeAttribute('dir'))
    const { element } = await prepareCatalog(undefined, { accounts, parent: box })
    for (const direction of ['ltr', 'rtl']) {
      document.documentElement.dir = direction
      const { left, right } = element.getBoundingClientRect()
      const outside = [...element.shadowRoot!.querySelectorAll('[part]')].filter((part) => {
        const place = part.getBoundingClientRect()
        return place.width > 0 && (place.left < left - 0.5 || place.right > right + 0.5)
      })
      expect(outside.map((part) => part.outerHTML)).toEqual([])
    }
  })

  it('does not move when a card turns out to be connected', async () => {
    const box = document.createElement('div')
    box.style.width = '900px'
    document.body.append(box)
    const { element, transport, harness } = await prepareCatalog(undefined, { parent: box })
    const places = () =>
      [...element.shadowRoot!.querySelectorAll("[part='card']")].map((card) => JSON.stringify(card.getBoundingClientRect()))
    const before = places()
    transport.accounts = accounts
    element.refresh()
    await expect.poll(() => harness.status('BambooHR')).toBe('Connected')
    await element.updateComplete

    expect(places()).toEqual(before)
  })

  it('has targets of at least 24 pixels', async () => {
    await prepareCatalog()
    const targets = [...page.getByRole('button').elements(), ...page.getByRole('tab').elements(), page.getByRole('searchbox').element()]
    expect(targets.length).toBeGreaterThan(8)

    expect(targets.map((target) => target.getBoundingClientRect()).every(({ width, height }) => width >= 24 && height >= 24)).toBe(true)
  })
})
