import { join } from 'node:path'
import { startGallery } from './start-gallery.mjs'

const LOOKS = [
  { name: 'light', query: '&theme=light', width: 960 },
  { name: 'dark', query: '&theme=dark', width: 960 },
  { name: 'narrow', query: '&theme=light', width: 320 },
  { name: 'right-to-left', query: '&theme=light&language=ar', width: 960 },
  { name: 'forced-colors', query: '&theme=dark', width: 960, forcedColors: 'active' },
]
const ELEMENTS = ['connect-integration', 'integration-list', 'integration-catalog']

/**
 * One picture of each element, in all its states, for each look.
 *
 * @param {import('playwright').Browser} browser
 * @param {string} folder
 */
export async function galleryShots(browser, folder) {
  const gallery = await startGallery({ port: 0 })
  try {
    for (const { name, query, width, forcedColors = 'none' } of LOOKS) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, forcedColors, reducedMotion: 'reduce' })
      for (const element of ELEMENTS) {
        await page.goto(`${gallery.url}?bare&element=${element}${query}`)
        await page.waitForSelector('body[data-ready=true]')
        // What has never been in view has read and drawn nothing yet; and what it draws makes the page higher.
        for (let turn = 0; turn < 2; turn++) {
          await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) })
          await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
        }
        await page.screenshot({ path: join(folder, `gallery-${element}-${name}.png`), animations: 'disabled' })
        await page.setViewportSize({ width, height: 900 })
      }
      await page.close()
    }
  } finally {
    await gallery.close()
  }
}
