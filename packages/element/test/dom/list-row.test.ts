import { ConnectError } from '@connect-integration/element'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { beforeEach, expect, it, vi } from 'vitest'
import { settle } from './prepare.ts'
import { account, drawn, prepareList } from './prepare-list.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

it('has the customer’s name first, and falls back to what there is', async () => {
  const none = { integration: null, displayName: '' }
  const { row, part } = await prepareList([
    account('a', { displayName: 'US region' }),
    account('b', none),
    account('c', { ...none, category: 'of tomorrow' }),
  ])
  expect(part('name', row('a'))?.textContent).toBe('US region')
  expect(part('kind', row('a'))?.textContent?.replace(/[\u2068\u2069]/g, '')).toBe('HR · Name of a')
  expect(part('name', row('b'))?.textContent).toBe('HR')
  expect(part('kind', row('b'))?.textContent).toBe('')
  expect(part('name', row('c'))?.textContent).toBe('Integration')
})

it('B3 shows a logo over https without telling whose page it is, and a letter for every other', async () => {
  const logo = (logoUrl: string | null) => ({ integration: { name: 'Ähre', slug: 'x', logoUrl, color: null } })
  const { element, row } = await prepareList([
    account('good', logo('https://logos.test/a.png')),
    ...['http://logos.test/a.png', 'javascript:alert(1)', 'data:image/svg+xml,<svg/>', '//logos.test/a.png', ''].map((url) =>
      account(url, logo(url)),
    ),
  ])
  const image = row('good')?.querySelector('img')
  expect(image?.getAttribute('referrerpolicy')).toBe('no-referrer')
  expect(element.shadowRoot?.querySelectorAll('img')).toHaveLength(1)
  expect(row('javascript:alert(1)')?.querySelector("[part='logo']")?.textContent).toBe('Ä')
  image?.dispatchEvent(new Event('error'))
  await drawn(element)

  expect(row('good')?.querySelector('img')).toBeNull()
  expect(row('good')?.querySelector("[part='logo']")?.textContent).toBe('Ä')
})

it('tells how long ago it was read, and that grows by itself', async () => {
  vi.setSystemTime('2026-01-01T00:03:10Z')
  const times = ['2026-01-01T00:00:00Z', '2026-01-01T00:09:00Z', 'nonsense']
  const { element, row, part, transport } = await prepareList(
    times.map((lastSyncedAt) => account(lastSyncedAt, { sync: { ready: true, lastSyncedAt } })),
  )
  const synced = (id: string) => part('synced', row(id))?.textContent?.replace(/[\u2068\u2069]/g, '')
  expect(synced(times[0]!)).toBe('Last synced 3 minutes ago')
  expect(synced(times[1]!)).toBe('Last synced just now')
  expect(synced(times[2]!)).toBeUndefined()
  transport.fail = () => {
    throw new ConnectError('unauthorized', 'signed out')
  }
  element.refresh()
  await pass(element, 60_000)

  expect(synced(times[0]!)).toBe('Last synced 4 minutes ago')
})

it('counts the records of the first sync in the right number', async () => {
  const counting = (id: string, records: number) => account(id, { sync: { readiness: 'initial', records } })
  const { row, part } = await prepareList([counting('a', 1), counting('b', 12_345), counting('c', 0)])
  const records = (id: string) => part('records', row(id))?.textContent?.replace(/[\u2068\u2069]/g, '')
  expect([records('a'), records('b'), records('c')]).toEqual(['1 record so far', '12,345 records so far', ''])
})

it('relinks the account it is about, with what the list was given', async () => {
  installMergeLinkStub({ backend: memoryLinkBackend({ relink: { name: 'BambooHR', slug: 'bamboohr' } }) })
  const { element, row, part, transport } = await prepareList([account('acc_7', { status: 'relink_needed' })])
  transport.fail = () => new Promise(() => {})
  const heard = vi.fn()
  element.addEventListener('connect-state', heard)
  const button = part('connect', row('acc_7'))
  button?.shadowRoot?.querySelector('button')?.click()
  await settle()

  expect(transport.requests).toEqual([expect.objectContaining({ accountId: 'acc_7' })])
  expect(heard).toHaveBeenCalled()
  expect(button?.textContent).toBe('Relink integration Name of acc_7')
})

it('stays the same element when others come before it', async () => {
  const { element, row, transport } = await prepareList([account('a'), account('b')])
  const before = row('b')
  transport.accounts = [account('c'), account('b'), account('a')]
  element.refresh()
  await drawn(element)

  expect(row('b')).toBe(before)
})

async function pass(element: Parameters<typeof drawn>[0], milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await drawn(element)
}
