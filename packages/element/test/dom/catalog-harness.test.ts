import { expect, it } from 'vitest'
import { settle } from './prepare.ts'
import { integration, prepareCatalog } from './prepare-catalog.ts'
import { account } from './prepare-list.ts'

it('reads the catalog and uses it as a user would', async () => {
  const { harness, transport } = await prepareCatalog([integration('A'), integration('B', { categories: ['crm'] })], {
    accounts: [account('x', { integration: { name: 'A', slug: 'a', logoUrl: null, color: null } })],
  })
  transport.fail = (call) => (call === 'createLinkToken' ? new Promise(() => {}) : undefined)
  expect(harness.names).toEqual(['A', 'B'])
  expect(harness.tabs).toEqual(['[All]', 'HR', 'CRM'])
  expect([harness.status('A'), harness.status('B')]).toEqual(['Connected', ''])
  expect(harness.notice).toBe('')
  await harness.choose('CRM')
  await harness.search('b')
  expect(harness.names).toEqual(['B'])
  expect(harness.connect('B').state).toBe('loading')
  await settle()

  expect(transport.requests).toEqual([expect.objectContaining({ category: 'crm', integration: 'b' })])
})

it('says what there is when it is asked for what there is not', async () => {
  const { harness } = await prepareCatalog([integration('A')])
  expect(() => harness.connect('C')).toThrow('The catalog shows no "C"; it shows: A.')
  await expect(harness.choose('CRM')).rejects.toThrow('The catalog has no tab "CRM"; it has: none.')
  const empty = await prepareCatalog([])

  await expect(empty.harness.search('x')).rejects.toThrow('There is no "search" on display right now.')
})
