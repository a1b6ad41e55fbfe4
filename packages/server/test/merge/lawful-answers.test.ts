import { describe, expect, test } from 'vitest'
import type { Gateway } from '../../src/merge/gateway.ts'
import { findModel } from '../../src/merge/model-table.ts'
import { fakeMerge, paged, people } from '../sync/fake-merge.ts'
import { answering, TOKEN } from './merge-answers.ts'

const EMPLOYEE = findModel('hris.Employee')!

/** Every list that the gateway reads: how it is asked, and a row of it. */
const LISTS: [string, (gateway: Gateway) => Promise<unknown>, unknown][] = [
  ['sync-status', async (gateway) => (await gateway.syncStatus('hris', TOKEN)).models, { model_id: 'hris.Employee', status: 'DONE' }],
  ['integrations', (gateway) => gateway.integrations(), { name: 'BambooHR' }],
  ['issues', (gateway) => gateway.issues('hris', 'merge_1'), { id: 'a', error_description: 'Expired' }],
  ['linked accounts', (gateway) => gateway.linkedAccounts('hris'), { id: 'merge_1', status: 'COMPLETE' }],
]

const ENDS: [string, object][] = [
  ['is null', { next: null }],
  ['is left out', {}],
  ['is empty', { next: '' }],
]

describe.each(ENDS)('where "next" %s a list ends', (_, end) => {
  test.each(LISTS)('%s', async (_name, read, row) => {
    const { gateway, asked } = answering({ next: 'two', results: [row] }, { ...end, results: [row] }, { ...end, results: [] })
    expect(await read(gateway)).toHaveLength(2)
    expect(asked.some((call) => call.includes('"cursor":""'))).toBe(false)
  })

  test('records', async () => {
    const { gateway } = answering({ ...end, results: [{ id: 'a' }] })
    expect(await gateway.listPage(EMPLOYEE, TOKEN, { after: null, cursor: 'three' })).toEqual({ records: [{ id: 'a' }], next: null })
  })
})

describe('an answer without a list of results is refused', () => {
  test.each([...LISTS, ['records', (gateway: Gateway) => gateway.listPage(EMPLOYEE, TOKEN, { after: null, cursor: null }), null] as const])(
    '%s',
    async (_name, read) => {
      for (const body of [{ next: null }, { detail: 'Not found.' }, { results: null }, { next: null, results: {} }, [], null, undefined])
        await expect(read(answering(body).gateway)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' })
    },
  )
})

test.each(ENDS)('a model whose last page has a "next" that %s is read to its end', async (_, end) => {
  const records = people(130)
  const world = fakeMerge({}, ({ query }) => {
    const page = paged(records, query)
    if (page.next !== null) return page
    // What the helper would add is taken away again.
    return Response.json({ results: page.results, ...end })
  })
  const id = await world.account('one')
  await world.work()
  expect(await world.rows(id, 'hris.Employee')).toHaveLength(130)
  expect(await world.problem(id, 'hris.Employee')).toBeNull()
})
