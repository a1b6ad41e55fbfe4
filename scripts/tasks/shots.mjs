// `npm run shots`: drives the demo through every state and takes pictures of each, in light, dark and narrow, into .cache/shots; then the same of the gallery.
// With --readme it renews the README's picture as well.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { launchOptions } from '../browser.mjs'
import { launch } from '../browser-engines/launch.mjs'
import { startDemo } from '../demo/start-demo.mjs'
import { galleryShots } from '../gallery/shots.mjs'
import { step } from '../step.mjs'
import { build } from '../steps/build.mjs'

process.env.CONNECT_SKIP_TYPES = '1' // To run needs no declarations.
if ((await step('build', build)).failed) process.exit(1)

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 960, height: 760 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 960, height: 760 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 320, height: 720 } },
]
const folder = join('.cache', 'shots')
mkdirSync(folder, { recursive: true })
const data = mkdtempSync(join(tmpdir(), 'connect-integration-shots-'))
const demo = await startDemo({ port: 0, sandboxPort: 0, dataFolder: data, employees: 400, initialSyncMs: 8000 })
const browser = await launch(chromium, await launchOptions())
const page = await browser.newPage({ deviceScaleFactor: 2 })
const source = demo.sandbox.control
const connect = page.getByRole('button', { name: 'Connect your HR system' })
const dialog = page.getByRole('dialog')
const row = page.getByRole('listitem').filter({ hasText: 'Personio' })

try {
  await page.goto(demo.url)
  await connect.waitFor()
  await picture('01-empty')
  await connect.focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  await picture('02-focused')

  let go = await hold('**/api/integrations/link-token')
  await connect.click()
  await picture('03-loading')
  await go()
  await dialog.waitFor()
  await picture('04-modal-open')
  await dialog.getByRole('button', { name: 'Personio' }).click()
  await picture('05-modal-sign-in')
  go = await hold('**/api/integrations/exchange')
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
  await dialog.getByRole('button', { name: 'Done' }).waitFor()
  await picture('06-modal-done')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await picture('07-finishing')
  await go()
  // The webhook was there before the exchange was let go: the first sync is under way already.
  await row.getByText('first sync in progress').waitFor()
  await picture('08-first-sync')
  await row.getByText('Last synced').waitFor()
  await page.reload()
  await row.getByText('Last synced').waitFor()
  await picture('09-up-to-date')
  if (process.argv.includes('--readme')) await readmePicture()

  await page.route('**/api/integrations/link-token', (route) => route.abort())
  await connect.click()
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor()
  await picture('10-offline')
  await page.unroute('**/api/integrations/link-token')
  await page.reload()
  await page.route('**/initialize.js', (route) => route.abort('blockedbyclient'))
  await connect.click()
  await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor()
  await picture('11-script-blocked')
  await page.unroute('**/initialize.js')

  source.setStatus(source.accounts().find(({ status }) => status === 'COMPLETE').id, 'RELINK_NEEDED')
  await row.getByText('Needs attention').waitFor()
  await page.reload()
  await row.getByText('Needs attention').waitFor()
  await picture('12-needs-attention')
  await page.evaluate(() => Object.assign(document.documentElement, { lang: 'ar', dir: 'rtl' }))
  await row.getByText('يتطلب انتباهك').waitFor()
  await picture('13-right-to-left')
  await page.evaluate(() => Object.assign(document.documentElement, { lang: 'en', dir: 'ltr' }))
  await page.getByRole('button', { name: 'Relink' }).click()
  await dialog.waitFor()
  await picture('14-modal-relink')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete integration Personio' }).click()
  await picture('15-delete-dialog')
  await dialog.getByRole('button', { name: 'Delete integration' }).click()
  await page.getByText('was deleted').waitFor()
  await picture('16-deleted')
  await page.goto(demo.sandbox.url)
  await picture('17-sandbox-control')
  await galleryShots(browser, folder)
  console.log(`Pictures are in ${folder}.`)
} finally {
  await browser.close()
  await demo.stop()
  rmSync(data, { recursive: true, force: true })
}

async function picture(name) {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.colorScheme })
    await page.setViewportSize(look.viewport)
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`), animations: 'disabled' })
  }
}

/** The next such request waits until the returned function is called. */
async function hold(url) {
  let open
  const gate = new Promise((resolve) => {
    open = resolve
  })
  await page.route(url, async (route) => {
    await gate
    await route.continue()
  })
  return async () => {
    open()
    await page.unroute(url, { behavior: 'wait' })
  }
}

async function readmePicture() {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 960, height: 640 })
  await page.screenshot({ path: join('docs', 'images', 'demo.png'), animations: 'disabled', scale: 'css' })
}
