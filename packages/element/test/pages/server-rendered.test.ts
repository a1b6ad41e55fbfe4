// @vitest-environment node
import { beforeAll, describe, expect, it } from 'vitest'
import { type Pages, servePages } from './serve-pages.ts'

let pages: Pages
beforeAll(async () => {
  pages = await servePages()
  pages.serve('/api/accounts', () => ({ accounts: [] }))
})

const BODY = `
  <h1>Integrations</h1>
  <connect-integration endpoint="/api" category="hris">Connect your HR system</connect-integration> now
  <connect-integration endpoint="/api" category="hris" label="Connect payroll" disabled></connect-integration>
  <integration-list><p slot="empty">Nothing yet.</p></integration-list>
  <p>Below the list</p>
  <integration-catalog></integration-catalog>
  <p>Below the catalog</p>`

const document = (body: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page from a server</title>
  <link rel="icon" href="data:,"><link rel="stylesheet" href="/before-defined.css">
  <style>body { font: 16px / 1.5 sans-serif; letter-spacing: 0.05em; margin: 16px }</style>
  <script type="module" src="/elements.js"></script>${body}`

const withoutStyles = (html: string) => html.replace('<link rel="stylesheet" href="/before-defined.css">', '')

describe('a page that a server has rendered', () => {
  it.each([320, 600, 1_000])('moves nothing when the elements come to life, %i pixels wide', async (width) => {
    pages.serve('/', document(BODY))
    const { page, release } = await open(width)
    const before = await places(page)
    expect(before.every(({ height }) => height > 0)).toBe(true)
    expect(await page.getByText('Nothing yet.').isVisible()).toBe(false)
    await release()

    expect(await places(page)).toEqual(before)
    expect(await shift(page)).toBe(0)
    await page.context().close()
  })

  it('shows the button before there is one as it will be, to the pixel', async () => {
    pages.serve(
      '/',
      document(`<connect-integration endpoint="/api" category="hris">Connect your HR system</connect-integration>
        <p><connect-integration endpoint="/api" category="hris" label="Connect payroll" disabled></connect-integration></p>`),
    )
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, release } = await open(600, colorScheme)
      const before = await page.screenshot()
      await release()
      expect((await page.screenshot()).equals(before)).toBe(true)
      await page.context().close()
    }
  })

  it('is measured by something that sees it move: without the style sheet it does', async () => {
    pages.serve('/', withoutStyles(document(BODY)))
    const { page, release } = await open(600)
    await release()

    await expect.poll(() => shift(page)).toBeGreaterThan(0.01)
    await page.context().close()
  })

  it('offers nothing that cannot work where scripts are off', async () => {
    pages.serve('/', document(BODY))
    const context = await pages.browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(pages.url)

    expect(await page.getByText('Connect your HR system').isVisible()).toBe(false)
    expect(await page.getByText('Below the list').isVisible()).toBe(true)
    await context.close()
  })
})

describe('a declarative shadow root', () => {
  const drawn = `<connect-integration endpoint="/api" category="hris"><template shadowrootmode="open" shadowrootdelegatesfocus>
      <style>button { box-sizing: border-box; min-height: 44px; padding: 0.5em 2.25em; border: 1px solid transparent; border-radius: 0.5em;
        background: #1f56d8; color: #fff; font: inherit; font-weight: 600 }</style><button type="button"><slot></slot></button
    ></template>Connect your HR system</connect-integration><p>Below</p>`

  it('stays until the element takes its place, and nothing moves or is there twice', async () => {
    pages.serve('/', withoutStyles(document(drawn)))
    const { page, release } = await open(600)
    const button = page.getByRole('button')
    const place = await button.boundingBox()
    expect(await button.textContent()).toBe('')
    await release()

    expect(await button.count()).toBe(1)
    expect(await button.getAttribute('part')).toBe('button')
    expect(await button.boundingBox()).toEqual(place)
    expect(await page.locator('style').count()).toBe(1)
    expect(await shift(page)).toBe(0)
    await page.context().close()
  })

  it('hands on the focus that it had', async () => {
    pages.serve('/', withoutStyles(document(drawn)))
    const { page, release } = await open(600)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => globalThis.document.activeElement?.localName)).toBe('connect-integration')
    await release()

    expect(await page.evaluate(() => globalThis.document.activeElement?.shadowRoot?.activeElement?.getAttribute('part'))).toBe('button')
    await page.context().close()
  })
})

type Page = Awaited<ReturnType<typeof open>>['page']

/** The page as it came, painted, with the elements' script still on its way. */
async function open(width: number, colorScheme: 'light' | 'dark' = 'light') {
  const context = await pages.browser.newContext({ viewport: { width, height: 1_200 }, colorScheme })
  const page = await context.newPage()
  await page.addInitScript(() => {
    const shifts: number[] = []
    Object.assign(globalThis, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const letGo = pages.holdElements()
  await page.goto(pages.url, { waitUntil: 'commit' })
  await page.locator('body > :last-child').waitFor({ state: 'attached' })
  await painted(page)
  const release = async () => {
    letGo()
    await page.waitForFunction(() => globalThis.customElements.get('integration-catalog') !== undefined)
    await painted(page)
  }
  return { page, release }
}

/** What was drawn is on the screen, and what moved with it has been told. */
async function painted(page: { evaluate(script: () => Promise<unknown>): Promise<unknown> }): Promise<void> {
  for (let frame = 0; frame < 3; frame++) await page.evaluate(() => new Promise(requestAnimationFrame))
}

function places(page: Page) {
  return page.evaluate(() =>
    [...globalThis.document.body.children]
      .filter((child) => child.localName !== 'script')
      .map((child) => {
        const { x, y, width, height } = child.getBoundingClientRect()
        return { tag: child.localName, x, y, width, height }
      }),
  )
}

function shift(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0))
}
