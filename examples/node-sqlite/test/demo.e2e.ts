import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchOptions } from '../../../scripts/browser.mjs'
import { launch } from '../../../scripts/browser-engines/launch.mjs'
import { startDemo } from '../../../scripts/demo/start-demo.mjs'
import { compareWithSource, readAccounts } from '../../../scripts/story/compare.mjs'

// The demo as `npm start` starts it, used as a person would. The tests build on each other, like an afternoon with it.
const MODELS = ['hris.Employee', 'hris.Company', 'hris.Employment', 'hris.TimeOff', 'hris.Group', 'hris.Location']
const OMITTED = ['ssn', 'date_of_birth', 'home_location', 'marital_status']
const folder = mkdtempSync(join(tmpdir(), 'connect-integration-demo-'))
const log: string[] = []
const consoleLines: string[] = []
let demo: Awaited<ReturnType<typeof startDemo>>
let browser: Browser
let page: Page

beforeAll(async () => {
  demo = await startDemo({
    port: 0,
    sandboxPort: 0,
    dataFolder: folder,
    employees: 150,
    initialSyncMs: 1500,
    onLine: (line) => log.push(line),
  })
  browser = await launch(chromium, await launchOptions())
  page = await browser.newPage()
  page.on('console', (message) => consoleLines.push(`${message.type()} ${message.text()}`))
  page.on('pageerror', (error) => consoleLines.push(`error ${error.message}`))
  await page.goto(demo.url)
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const connect = () => page.getByRole('button', { name: 'Connect your HR system' })
const modal = () => page.getByRole('dialog')
const card = () => page.getByRole('listitem').filter({ hasText: 'Personio' })
const account = () => {
  const [found] = sandbox().accounts()
  if (!found) throw new Error('The source has no account.')
  return found
}
const sandbox = () => {
  if (demo.sandbox === null) throw new Error('This test needs the sandbox; unset MERGE_API_KEY.')
  return demo.sandbox.control
}

test('a modal that is left keeps one row, and the next click continues it', async () => {
  await connect().click()
  await modal().waitFor()
  await page.keyboard.press('Escape')
  await modal().waitFor({ state: 'detached' })
  const [first] = readAccounts(demo.database)
  await connect().click()
  await modal().getByRole('button', { name: 'Personio' }).waitFor()
  const rows = readAccounts(demo.database)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ originId: first?.originId, status: 'pending', hasToken: 0 })
})

test('a tab that is closed in the middle of it costs nothing either', async () => {
  await page.reload()
  await connect().click()
  await modal().getByRole('button', { name: 'Personio' }).waitFor()
  expect(readAccounts(demo.database)).toHaveLength(1)
})

test('a finished modal makes a connection whose data arrives in the file', async () => {
  await modal().getByRole('button', { name: 'Personio' }).click()
  await modal().getByRole('button', { name: 'Connect', exact: true }).click()
  await modal().getByRole('button', { name: 'Done' }).click()
  await card().getByText('Last synced').waitFor()
  expect(same()).toMatchObject({ missing: 0, stale: 0, extra: 0, resurrected: 0 })
  expect(same().rows).toBeGreaterThan(300)
  expect(await page.getByRole('row').count()).toBeGreaterThan(10)
})

test('what changes at the source shows on the page', async () => {
  sandbox().change(account().id, { fields: { display_full_name: 'Grace Hopper', first_name: 'Grace', last_name: 'Hopper' } })
  const gone = sandbox()
    .truth(account().id, 'hris.Employee')
    .find((record) => record.display_full_name !== 'Grace Hopper')
  sandbox().remove(account().id, { id: String(gone?.id) })
  sandbox().sync(account().id)
  await page.getByRole('cell', { name: 'Grace Hopper' }).waitFor()
  await expect.poll(same).toMatchObject({ missing: 0, stale: 0, extra: 0, resurrected: 0 })
  expect(same().tombstones).toBeGreaterThan(0)
})

test('a broken connection asks for attention, and a relink mends it', async () => {
  sandbox().setStatus(account().id, 'RELINK_NEEDED')
  await card().getByText('Needs attention').waitFor()
  await card().getByRole('button', { name: 'Relink' }).click()
  await modal().getByRole('button', { name: 'Connect', exact: true }).click()
  await modal().getByRole('button', { name: 'Done' }).click()
  await card().getByText('Last synced').waitFor()
  expect(readAccounts(demo.database)).toHaveLength(1)
  expect(sandbox().accounts()).toHaveLength(1)
})

test('while the API cannot be reached the customer is told so in plain words, and the next click works', async () => {
  await page.route('**/api/integrations/link-token', (route) => route.abort())
  await connect().click()
  await page
    .getByRole('alert')
    .filter({ hasText: /try again/i })
    .waitFor()
  await page.unroute('**/api/integrations/link-token')
  await page.route('**/initialize.js', (route) => route.abort('blockedbyclient'))
  await page.reload()
  await connect().click()
  await page.getByRole('alert').filter({ hasText: /block/i }).waitFor()
  await page.unroute('**/initialize.js')
  await connect().click()
  await modal().waitFor()
  await page.keyboard.press('Escape')
  await modal().waitFor({ state: 'detached' })
})

test('a deletion asks first, and leaves nothing', async () => {
  await card().getByRole('button', { name: 'Delete' }).click()
  await page.getByText('This action is permanent. Do you want to proceed?').waitFor()
  await page.getByRole('button', { name: 'Keep it' }).click()
  expect(
    sandbox()
      .accounts()
      .filter(({ status }) => status === 'COMPLETE'),
  ).toHaveLength(1)
  await card().getByRole('button', { name: 'Delete' }).click()
  await modal().getByRole('button', { name: 'Delete integration' }).click()
  await card().waitFor({ state: 'detached' })
  const linked = readAccounts(demo.database).filter((row) => row.linkedAccountId !== null)
  expect(linked).toEqual([expect.objectContaining({ status: 'deleted', records: 0, hasToken: 0, hasDetails: 0 })])
  expect(
    sandbox()
      .accounts()
      .filter(({ status }) => status === 'COMPLETE'),
  ).toHaveLength(0)
})

test('nothing secret and nothing technical was shown or printed', async () => {
  const list = await page.locator('integration-list').evaluate((element) => element.shadowRoot?.textContent)
  expect(list).toContain('Continue')
  const text = [list, await page.locator('body').textContent(), ...consoleLines, ...log].join('\n')
  expect(text).not.toMatch(/token|merge|stack|undefined/i)
  expect(log.join('\n')).toMatch(/connected/)
})

/** The file against the source, without the fields that the configuration drops. */
function same() {
  return compareWithSource(demo.database, sandbox(), account().id, MODELS, { 'hris.Employee': OMITTED })
}
