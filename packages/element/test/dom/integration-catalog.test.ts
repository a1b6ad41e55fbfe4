import { ConnectError } from '@connect-integration/element'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { settle } from './prepare.ts'
import { drawnCatalog, integration, prepareCatalog } from './prepare-catalog.ts'
import { account } from './prepare-list.ts'

const linkedTo = (slug: string, fields: Parameters<typeof account>[1] = {}) =>
  account(`acc_${slug}`, { integration: { name: slug, slug, logoUrl: null, color: null }, ...fields })
const down = () => {
  throw new ConnectError('unavailable', 'down')
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('the cards', () => {
  it('are in the order of the answer, one for each slug, without what cannot be shown', async () => {
    const nameless = { slug: 'x', categories: null } as never
    const { harness, element, events } = await prepareCatalog([integration('B'), integration('A'), integration('B'), nameless])
    expect(harness.names).toEqual(['B', 'A'])
    expect(element.state).toBe('ready')

    expect(events.map(({ name }) => name)).toEqual(['integration-catalog-loaded'])
  })

  it('stay the same elements when others come before them, and go when they are gone', async () => {
    const { element, transport, card, harness } = await prepareCatalog(['A', 'B', 'C'].map((name) => integration(name)))
    const before = [card('a'), card('c')]
    transport.integrations = ['New', 'C', 'A'].map((name) => integration(name))
    element.refresh()
    await drawnCatalog(element)

    expect(harness.names).toEqual(['New', 'C', 'A'])
    expect([card('a'), card('c')]).toEqual(before)
  })

  it('say in words what an integration is for, and leave out what has none', async () => {
    const { card } = await prepareCatalog([integration('A', { categories: ['hris', 'of_tomorrow', 'ats'] })])

    expect(
      card('a')
        ?.querySelector("[part='kind']")
        ?.textContent?.replace(/[\u2068\u2069]/g, ''),
    ).toBe('HR · Recruiting')
  })

  it('show a logo over https without telling whose page it is, and a letter in the brand’s color for every other', async () => {
    const { element, card } = await prepareCatalog([
      integration('A', { logoUrl: 'https://logos.test/a.png' }),
      integration('B', { logoUrl: 'javascript:alert(1)', color: '#FFEE00' }),
    ])
    expect(card('a')?.querySelector('img')?.getAttribute('referrerpolicy')).toBe('no-referrer')
    expect(element.shadowRoot?.querySelectorAll('img')).toHaveLength(1)

    expect(card('b')?.querySelector("[part='logo']")?.textContent).toBe('B')
    expect(card('b')?.style.getPropertyValue('--_brand')).toBe('rgb(255 238 0)')
    expect(card('b')?.style.getPropertyValue('--_on-brand')).toBe('#000')
  })
})

describe('the search and the tabs', () => {
  const some = [
    integration('Société Générale', { categories: ['accounting'] }),
    integration('BambooHR', { categories: ['hris', 'ats'] }),
    integration('Łódź Straße', { categories: ['hris'] }),
    integration('Greenhouse', { categories: ['ats', 'of_tomorrow'] }),
  ]

  it.each([
    ['societe', ['Société Générale']],
    ['GÉNÉRALE soc', ['Société Générale']],
    ['lodz strasse', ['Łódź Straße']],
    ['  ', ['Société Générale', 'BambooHR', 'Łódź Straße', 'Greenhouse']],
    ['societe zzz', []],
  ])('finds by words, whatever their case and accents: %s', async (query, names) => {
    const { harness } = await prepareCatalog(some)
    await harness.search(query)

    expect(harness.names).toEqual(names)
  })

  it('come from the data, in words, with one for all, and narrow the search', async () => {
    const { harness } = await prepareCatalog(some)
    expect(harness.tabs).toEqual(['[All]', 'Accounting', 'HR', 'Recruiting'])
    await harness.choose('Recruiting')
    expect(harness.names).toEqual(['BambooHR', 'Greenhouse'])
    await harness.search('green')

    expect(harness.names).toEqual(['Greenhouse'])
    expect(harness.tabs).toEqual(['All', 'Accounting', 'HR', '[Recruiting]'])
  })

  it('there are no tabs for a catalog of one category, nor where there is one in all', async () => {
    const { harness, transport } = await prepareCatalog(some, { properties: { category: 'hris' } })
    expect(harness.names).toEqual(['BambooHR', 'Łódź Straße'])
    expect(harness.tabs).toEqual([])
    expect([transport.catalogs, transport.listed]).toEqual([['hris'], ['hris']])
    const other = await prepareCatalog([integration('A')])

    expect(other.harness.tabs).toEqual([])
  })

  it('a tab whose integrations are gone gives way to all', async () => {
    const { element, harness, transport } = await prepareCatalog(some)
    await harness.choose('Accounting')
    transport.integrations = some.slice(1)
    element.refresh()
    await drawnCatalog(element)

    expect(harness.tabs).toEqual(['[All]', 'HR', 'Recruiting'])
    expect(harness.names).toHaveLength(3)
  })

  it('say how many there are once the typing pauses', async () => {
    const { harness, said, element } = await prepareCatalog(some)
    await harness.search('s')
    await vi.advanceTimersByTimeAsync(499)
    await harness.search('societe')
    await vi.advanceTimersByTimeAsync(499)
    await drawnCatalog(element)
    expect(said()).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await drawnCatalog(element)
    expect(said()).toBe('1 integration')
    await harness.search(' zzz ')
    await vi.advanceTimersByTimeAsync(500)
    await drawnCatalog(element)

    expect(said()).toBe('Nothing found for “zzz”.')
  })

  it('offer the way back when nothing is found', async () => {
    const { harness, part, element } = await prepareCatalog(some)
    await harness.choose('HR')
    await harness.search('zzz')
    expect(part('none')?.textContent?.replace(/[\u2068\u2069]/g, '')).toContain('Nothing found for “zzz”.')
    part('show-all')?.click()
    await drawnCatalog(element)

    expect(harness.names).toHaveLength(4)
    expect(harness.tabs[0]).toBe('[All]')
    expect((part('search') as HTMLInputElement).value).toBe('')
    expect(part('none')).toBeNull()
    expect(element.shadowRoot?.activeElement).toBe(part('search'))
  })
})

describe('what is connected', () => {
  it('is marked, and what was only begun or is gone is not', async () => {
    const { harness, card } = await prepareCatalog(
      ['A', 'B', 'C', 'D'].map((name) => integration(name)),
      {
        accounts: [
          linkedTo('a', { sync: { readiness: 'initial' } }),
          linkedTo('b', { status: 'relink_needed' }),
          linkedTo('c', { status: 'pending' }),
          linkedTo('d', { status: 'error' }),
        ],
      },
    )
    expect(['A', 'B', 'C', 'D'].map((name) => harness.status(name))).toEqual(['Connected', 'Needs attention', '', ''])

    expect([card('a')?.dataset.tone, card('b')?.dataset.tone]).toEqual(['good', 'warn'])
  })

  it('connects by slug and category, relinks what needs it, and in all takes the first category that is left', async () => {
    const both = { categories: ['hris', 'ats'] }
    const { harness, transport, card } = await prepareCatalog(
      ['A', 'B', 'C'].map((name) => integration(name, both)),
      { accounts: [linkedTo('b'), linkedTo('c', { id: 'acc_9', status: 'relink_needed' })] },
    )
    transport.fail = (call) => (call === 'createLinkToken' ? down() : undefined)
    const asked = async (name: string) => {
      harness.connect(name)
      await settle()
      return transport.requests.at(-1)
    }
    expect(await asked('A')).toMatchObject({ category: 'hris', integration: 'a' })
    expect(await asked('B')).toMatchObject({ category: 'ats', integration: 'b' })
    expect(await asked('C')).toMatchObject({ accountId: 'acc_9' })
    const words = (slug: string) => card(slug)?.querySelector("[part='connect']")?.textContent
    expect(['a', 'b', 'c'].map(words)).toEqual(['Connect A', 'Connect another B', 'Relink integration C'])
    await harness.choose('Recruiting')
    expect(await asked('A')).toMatchObject({ category: 'ats', integration: 'a' })

    expect(harness.status('B')).toBe('')
  })

  it('is asked for anew when a sign-in ends or a list deletes, and the catalog only after ten minutes', async () => {
    const { harness, transport, element } = await prepareCatalog([integration('A')])
    expect([transport.listed.length, transport.catalogs.length]).toEqual([1, 1])
    transport.fail = (call) => (call === 'createLinkToken' ? down() : undefined)
    transport.accounts = [linkedTo('a')]
    harness.connect('A')
    await drawnCatalog(element)
    expect(harness.status('A')).toBe('Connected')
    transport.accounts = []
    document.body.dispatchEvent(new CustomEvent('integration-deleted', { bubbles: true }))
    await drawnCatalog(element)
    expect(harness.status('A')).toBe('')
    expect([transport.listed.length, transport.catalogs.length]).toEqual([3, 1])
    vi.setSystemTime(Date.now() + 600_000)
    document.body.dispatchEvent(new CustomEvent('integration-deleted', { bubbles: true }))
    await drawnCatalog(element)
    expect(transport.catalogs).toHaveLength(2)
    element.remove()
    document.body.dispatchEvent(new CustomEvent('integration-deleted', { bubbles: true }))
    await settle()

    expect(transport.listed).toHaveLength(4)
  })

  it('may be unknown without holding up or hiding the cards', async () => {
    const { harness, transport, element } = await prepareCatalog([integration('A')], {
      fail: (call?: string) => call === 'listAccounts' && new Promise(() => {}),
    } as never)
    expect(harness.names).toEqual(['A'])
    expect(harness.notice).toBe('')
    transport.fail = undefined
    element.refresh()
    await drawnCatalog(element)

    expect(harness.names).toEqual(['A'])
  })
})

it('one sign-in is made ready at a time, and its button is the one that says so', async () => {
  const { harness, transport } = await prepareCatalog([integration('A'), integration('B')])
  let release = () => {}
  transport.fail = () =>
    new Promise<void>((_, reject) => {
      release = () => reject(new ConnectError('unavailable', 'down'))
    })
  const first = harness.connect('A')
  const second = harness.connect('B')
  await settle()
  expect([first.state, second.state]).toEqual(['loading', 'idle'])
  expect(transport.requests).toHaveLength(1)
  release()
  await settle()
  expect(first.state).toBe('failed')
  harness.connect('B')

  expect(second.state).toBe('loading')
})

it('takes its listeners off the document when it goes', async () => {
  const added = vi.spyOn(document, 'addEventListener')
  const removed = vi.spyOn(document, 'removeEventListener')
  const { element } = await prepareCatalog([])
  const mine = added.mock.calls.filter(([name]) => ['integration-deleted', 'connect-state'].includes(name))
  expect(mine.map(([name]) => name)).toEqual(expect.arrayContaining(['integration-deleted', 'connect-state']))
  element.remove()

  for (const [name, listener] of mine) expect(removed).toHaveBeenCalledWith(name, listener)
})
