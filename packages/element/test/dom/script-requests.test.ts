import { beforeEach, expect, it, vi } from 'vitest'
import { prepareElement, settle } from './prepare.ts'

const added: HTMLScriptElement[] = []

beforeEach(() => {
  added.length = 0
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  // Nothing is fetched here: the test says what becomes of each tag.
  vi.spyOn(document.head, 'append').mockImplementation((...nodes) => void added.push(...(nodes as HTMLScriptElement[])))
})

it('B5 the script is asked for with the click and not before, and without the cookies of its origin', async () => {
  const { harness } = await prepareElement()
  harness.element.remove()
  document.body.append(harness.element)
  await settle()
  expect(added).toEqual([])
  harness.click()
  await settle()

  expect(added.map(({ src, crossOrigin }) => [src, crossOrigin])).toEqual([['https://modal.test/initialize.js', 'anonymous']])
  added[0]?.dispatchEvent(new Event('load'))
  await harness.waitForState('failed')
})

it('B5 where its origin does not answer such a request, it is asked for as by any tag, once', async () => {
  const { harness } = await prepareElement()
  harness.click()
  await settle()
  added[0]?.dispatchEvent(new Event('error'))
  await settle()
  expect(added.map(({ crossOrigin }) => crossOrigin || null)).toEqual(['anonymous', null])
  added[1]?.dispatchEvent(new Event('error'))
  await harness.waitForState('failed')

  expect(added).toHaveLength(2)
  expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'script_blocked', retryable: true })
})

it('a script that came and brought nothing is not run a second time by the same click', async () => {
  const { harness } = await prepareElement()
  harness.click()
  await settle()
  added[0]?.dispatchEvent(new Event('load'))
  await harness.waitForState('failed')

  expect(added).toHaveLength(1)
})
