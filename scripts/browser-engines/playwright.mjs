import { launch } from './launch.mjs'

/**
 * @param {import('playwright').BrowserType} engine
 * @param {import('playwright').LaunchOptions} options
 * @returns {Promise<import('./engines.mjs').Driver>}
 */
export async function openPlaywright(engine, options) {
  const browser = await launch(engine, options)
  const page = await browser.newPage()
  const consoleLines = []
  page.on('console', (message) => consoleLines.push(`${message.type()} ${message.text()}`))
  page.on('pageerror', (error) => consoleLines.push(`error ${error.message}`))
  return {
    consoleLines,
    goto: async (url) => void (await page.goto(url)),
    click: (target) => locate(page, target).click(),
    fill: (target, text) => locate(page, target).fill(text),
    press: (key) => page.keyboard.press(key),
    waitFor: (target, { gone } = {}) => locate(page, target).waitFor({ state: gone ? 'hidden' : 'visible' }),
    evaluate: (work, argument) => page.evaluate(work, argument),
    inject: async (source) => void (await page.evaluate(source)),
    screenshot: () => page.screenshot(),
    close: () => browser.close(),
  }
}

function locate(page, { role, name, exact, element, text, containing, within }) {
  const around = within ? locate(page, within) : page
  const byText = () => (element ? around.locator(element) : around.getByText(text, { exact }))
  const found = role ? around.getByRole(role, { name, exact }) : byText()
  return containing ? found.filter({ hasText: containing }) : found
}
