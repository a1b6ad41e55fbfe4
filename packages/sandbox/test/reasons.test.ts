import { expect, test } from 'vitest'
import { prepareSandbox } from './prepare.ts'

type Status = { model_id: string; status: string; data_fresh_as_of: string | null; sync_status_reason: string | null }

function prepare(options = {}) {
  const prepared = prepareSandbox(options)
  const statuses = async (token: string) =>
    (await prepared.call('/api/hris/v1/sync-status?page_size=100', { token })).body.results as Status[]
  const employee = async (token: string) => (await statuses(token)).find(({ model_id }) => model_id === 'hris.Employee')!
  return { ...prepared, statuses, employee }
}

test('data is as fresh as the beginning of the newest sync that succeeded', async () => {
  const { clock, link, employee, sandbox } = prepare({ initialSyncMs: 10_000, syncMs: 4_000 })
  const { id, token } = await link()
  const began = new Date(clock.now()).toISOString().slice(0, 19)
  expect((await employee(token)).data_fresh_as_of).toBeNull()
  clock.advance(11_000)
  expect((await employee(token)).data_fresh_as_of).toContain(began)
  sandbox.setModelStatus(id, 'hris.Employee', 'FAILED')
  clock.advance(60_000)
  sandbox.sync(id)
  clock.advance(5_000)
  expect((await employee(token)).data_fresh_as_of).toContain(began)
  sandbox.setModelStatus(id, 'hris.Employee', 'DONE')
  const again = new Date(clock.now()).toISOString().slice(0, 19)
  clock.advance(5_000)
  expect((await employee(token)).data_fresh_as_of).toContain(again)
})

test('a model whose turn has not come waits for the others, and no longer than that', async () => {
  const { clock, link, statuses } = prepare({ initialSyncMs: 10_000 })
  const { token } = await link()
  const waiting = async () => (await statuses(token)).filter((row) => row.sync_status_reason === 'WAITING_ON_OTHER_MODELS')
  const first = await waiting()
  expect(first.length).toBeGreaterThan(0)
  expect(first.every(({ status }) => status === 'SYNCING')).toBe(true)
  clock.advance(9_900)
  expect((await waiting()).length).toBeLessThan(first.length)
  clock.advance(200)
  expect(await waiting()).toEqual([])
})

test('a reason can be set with a status, in words of Merge’s own or not, until the next one', async () => {
  const { call, link, employee, sandbox } = prepare()
  const { id, token } = await link()
  sandbox.setModelStatus(id, 'hris.Employee', 'SYNCING', 'RATE_LIMITED')
  expect(await employee(token)).toMatchObject({ status: 'SYNCING', sync_status_reason: 'RATE_LIMITED' })
  const at = `/sandbox/accounts/${id}/model-status`
  await call(at, { body: { model: 'hris.Employee', status: 'PAUSED', reason: 'A_NEW_ONE' } })
  expect(await employee(token)).toMatchObject({ status: 'PAUSED', sync_status_reason: 'A_NEW_ONE' })
  await call(at, { body: { model: 'hris.Employee', status: 'FAILED' } })
  expect(await employee(token)).toMatchObject({ status: 'FAILED', sync_status_reason: null })
})

test('why a connection is broken is said as it was set, in the list and as an issue', async () => {
  const { call, link, sandbox } = prepare()
  const { id } = await link()
  const said = async () => {
    const [account] = (await call('/api/hris/v1/linked-accounts?is_test_account=true&status=RELINK_NEEDED')).body.results
    const [issue] = (await call(`/api/hris/v1/issues?linked_account_id=${id}&status=ONGOING`)).body.results
    return [account?.status_detail, issue?.error_description]
  }
  expect(await said()).toEqual([undefined, undefined])
  sandbox.setStatus(id, 'RELINK_NEEDED')
  expect(await said()).toEqual([expect.stringContaining('credentials'), expect.stringContaining('credentials')])
  sandbox.setStatus(id, 'RELINK_NEEDED', { detail: 'The password has expired.', issue: 'Sign-in was refused.' })
  expect(await said()).toEqual(['The password has expired.', 'Sign-in was refused.'])
  await call(`/sandbox/accounts/${id}/status`, { body: { status: 'RELINK_NEEDED', reason: { detail: null } } })
  expect(await said()).toEqual([null, expect.stringContaining('credentials')])
  sandbox.setStatus(id, 'COMPLETE')
  expect(await said()).toEqual([undefined, undefined])
})

test('webhooks tell of both fields too', async () => {
  const bodies: { hook: { event: string }; data: Record<string, unknown> }[] = []
  const events = ['LinkedAccount.sync_completed', 'Employee.synced'] as const
  const { link, sandbox } = prepare({
    webhooks: {
      ...{ url: 'http://app.test/webhook', secret: 'secret', events },
      fetch: async (_: string, init: RequestInit) => {
        bodies.push(JSON.parse(String(init.body)))
        return new Response(null, { status: 200 })
      },
    },
  })
  await link()
  await sandbox.deliverWebhooks()
  const data = (name: string) => bodies.find(({ hook }) => hook.event === name)!.data
  const both = { data_fresh_as_of: expect.stringMatching(/^20/), sync_status_reason: null }
  expect(data('Employee.synced').sync_status).toMatchObject(both)
  expect((data('LinkedAccount.sync_completed').sync_status as Record<string, object>)['hris.Employee']).toMatchObject(both)
})
