import { beforeEach, expect, it, vi } from 'vitest'
import { prepareElement, settle } from './prepare.ts'
import '@connect-integration/element/define'

beforeEach(() => {
  vi.useFakeTimers()
})

it('a button that nobody has clicked asks nothing, waits for nothing and loads nothing', async () => {
  const fetch = vi.fn(() => new Promise<Response>(() => {}))
  vi.stubGlobal('fetch', fetch)
  const scripts = document.scripts.length
  const buttons = [await prepareElement({ endpoint: '/api', transport: undefined }), await prepareElement({ accountId: 'acc_1' })]
  for (const { element } of buttons) {
    element.focus()
    for (const type of ['pointerenter', 'pointerover', 'mouseover', 'focusin']) element.dispatchEvent(new Event(type, { bubbles: true }))
    element.label = 'Another label'
    await element.updateComplete
  }
  await vi.advanceTimersByTimeAsync(600_000)
  expect(fetch).not.toHaveBeenCalled()
  expect(buttons.flatMap(({ transport }) => transport.requests)).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
  expect(document.scripts).toHaveLength(scripts)

  // A click does ask: what was counted above can count.
  buttons[0]?.harness.click()
  await settle()
  expect(fetch).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(1)
  vi.unstubAllGlobals()
})

it('neither do the sixty buttons in a list and a catalog that rest', async () => {
  const accounts = Array.from({ length: 30 }, (_, place) => ({
    id: `acc_${place}`,
    category: 'hris',
    status: 'active',
    displayName: null,
    integration: null,
  }))
  const integrations = accounts.map(({ id }) => ({ name: id, slug: id, logoUrl: null, color: null, categories: ['hris'] }))
  const transport = {
    createLinkToken: vi.fn(),
    exchange: vi.fn(),
    deleteAccount: vi.fn(),
    listAccounts: vi.fn(async () => ({ accounts })),
    listIntegrations: vi.fn(async () => ({ integrations })),
  }
  vi.stubGlobal('IntersectionObserver', undefined)
  const panels = (['integration-list', 'integration-catalog'] as const).map((name) =>
    Object.assign(document.createElement(name), { transport, category: 'hris' }),
  )
  document.body.append(...panels)
  await settle()
  for (const panel of panels) await panel.updateComplete
  await vi.advanceTimersByTimeAsync(1)
  const buttons = panels.flatMap((panel) => [...(panel.shadowRoot?.querySelectorAll('connect-integration') ?? [])])

  expect(buttons.length).toBeGreaterThanOrEqual(60)
  // One to look again and one to count the minutes, for each of the two; nothing for a button.
  expect(vi.getTimerCount()).toBeLessThanOrEqual(4)
  expect(transport.createLinkToken).not.toHaveBeenCalled()
  vi.unstubAllGlobals()
})
