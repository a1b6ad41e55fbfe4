import { beforeEach, expect, it, vi } from 'vitest'
import { prepareElement } from './prepare.ts'

const page = window as typeof window & { scriptRuns?: number }

beforeEach(() => {
  page.scriptRuns = 0
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

it('loads nothing before the first click, then once for any number of elements and opens', async () => {
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

it('passes the nonce on', async () => {
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
])('refuses to load %s', async (url) => {
  const before = document.scripts.length
  const { harness, transport } = await prepareElement()
  serve(transport, url)
  harness.click()
  await harness.waitForState('failed')

  expect(document.scripts).toHaveLength(before)
})

function serve(transport: { createLinkToken: unknown }, scriptUrl: string): void {
  transport.createLinkToken = async () => ({ linkToken: 'link_1', link: { scriptUrl } })
}

function script(name: string): string {
  return import.meta.url.replace(/[^/]+$/, `scripts/${name}`)
}

function tags(url: string): HTMLScriptElement[] {
  return [...document.scripts].filter((tag) => tag.src === url)
}
