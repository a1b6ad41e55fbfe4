import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { prepareElement } from './prepare.ts'

const page = window as typeof window & { scriptRuns?: number }

beforeEach(() => {
  page.scriptRuns = 0
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

it('B5 loads nothing before the first click, then once for any number of elements and opens', async () => {
  const url = script('merge-link.js?once')
  const elements = [await prepareElement(), await prepareElement()]
  for (const { transport } of elements) serve(transport, url)
  expect(tags(url)).toHaveLength(0)
  for (const { harness } of elements) harness.click()
  for (const { harness } of elements) await harness.waitForEvent('connect-exit')
  elements[0]?.harness.click()
  await elements[0]?.harness.waitForState('idle')

  expect(tags(url)).toHaveLength(1)
  expect(page.scriptRuns).toBe(1)
})

it('B5 passes the nonce on', async () => {
  const url = script('merge-link.js?nonce')
  const { harness, transport } = await prepareElement({ nonce: 'abc' })
  serve(transport, url)
  harness.click()
  await harness.waitForEvent('connect-exit')

  expect(tags(url)[0]?.nonce).toBe('abc')
})

it('says so when it cannot be loaded, and tries again with the next click', async () => {
  const url = script('second-time.js')
  const { harness, transport } = await prepareElement()
  serve(transport, url)
  harness.click()
  expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'script_blocked', retryable: true })
  expect(tags(url)).toHaveLength(0)
  harness.click()
  await harness.waitForEvent('connect-exit')

  expect(tags(url)).toHaveLength(1)
})

it('does not mistake one script for another that failed', async () => {
  const { harness, transport } = await prepareElement()
  serve(transport, script('merge-link.js?good'))
  harness.click()
  await harness.waitForEvent('connect-exit')
  serve(transport, 'http://localhost:1/refused.js')
  harness.click()

  expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'script_blocked' })
})

it('whoever waited behind a load that failed tries again by itself, and a new try has a new link token', async () => {
  const url = script('second-time.js?waited')
  Object.assign(window, { scriptAttempts: 0 })
  const [first, second] = [await prepareElement(), await prepareElement()]
  const minted: string[] = []
  for (const { transport } of [first, second]) serve(transport, url, minted)
  first.harness.click()
  second.harness.click()
  expect(await first.harness.waitForEvent('connect-error')).toMatchObject({ code: 'script_blocked' })
  await second.harness.waitForEvent('connect-exit')
  first.harness.click()
  await first.harness.waitForEvent('connect-exit')

  expect(tags(url)).toHaveLength(1)
  expect(minted).toEqual(['link_1', 'link_2', 'link_3'])
})

it('uses what a tag of the page has brought already, and adds none', async () => {
  const url = script('merge-link.js?loaded')
  const theirs = document.createElement('script')
  theirs.src = url
  await new Promise((resolve) => {
    theirs.addEventListener('load', resolve)
    document.head.append(theirs)
  })
  // As on a page where nothing was ever opened.
  const { loadScript }: typeof import('../../src/script-loader.ts') = await import('../../src/script-loader.ts?fresh' as string)
  const link = await loadScript(url, undefined, () => () => {})

  expect(link).toBe((window as { MergeLink?: unknown }).MergeLink)
  expect(tags(url)).toEqual([theirs])
  expect(page.scriptRuns).toBe(1)
})

it('waits for a tag that the page put there', async () => {
  const url = script('merge-link.js?theirs')
  const theirs = document.createElement('script')
  theirs.src = url
  const { harness, transport } = await prepareElement()
  serve(transport, url)
  document.head.append(theirs)
  harness.click()
  await harness.waitForEvent('connect-exit')

  expect(tags(url)).toEqual([theirs])
  expect(page.scriptRuns).toBe(1)
})

it('repeats a tag of the page that failed before', async () => {
  const url = script('second-time.js?theirs')
  Object.assign(window, { scriptAttempts: 0 })
  const theirs = document.createElement('script')
  theirs.src = url
  document.head.append(theirs)
  const { harness, transport } = await prepareElement()
  serve(transport, url)
  harness.click()
  await harness.waitForEvent('connect-exit')

  expect(tags(url)).toHaveLength(2)
})

it.each([
  'http://modal.test/initialize.js',
  'http://localhost:x@modal.test/a.js',
  'data:text/javascript,1',
  'javascript:alert(1)',
  '/initialize.js',
])('B5 refuses to load %s', async (url) => {
  const added = vi.spyOn(document.head, 'append')
  onTestFinished(() => added.mockRestore())
  const { harness, transport } = await prepareElement()
  serve(transport, url)
  harness.click()
  await harness.waitForState('failed')

  expect(added).not.toHaveBeenCalled()
})

function serve(transport: { createLinkToken: unknown }, scriptUrl: string, minted: string[] = []): void {
  transport.createLinkToken = async () => {
    const linkToken = `link_${minted.length + 1}`
    minted.push(linkToken)
    return { linkToken, link: { scriptUrl } }
  }
}

function script(name: string): string {
  return import.meta.url.replace(/[^/]+$/, `scripts/${name}`)
}

function tags(url: string): HTMLScriptElement[] {
  return [...document.scripts].filter((tag) => tag.src === url)
}
