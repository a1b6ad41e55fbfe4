import { IntegrationListHarness } from '@connect-integration/element/testing'
import { expect, it } from 'vitest'
import { settle } from './prepare.ts'
import { account, drawn, prepareList } from './prepare-list.ts'

it('reads the list and presses its buttons as a user would', async () => {
  const { element, transport } = await prepareList([account('a'), account('b', { status: 'relink_needed', sync: null })])
  transport.fail = (call) => (call === 'createLinkToken' ? new Promise(() => {}) : undefined)
  const harness = new IntegrationListHarness(element)
  expect(harness.names).toEqual(['Name of a', 'Name of b'])
  expect(harness.status('Name of b')).toBe('Needs attention')
  expect(harness.notice).toBe('')
  expect(harness.relink('Name of b').state).toBe('loading')
  await settle()
  expect(transport.requests).toEqual([expect.objectContaining({ accountId: 'b' })])

  await harness.askToDelete('Name of a')
  expect(harness.asking).toBe(true)
  await harness.answer('keep')
  expect(harness.asking).toBe(false)
  await harness.askToDelete('Name of a')
  await harness.answer('confirm')
  await drawn(element)

  expect(harness.names).toEqual(['Name of b'])
  expect(transport.deleted).toEqual(['a'])
})

it('says what there is when it is asked for what there is not', async () => {
  const { element } = await prepareList([account('a', { status: 'deleting' })])
  const harness = new IntegrationListHarness(element)

  expect(() => harness.status('Name of c')).toThrow('The list has no "Name of c"; it has: Name of a.')
  await expect(harness.askToDelete('Name of a')).rejects.toThrow('There is no "delete" on display right now.')
})
