import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { engines, reasonToSkip } from '../../../scripts/browser-engines/engines.mjs'
import { connectAndDelete } from '../../../scripts/demo/front-end.mjs'
import { startDemo } from '../../../scripts/demo/start-demo.mjs'

// In Chromium the demo is used at length, in demo.e2e.ts.
const others = engines.filter(({ name }) => name !== 'Chromium')

test.for(others)('in $name a customer of the demo connects, sees it in the list, and deletes it', async (engine, context) => {
  const reason = reasonToSkip(engine)
  if (reason) return context.skip(reason)
  const folder = mkdtempSync(join(tmpdir(), 'connect-integration-demo-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const demo = await startDemo({ port: 0, sandboxPort: 0, dataFolder: folder, employees: 20, initialSyncMs: 300 })
  onTestFinished(demo.stop)
  const browser = await engine.open()
  onTestFinished(browser.close)
  await browser.goto(demo.url)
  await connectAndDelete(browser)

  expect(demo.sandbox?.control.accounts().filter(({ status }) => status === 'COMPLETE')).toEqual([])
})
