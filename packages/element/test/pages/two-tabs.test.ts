// @vitest-environment node
import type { Locator, Page } from 'playwright'
import { beforeAll, expect, it } from 'vitest'
import { type Pages, servePages } from './serve-pages.ts'

const BODY = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Integrations</title><link rel="icon" href="data:,">
  <script type="module">
    import { installMergeLinkStub, memoryLinkBackend } from '/testing.js'
    installMergeLinkStub({ backend: memoryLinkBackend() })
  </script>
  <script type="module" src="/elements.js"></script>
  <connect-integration endpoint="/api" category="hris">Connect your HR system</connect-integration>
  <integration-list endpoint="/api"></integration-list>`

let pages: Pages
beforeAll(async () => {
  pages = await servePages()
})

it('two tabs connect at the same time, each shows what the other did, and both may delete the same one', async () => {
  const server = product()
  const context = await pages.browser.newContext()
  const tabs = [await open(), await open()] as const
  for (const tab of tabs) await click(tab, { name: 'Connect your HR system' })
  for (const [tab, name] of [
    [tabs[0], 'BambooHR'],
    [tabs[1], 'Workday'],
  ] as const) {
    await click(tab, { name })
    await click(tab, { name: 'Connect', exact: true }, tab.getByRole('dialog'))
    await click(tab, { name: 'Done' })
    await tab.locator('connect-integration[data-state=connected]').first().waitFor()
  }
  expect(server.minted).toBe(2)
  for (const tab of tabs) {
    await refresh(tab)
    await expect.poll(() => names(tab)).toEqual(['Connection 1', 'Connection 2'])
  }

  // The second one asks to delete what the first has deleted, and has not heard of it.
  const json = server.listed()
  await tabs[1].route('**/api/accounts', (route) => route.fulfill({ json }))
  await askToDelete(tabs[1])
  await askToDelete(tabs[0])
  await confirm(tabs[0])
  await expect.poll(() => names(tabs[0])).toEqual(['Connection 2'])
  await confirm(tabs[1])
  await expect.poll(() => names(tabs[1])).toEqual(['Connection 2'])

  expect(await tabs[1].locator("[part='problem']").count()).toBe(0)
  expect(server.deleted).toEqual(['acc_1', 'acc_1'])
  await context.close()

  async function open(): Promise<Page> {
    const tab = await context.newPage()
    await tab.goto(pages.url)
    await tab.getByText('Nothing is connected yet.').waitFor()
    return tab
  }
})

it('a tab that is never drawn connects, and shows it, all the same', async () => {
  product()
  const context = await pages.browser.newContext()
  await context.addInitScript(() => {
    for (const name of ['requestAnimationFrame', 'requestIdleCallback']) Object.assign(globalThis, { [name]: () => 0 })
  })
  const tab = await context.newPage()
  await tab.goto(pages.url)
  for (const name of ['Connect your HR system', 'BambooHR', 'Connect', 'Done']) await click(tab, { name, exact: name === 'Connect' })
  await expect.poll(() => names(tab)).toEqual(['Connection 1'])
  await context.close()
})

/** The routes of one customer, whichever tab asks. */
function product() {
  const server = { minted: 0, deleted: [] as string[], listed: () => ({ accounts }) }
  let accounts: { id: string }[] = []
  pages.serve('/', BODY)
  pages.serve('/api/accounts', server.listed)
  pages.serve('/api/link-token', () => {
    server.minted++
    return { linkToken: `link_${server.minted}`, link: { scriptUrl: 'https://modal.test/initialize.js' } }
  })
  pages.serve('/api/exchange', () => {
    const id = `acc_${accounts.length + 1}`
    const integration = { name: `Connection ${accounts.length + 1}`, slug: id, logoUrl: null, color: null }
    const account = { id, category: 'hris', status: 'active', displayName: null, integration }
    accounts = [...accounts, account]
    pages.serve(`/api/accounts/${id}`, () => {
      server.deleted.push(id)
      const there = accounts.includes(account)
      accounts = accounts.filter((other) => other !== account)
      return there ? null : { error: { code: 'not_found', message: 'There is none.', retryable: false } }
    })
    return { account }
  })
  return server
}

function askToDelete(tab: Page): Promise<void> {
  return click(tab, { name: 'Delete integration Connection 1' })
}

function confirm(tab: Page): Promise<void> {
  return click(tab, { name: 'Delete integration' }, tab.getByRole('dialog'))
}

/**
 * In the tab that the customer looks at. A browser draws the others once a second, if at all, and Playwright clicks only what has stood still for
 * two frames.
 */
async function click(tab: Page, button: { name: string; exact?: boolean }, within: Page | Locator = tab): Promise<void> {
  await tab.bringToFront()
  await within.getByRole('button', button).click()
}

/** As the customer does by looking at the tab again. */
function refresh(tab: Page): Promise<void> {
  return tab.locator('integration-list').evaluate((list) => (list as HTMLElement & { refresh(): void }).refresh())
}

function names(tab: Page): Promise<string[]> {
  return tab.locator("integration-list [part='name']").allTextContents()
}
