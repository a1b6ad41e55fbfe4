import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAndDelete, openFrontEnd } from '../../../scripts/demo/front-end.mjs'

let example: Awaited<ReturnType<typeof openFrontEnd>>

beforeAll(async () => {
  example = await openFrontEnd('plain-html')
})

afterAll(() => example?.stop())

test('in a page without a framework a customer connects, sees it in the list, and deletes it', async () => {
  await connectAndDelete(example.page)
  expect(example.sandbox.accounts().filter(({ status }) => status === 'COMPLETE')).toEqual([])
})

test('the content security policy had nothing to refuse, and does refuse what is inline', async () => {
  await example.page.evaluate(() => {
    const catalog = document.createElement('integration-catalog')
    catalog.setAttribute('endpoint', '/api/integrations')
    document.body.append(catalog)
  })
  await example.page.locator('integration-catalog').getByText('Personio').first().waitFor()
  expect(example.consoleLines).toEqual([])
  await example.page.evaluate(() => document.body.setAttribute('style', 'color: red'))
  expect(example.consoleLines).toEqual([expect.stringMatching(/inline style/)])
})
