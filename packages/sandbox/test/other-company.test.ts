import { expect, test } from 'vitest'
import { prepareSandbox } from './prepare.ts'

type Prepared = ReturnType<typeof prepareSandbox>

async function company({ call }: Prepared, { id, token }: { id: string; token: string }) {
  const { instance_id, instance_display_value, ...details } = (await call('/api/hris/v1/account-details', { token })).body
  const [{ subdomain }] = (await call(`/api/hris/v1/linked-accounts?is_test_account=true&id=${id}`)).body.results
  return { details, instance_id, instance_display_value, subdomain }
}

const read = async ({ walk }: Prepared, token: string, query: Record<string, string> = {}) =>
  (await walk(token, 'employees', { page_size: '100', ...query })).records as { id: string; remote_was_deleted: boolean }[]

test('a connection says which company it is of, and only once somebody has signed in', async () => {
  const prepared = prepareSandbox()
  const account = await prepared.link('org_1')
  const { details, ...first } = await company(prepared, account)
  expect(details).toMatchObject({ id: account.id, status: 'COMPLETE' })
  expect(first).toEqual({
    instance_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    instance_display_value: 'acme.bamboohr.example',
    subdomain: 'acme',
  })
  expect((await company(prepared, await prepared.link('org_2'))).instance_id).not.toBe(first.instance_id)
  prepared.sandbox.link.abandon((await prepared.linkToken('org_3')).link_token)
  const [abandoned] = (await prepared.call('/api/hris/v1/linked-accounts?is_test_account=true&status=INCOMPLETE')).body.results
  expect(abandoned).toMatchObject({ subdomain: null, status_detail: null })
})

test('signed in to another company, an account keeps id and token, and has another instance and none of its old records', async () => {
  const prepared = prepareSandbox()
  const { sandbox } = prepared
  const account = await prepared.link()
  const [before, old] = [await company(prepared, account), await read(prepared, account.token)]
  sandbox.relinkElsewhere(account.id)
  const [after, fresh] = [await company(prepared, account), await read(prepared, account.token)]
  expect(after.details).toEqual(before.details)
  expect(after.instance_id).not.toBe(before.instance_id)
  expect(after).toMatchObject({ subdomain: 'acme-2', instance_display_value: 'acme-2.bamboohr.example' })
  expect(fresh).toHaveLength(old.length)
  const ids = new Set(old.map(({ id }) => id))
  expect(fresh.filter(({ id }) => ids.has(id))).toEqual([])
  const gone = (await read(prepared, account.token, { include_deleted_data: 'true' })).filter((record) => record.remote_was_deleted)
  expect(new Set(gone.map(({ id }) => id))).toEqual(ids)
  sandbox.relinkElsewhere(account.id)
  expect((await company(prepared, account)).subdomain).toBe('acme-3')
})

test('until the sync has seen the other company, the old records are served', async () => {
  const prepared = prepareSandbox({ syncMs: 5_000 })
  const account = await prepared.link()
  const old = await read(prepared, account.token)
  prepared.sandbox.relinkElsewhere(account.id)
  expect(await read(prepared, account.token)).toEqual(old)
  prepared.clock.advance(6_000)
  expect((await read(prepared, account.token)).some(({ id }) => id === old[0]!.id)).toBe(false)
})

test('people who are hired after that are of the other company too', async () => {
  const prepared = prepareSandbox()
  const { sandbox } = prepared
  const account = await prepared.link()
  const { id: first } = sandbox.hire(account.id)
  sandbox.relinkElsewhere(account.id)
  const hired = sandbox.hire(account.id)
  sandbox.sync(account.id)
  expect(hired.id).not.toBe(first)
  expect((await read(prepared, account.token)).map(({ id }) => id)).toContain(hired.id)
})

test('the customer can do it in the link flow, and by the control API', async () => {
  const prepared = prepareSandbox()
  const { sandbox, linkToken, call } = prepared
  const account = await prepared.link('org_1')
  sandbox.setStatus(account.id, 'RELINK_NEEDED')
  const done = sandbox.link.complete((await linkToken('org_1')).link_token, 'bamboohr', { elsewhere: true })
  expect(done).toMatchObject({ linkedAccountId: account.id })
  expect(await company(prepared, account)).toMatchObject({ subdomain: 'acme-2', details: { status: 'COMPLETE' } })
  expect((await call(`/sandbox/accounts/${account.id}/relink-elsewhere`, { body: {} })).body).toEqual({ done: true })
  expect(await company(prepared, account)).toMatchObject({ subdomain: 'acme-3' })
  // A first sign-in has no other company to go to.
  const fresh = sandbox.link.complete((await linkToken('org_2')).link_token, 'bamboohr', { elsewhere: true })
  if ('error' in fresh) throw new Error(fresh.error)
  const { body } = await call(`/api/integrations/account-token/${fresh.publicToken}`)
  expect(await company(prepared, { id: body.id, token: body.account_token })).toMatchObject({ subdomain: 'acme' })
})

test('the same seed and calls give the same other company', async () => {
  const once = async () => {
    const prepared = prepareSandbox()
    const account = await prepared.link()
    prepared.sandbox.relinkElsewhere(account.id)
    return JSON.stringify([await company(prepared, account), await read(prepared, account.token)])
  }
  expect(await once()).toBe(await once())
})
