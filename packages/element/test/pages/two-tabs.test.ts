// @vitest-environment node
import type { Page } from 'playwright'
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
}, 60_000)

it('two tabs connect at the same time, each shows what the other did, and both may delete the same one', async () => {
  const server = product()
  const context = await pages.browser.newContext()
  const tabs = [await open(), await open()] as const
  for (const tab of tabs) await tab.getByRole('button', { name: 'Connect your HR system' }).click()
  for (const [tab, name] of [
    [tabs[0], 'BambooHR'],
    [tabs[1], 'Workday'],
  ] as const) {
    await tab.getByRole('button', { name }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click()
    await tab.getByRole('button', { name: 'Done' }).click()
    await tab.locator('connect-integration[data-state=connected]').first().waitFor()
  }
  expect(server.minted).toBe(2)
  for (const tab of tabs) {
    await refresh(tab)
    await expect.poll(() => names(tab)).toEqual(['Connection 1', 'Connection 2'])
  }

  // The second one asks to delete what the first has deleted, and has not heard of it.
  await tabs[1].route('**/api/accounts', () => {})
  await tabs[1].getByRole('button', { name: 'Delete integration Connection 1' }).click()
  await deleteBy(tabs[0])
  await expect.poll(() => names(tabs[0])).toEqual(['Connection 2'])
  await tabs[1].unrouteAll({ behavior: 'ignoreErrors' })
  await tabs[1].getByRole('dialog').getByRole('button', { name: 'Delete integration' }).click()
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

/** The routes of one customer, whichever tab asks. */
function product() {
  const server = { minted: 0, deleted: [] as string[] }
  let accounts: { id: string }[] = []
  pages.serve('/', BODY)
  pages.serve('/api/accounts', () => ({ accounts }))
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

async function deleteBy(tab: Page): Promise<void> {
  await tab.getByRole('button', { name: 'Delete integration Connection 1' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Delete integration' }).click()
}

/** As the customer does by looking at the tab again. */
function refresh(tab: Page): Promise<void> {
  return tab.locator('integration-list').evaluate((list) => (list as HTMLElement & { refresh(): void }).refresh())
}

function names(tab: Page): Promise<string[]> {
  return tab.locator("integration-list [part='name']").allTextContents()
}
