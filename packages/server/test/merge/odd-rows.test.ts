import { describe, expect, test } from 'vitest'
import { answering, TOKEN } from './merge-answers.ts'

/** A first sync that did everything: read to be complete, or told apart by its times. */
const STATUS = { model_id: 'hris.Employee', status: 'DONE', is_initial_sync: false }

describe('an odd row of sync-status costs itself only', () => {
  test.each<[string, unknown]>([
    ['a null status', { ...STATUS, status: null }],
    ['no status', { model_id: 'hris.Company' }],
    ['a null model_id', { ...STATUS, model_id: null }],
    ['no model_id', { status: 'DONE' }],
    ['no object', 'hris.Company'],
    ['null', null],
  ])('%s', async (_, odd) => {
    const { gateway, log } = answering({ next: null, results: [odd, STATUS] })
    for (let time = 0; time < 3; time++)
      expect((await gateway.syncStatus('hris', TOKEN)).models.map(({ model }) => model)).toEqual(['hris.Employee'])
    expect(log).toHaveLength(1)
    expect(log[0]).toContain('/{category}/v1/sync-status')
  })
})

test('an odd time of sync-status is as good as none', async () => {
  const times = { last_sync_start: 5, last_sync_finished: '', next_sync_start: {}, data_fresh_as_of: [], sync_status_reason: 7 }
  const { gateway, log } = answering({ results: [{ ...STATUS, ...times, last_sync_result: 1, is_initial_sync: 'no' }] })
  expect((await gateway.syncStatus('hris', TOKEN)).models).toEqual([
    {
      ...{ model: 'hris.Employee', status: 'DONE', isInitialSync: false, lastSyncResult: null, lastSyncStart: null },
      ...{ lastSyncFinished: null, nextSyncStart: null, dataFreshAsOf: null, reason: null },
    },
  ])
  expect(log).toEqual([])
})

test('since when data is fresh and why a sync stands still are read from sync-status', async () => {
  const row = { ...STATUS, data_fresh_as_of: '2026-07-30T10:00:00Z', sync_status_reason: 'WAITING_ON_OTHER_MODELS' }
  const { models } = await answering({ results: [row] }).gateway.syncStatus('hris', TOKEN)
  expect(models).toMatchObject([{ dataFreshAsOf: '2026-07-30T10:00:00Z', reason: 'WAITING_ON_OTHER_MODELS' }])
})

test('a catalog entry without a name costs itself only, and a category that is no text only itself', async () => {
  const { gateway, log } = answering({
    results: [
      { name: null, slug: 'odd', categories: ['hris'] },
      { slug: 'nameless' },
      7,
      { name: 'BambooHR', slug: 'bamboohr', categories: ['hris', null, 5, 'ats'] },
      { name: 'Gusto', slug: 3, color: {}, image: 5, square_image: null, categories: 'hris' },
    ],
  })
  expect(await gateway.integrations()).toEqual([
    { name: 'BambooHR', slug: 'bamboohr', logoUrl: null, color: null, categories: ['hris', 'ats'] },
    { name: 'Gusto', slug: 'gusto', logoUrl: null, color: null, categories: [] },
  ])
  expect(log.length).toBeGreaterThan(0)
})

test.each([{}, { error_description: null }, { error_description: '' }, { error_description: {} }])(
  'an issue without a description is shown with a plain sentence: %j',
  async (description) => {
    const { gateway } = answering({ results: [{ id: 'a', status: 'ONGOING', ...description }, { status: 'ONGOING' }, null] })
    expect(await gateway.issues('hris', 'merge_1')).toEqual([
      {
        ...{ id: 'a', status: 'ongoing', firstAt: null, lastAt: null },
        description: 'The source reported a problem without describing it.',
      },
    ])
  },
)

describe('linked accounts', () => {
  const ACCOUNT = { id: 'merge_1', end_user_origin_id: 'origin', category: 'hris', status: 'RELINK_NEEDED' }

  test('an odd one costs itself only', async () => {
    const { gateway } = answering({ results: [{ ...ACCOUNT, id: null }, { status: 'COMPLETE' }, 'odd', ACCOUNT] }, { results: [] })
    expect((await gateway.linkedAccounts('hris')).map(({ linkedAccountId }) => linkedAccountId)).toEqual(['merge_1'])
  })

  test('an answer whose only row has no id does not say that an account is gone', async () => {
    const { gateway } = answering({ results: [{ ...ACCOUNT, id: null }] })
    await expect(gateway.findLinkedAccount('hris', 'merge_1')).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' })
    expect(await answering({ results: [] }).gateway.findLinkedAccount('hris', 'merge_1')).toBeNull()
  })

  test('one is found with what Merge says of its state, its company and its system', async () => {
    const more = { status_detail: 'The password has expired.', subdomain: 'acme', integration: { name: 'BambooHR', slug: 'bamboohr' } }
    expect(await answering({ results: [{ ...ACCOUNT, ...more }] }).gateway.findLinkedAccount('hris', 'merge_1')).toEqual({
      ...{ linkedAccountId: 'merge_1', originId: 'origin', category: 'hris', status: 'RELINK_NEEDED' },
      ...{ statusDetail: 'The password has expired.', subdomain: 'acme', integrationSlug: 'bamboohr' },
    })
    expect(await answering({ results: [{ id: 'merge_1', integration: 'BambooHR' }] }).gateway.findLinkedAccount('hris', 'merge_1')).toEqual(
      {
        ...{ linkedAccountId: 'merge_1', originId: null, category: 'hris', status: 'COMPLETE' },
        ...{ statusDetail: null, subdomain: null, integrationSlug: null },
      },
    )
  })

  test('the broken ones of a category are asked for by their status, production and test, all pages', async () => {
    const page = (id: string, next: string | null) => ({ next, results: [{ ...ACCOUNT, id, status_detail: `Why ${id}` }] })
    const { gateway, asked } = answering(page('one', 'more'), page('two', null), page('three', null))
    expect((await gateway.brokenAccounts('hris')).map(({ linkedAccountId, statusDetail }) => [linkedAccountId, statusDetail])).toEqual([
      ['one', 'Why one'],
      ['two', 'Why two'],
      ['three', 'Why three'],
    ])
    expect(asked).toHaveLength(3)
    for (const call of asked) expect(call).toContain('"status":"RELINK_NEEDED"')
    expect(asked.map((call) => call.includes('"is_test_account":"true"'))).toEqual([false, false, true])
  })

  test('a Merge that does not know the filter makes no healthy account a broken one', async () => {
    const { gateway } = answering({ results: [{ ...ACCOUNT, id: 'well', status: 'COMPLETE' }, ACCOUNT] }, { results: [] })
    expect((await gateway.brokenAccounts('hris')).map(({ linkedAccountId }) => linkedAccountId)).toEqual(['merge_1'])
  })
})

test('account details name the company at the source, where Merge knows it', async () => {
  const read = (more: object) => answering({ id: 'merge_1', ...more }).gateway.accountDetails('hris', TOKEN)
  const known = { instance_id: '4711', instance_display_value: 'acme.bamboohr.com' }
  expect(await read(known)).toMatchObject({ instanceId: '4711', instanceName: 'acme.bamboohr.com' })
  for (const unknown of [{}, { instance_id: null, instance_display_value: null }, { instance_id: '', instance_display_value: 5 }])
    expect(await read(unknown)).toMatchObject({ instanceId: null, instanceName: null })
})

test('an odd integration beside an account token does not cost the token, which is spent by then', async () => {
  const body = { account_token: 'account-token', id: 'merge_1', integration: { name: null } }
  expect(await answering(body).gateway.exchangePublicToken(TOKEN, 'org')).toMatchObject({ linkedAccountId: 'merge_1', integration: null })
})
