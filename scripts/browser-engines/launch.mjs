import { WAIT_LIMIT_MS } from '../time-limits.mjs'

/**
 * A browser whose every page waits as long as a test may (scripts/time-limits.mjs), where Playwright's own limit is half a minute.
 *
 * @param {import('playwright').BrowserType} engine
 * @param {import('playwright').LaunchOptions} options
 */
export async function launch(engine, options) {
  const browser = await engine.launch({ timeout: WAIT_LIMIT_MS, ...options })
  browser.on('context', (context) => context.setDefaultTimeout(WAIT_LIMIT_MS))
  return browser
}
