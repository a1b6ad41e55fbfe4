import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hostileTexts, injected } from '../../../packages/element/test/hostile-texts.ts'
import { engines, reasonToSkip } from '../../../scripts/browser-engines/engines.mjs'
import { openPage } from '../../../scripts/demo/front-end.mjs'
import { startHostileBackend } from './hostile-backend.ts'
import { addCatalog, TRUSTED_TYPES } from './on-the-page.ts'

const connect = { role: 'button', name: 'Connect your HR system' }
const alert = { role: 'alert' }

describe.each(engines)('in $name', (engine) => {
  const skipped = reasonToSkip(engine)
  let backend: Awaited<ReturnType<typeof startHostileBackend>>
  let page: Awaited<ReturnType<typeof openPage>>

  beforeAll(async () => {
    if (skipped) return
    backend = await startHostileBackend()
    page = await openPage('plain-html', engine, { backend: backend.url, modal: backend.url })
  })

  beforeEach(async (context) => {
    if (skipped) return context.skip(skipped)
    page.door.policy = (policy) => `${policy}; ${TRUSTED_TYPES}`
    page.door.violations.length = 0
    await page.browser.goto(page.url)
  })

  afterAll(async () => {
    await page?.stop()
    await backend?.close()
  })

  test('B3 nothing that the server says becomes markup, script or style, in any element, whatever the customer does with it', async () => {
    const { browser, door } = page
    await browser.waitFor({ role: 'listitem', containing: `First ${hostileTexts[0]}` })
    await browser.evaluate(addCatalog)
    await browser.waitFor({ role: 'listitem', containing: hostileTexts[0], within: { element: 'integration-catalog' } })
    expect(await browser.evaluate(injected)).toEqual([])

    await browser.fill({ role: 'searchbox', name: 'Search' }, '<img src=x onerror=window.owned=true> of nobody')
    await browser.waitFor({ text: 'Nothing found for', within: { element: 'integration-catalog' } })
    expect(await browser.evaluate(injected)).toEqual([])

    await browser.click(connect)
    await browser.waitFor({ ...alert, containing: 'try again' })
    await browser.click(connect)
    await browser.waitFor({ ...alert, containing: 'block' })
    await browser.click({ role: 'button', name: 'Delete integration First' })
    await browser.waitFor({ role: 'dialog', containing: hostileTexts[0] })
    await browser.click({ role: 'button', name: 'Delete integration', within: { role: 'dialog' } })
    await browser.waitFor({ ...alert, containing: 'try again', within: { element: 'integration-list' } })

    expect(await browser.evaluate(injected)).toEqual([])
    expect(door.violations).toEqual([])
  })

  test('B3 the page would have said so: its policy refuses markup that comes as text, and what is inline', async () => {
    const { browser, door } = page
    await browser.evaluate(() => {
      const box = document.body.appendChild(document.createElement('div'))
      try {
        box.innerHTML = '<img src=x onerror="window.owned=true">'
      } catch {
        box.setAttribute('style', 'color: red')
      }
    })

    await expect
      .poll(() => door.violations.sort())
      .toEqual([expect.stringContaining('trusted-types'), expect.stringContaining('style-src')])
  })
})
