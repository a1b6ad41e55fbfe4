import { expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { ACME, setup } from '../support/setup.ts'

test('an integration that Merge does not have is a bad request, not an outage', async () => {
  const world = setup()
  const answer = await door(world).call('POST', '/link-token', { body: { category: 'hris', integration: 'no-such-vendor' } })
  expect(answer.status).toBe(400)
  expect(answer.json.error).toMatchObject({ code: 'invalid_request', retryable: false })
  expect(answer.text).not.toMatch(/merge|no-such-vendor/i)
})

test('the developer is told which option it is', async () => {
  const world = setup()
  const asked = world.run(world.acme.createLinkToken({ category: 'hris', integration: 'no-such-vendor', ...ACME }))
  await expect(asked).rejects.toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining('no-such-vendor') })
})

test('without an integration a 400 stays what it is: the request of the server', async () => {
  const world = setup()
  world.sandbox.fault({ kind: 'status', status: 400, path: '/link-token' })
  const answer = await door(world).call('POST', '/link-token', { body: { category: 'hris' } })
  expect(answer.status).toBe(503)
})

test('a failing Merge is no bad request, whatever integration was asked for', async () => {
  const world = setup()
  world.sandbox.fault({ kind: 'status', status: 500, path: '/link-token', count: 10 })
  const answer = await door(world).call('POST', '/link-token', { body: { category: 'hris', integration: 'bamboohr' } })
  expect(answer.status).toBe(503)
})
