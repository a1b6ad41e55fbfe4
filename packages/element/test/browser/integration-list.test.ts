import type { ListedAccount } from '@connect-integration/element'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { prepareElement } from './prepare.ts'
import { everyAccount, prepareList } from './prepare-list.ts'

it('reads nothing until it comes into view', async () => {
  const far = document.createElement('div')
  far.style.height = '5000px'
  document.body.append(far)
  const { element } = await prepareElement()
  const list = document.createElement('integration-list')
  const listAccounts = vi.fn(async () => ({ accounts: everyAccount() }))
  list.transport = { ...element.transport!, listAccounts, deleteAccount: async () => null }
  document.body.append(list)
  await list.updateComplete
  // Its observer has reported by the time that one made later does.
  await new Promise((resolve) => new IntersectionObserver(resolve).observe(list))
  expect(listAccounts).not.toHaveBeenCalled()
  list.scrollIntoView()

  await expect.poll(() => list.state).toBe('ready')
})

it('relinks by the button in its row, whose events come from the list, and then reads anew', async () => {
  installMergeLinkStub({ backend: memoryLinkBackend({ relink: { name: 'Workday', slug: 'workday' } }) })
  const { element, transport, row } = await prepareList(everyAccount())
  const heard: EventTarget[] = []
  element.addEventListener('connect-success', ({ target }) => heard.push(target as EventTarget))
  await page.getByRole('button', { name: 'Relink integration US region' }).click()
  const modal = page.getByRole('dialog')
  transport.accounts = transport.accounts.map((account) => (account.id === 'relink' ? { ...account, status: 'active' } : account))
  await modal.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect.poll(() => row('relink')?.querySelector("[part='status']")?.textContent).toContain('Connected')

  expect(heard).toEqual([element])
  expect(transport.requests[0]).toMatchObject({ accountId: 'relink' })
})

it('is read anew when another button on the page has connected something', async () => {
  installMergeLinkStub({ backend: memoryLinkBackend() })
  const { element, transport } = await prepareList([])
  const { harness } = await prepareElement()
  harness.click()
  transport.accounts = everyAccount().slice(0, 1)
  await harness.completeModal()

  await expect.poll(() => element.accounts).toHaveLength(1)
})

it('draws a thousand rows in portions, each of them there in the end', async () => {
  const accounts = Array.from({ length: 1_000 }, (_, place): ListedAccount => ({ ...everyAccount()[place % 4]!, id: `acc_${place}` }))
  const { element } = await prepareList([])
  const portions: number[] = []
  const root = element.shadowRoot!
  new MutationObserver(() => portions.push(root.querySelectorAll("[part='row']").length)).observe(root, { childList: true, subtree: true })
  Object.assign(element.transport!, { accounts })
  element.refresh()
  await expect.poll(() => root.querySelectorAll("[part='row']").length).toBe(1_000)

  const steps = portions.map((drawn, place) => drawn - (portions[place - 1] ?? 0))
  expect(Math.max(...steps)).toBeLessThanOrEqual(40)
  expect([...root.querySelectorAll<HTMLElement>("[part='row']")].map((row) => row.dataset.id)).toEqual(accounts.map(({ id }) => id))
})

it('leaves the rows alone that have not changed', async () => {
  const { element, transport } = await prepareList(everyAccount())
  const changed: Node[] = []
  const observer = new MutationObserver((records) => changed.push(...records.map(({ target }) => target)))
  observer.observe(element.shadowRoot!, { childList: true, subtree: true, characterData: true, attributes: true })
  transport.accounts = everyAccount().map((account) => ({ ...account, activity: [{ at: 'now' }] }))
  const loaded = vi.fn()
  element.addEventListener('integration-list-loaded', loaded)
  element.refresh()
  await expect.poll(() => transport.listed.length).toBe(2)
  await element.updateComplete

  expect(changed).toEqual([])
  expect(loaded).not.toHaveBeenCalled()
})
