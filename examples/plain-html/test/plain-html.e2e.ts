import axe from 'axe-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { engines, reasonToSkip } from '../../../scripts/browser-engines/engines.mjs'
import { openFrontEnd, signIn } from '../../../scripts/demo/front-end.mjs'
import { addCatalog, listenToEverything, TRUSTED_TYPES } from './on-the-page.ts'

// The page without a framework, under its strict policy and one that enforces Trusted Types, in every engine.
const connect = { role: 'button', name: 'Connect your HR system' }
const modal = { role: 'dialog' }
const alert = { role: 'alert' }
const rowOf = (name: string) => ({ role: 'listitem', containing: name, within: { element: 'integration-list' } })
const cardOf = (name: string) => ({ role: 'listitem', containing: name, within: { element: 'integration-catalog' } })
const row = rowOf('Personio')

describe.each(engines)('in $name', (engine) => {
  const skipped = reasonToSkip(engine)
  let example: Awaited<ReturnType<typeof openFrontEnd>>
  let browser: typeof example.browser

  beforeAll(async () => {
    if (skipped) return
    example = await openFrontEnd('plain-html', engine)
    browser = example.browser
  })

  beforeEach(async (context) => {
    if (skipped) return context.skip(skipped)
    example.door.broken = null
    example.door.policy = (policy) => `${policy}; ${TRUSTED_TYPES}`
    // What the last page has to say about being left belongs to the last test.
    await browser.goto('about:blank')
    example.door.violations.length = 0
    browser.consoleLines.length = 0
    await browser.goto(example.url)
  })

  afterAll(() => example?.stop())

  test('a customer who leaves the sign-in has connected nothing, and can begin again', async () => {
    await browser.click(connect)
    await browser.waitFor({ role: 'button', name: 'Workday', within: modal })
    await browser.press('Escape')
    await browser.waitFor(modal, { gone: true })
    await browser.click(connect)
    await browser.waitFor({ role: 'button', name: 'Workday', within: modal })
    await browser.click({ role: 'button', name: 'Close', within: modal })
    await browser.waitFor(modal, { gone: true })

    expect(linked()).toEqual([])
  })

  test('a customer who was told that the server is away connects with the next click, and no event carried a token', async () => {
    await browser.evaluate(listenToEverything)
    example.door.broken = /link-token/
    await browser.click(connect)
    await browser.waitFor({ ...alert, containing: 'try again' })
    example.door.broken = null
    await browser.click(connect)
    await signIn(browser, 'Workday')
    await browser.waitFor({ text: 'Workday is connected.' })
    await browser.waitFor({ text: 'Last synced', within: rowOf('Workday') })

    const heard = await browser.evaluate(() => (window as typeof window & { heard: string }).heard)
    expect(heard).toContain('connect-error')
    expect(heard).toContain('connect-success')
    expect(heard).not.toMatch(/token/i)
    expect(linked()).toContain('Workday')
  })

  test('B5 a page whose policy does not allow the script opens nothing and says so, and nothing is asked of it before a click', async () => {
    const scripts = () => browser.evaluate(() => [...document.scripts].filter(({ src }) => src.endsWith('/initialize.js')).length)
    expect(await scripts()).toBe(0)
    example.door.policy = (policy) => policy.replace(/(script-src 'self') [^;]+/, '$1')
    await browser.goto(example.url)
    await browser.click(connect)
    await browser.waitFor({ ...alert, containing: 'block' })

    await expect.poll(() => example.door.violations.splice(0).join()).toMatch(/script-src.*initialize\.js/)
    expect(await scripts()).toBe(0)
  })

  test('a connection that needs it is relinked, and deleted after a question', async () => {
    const id = await givenPersonio()
    example.sandbox.setStatus(id, 'RELINK_NEEDED')
    await browser.waitFor({ text: 'Needs attention', within: row })
    await browser.click({ role: 'button', name: 'Relink', within: row })
    await signIn(browser)
    await browser.waitFor({ text: 'Last synced', within: row })
    await browser.waitFor({ text: 'Needs attention', within: row }, { gone: true })
    expect(linked()).toContain('Personio')

    await browser.click({ role: 'button', name: 'Delete', within: row })
    await browser.waitFor({ text: 'This action is permanent. Do you want to proceed?', within: modal })
    await browser.click({ role: 'button', name: 'Keep it', within: modal })
    await browser.waitFor(modal, { gone: true })
    expect(linked()).toContain('Personio')
    await browser.click({ role: 'button', name: 'Delete', within: row })
    await browser.click({ role: 'button', name: 'Delete integration', within: modal })
    await browser.waitFor({ text: 'Personio was deleted.' })
    await browser.waitFor(row, { gone: true })
    expect(linked()).not.toContain('Personio')
  })

  test('the catalog finds an integration and connects it', async () => {
    await browser.evaluate(addCatalog)
    await browser.fill({ role: 'searchbox', name: 'Search' }, 'hibob')
    await browser.waitFor(cardOf('ADP'), { gone: true })
    await browser.click({ role: 'button', name: 'Connect HiBob' })
    await signIn(browser, 'HiBob')
    await browser.waitFor({ text: 'Connected', exact: true, within: cardOf('HiBob') })

    expect(linked()).toContain('HiBob')
  })

  test('axe finds nothing: with a list, a catalog and an error on the page, nor in the question before a deletion', async () => {
    await givenPersonio()
    await browser.evaluate(addCatalog)
    await browser.waitFor({ role: 'button', name: 'Connect Gusto' })
    example.door.broken = /link-token/
    await browser.click(connect)
    await browser.waitFor({ ...alert, containing: 'try again' })
    await browser.inject(axe.source)
    expect(await violations()).toEqual([])
    await browser.click({ role: 'button', name: 'Delete', within: row })
    await browser.waitFor(modal)

    expect(await violations()).toEqual([])
  })

  test('B5 the policy had nothing to refuse on a page with all elements, and does refuse what is inline', async () => {
    await browser.evaluate(addCatalog)
    await browser.click({ role: 'button', name: 'Connect Gusto' })
    await browser.waitFor(modal)
    expect(example.door.violations).toEqual([])
    expect(browser.consoleLines).toEqual([])
    await browser.evaluate(() => document.body.setAttribute('style', 'color: red'))

    await expect.poll(() => example.door.violations.join()).toMatch(/style-src/)
  })

  /** Names of what is connected at the source. */
  function linked(): string[] {
    const complete = example.sandbox.accounts().filter(({ status }) => status !== 'INCOMPLETE')
    return complete.map(({ integration }) => integration?.name ?? '')
  }

  /** Connected by whichever test needs it first; without a click, since the way there is another test's. */
  async function givenPersonio(): Promise<string> {
    const existing = example.sandbox.accounts().find(({ integration, status }) => integration?.slug === 'personio' && status === 'COMPLETE')
    if (existing) return existing.id
    const { linkToken } = await post('/link-token', { category: 'hris' })
    const finished = example.sandbox.link.complete(linkToken, 'personio')
    if ('error' in finished) throw new Error(finished.error)
    await post('/exchange', { publicToken: finished.publicToken })
    await browser.goto(example.url)
    return finished.linkedAccountId
  }

  async function post(path: string, body: object) {
    const headers = { 'content-type': 'application/json', origin: example.url }
    const response = await fetch(`${example.url}/api/integrations${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return await response.json()
  }

  /** What axe finds on the page, one line for each place. */
  async function violations(): Promise<string[]> {
    const found = await browser.evaluate(async () => {
      const page = window as unknown as { axe: typeof axe }
      const { violations } = await page.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      })
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
    })
    return found
  }
})
