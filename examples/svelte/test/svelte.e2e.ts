import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAndDelete, openFrontEnd } from '../../../scripts/demo/front-end.mjs'

let example: Awaited<ReturnType<typeof openFrontEnd>>

beforeAll(async () => {
  example = await openFrontEnd('svelte')
})

afterAll(() => example?.stop())

test('in Svelte a customer connects, sees it in the list, and deletes it', async () => {
  await connectAndDelete(example.browser)
  expect(example.sandbox.accounts().filter(({ status }) => status === 'COMPLETE')).toEqual([])
  expect(example.browser.consoleLines).toEqual([])
})
