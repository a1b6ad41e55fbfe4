import { describe, expect, test } from 'vitest'
import type { SyncState } from '../src/index.ts'
import { prepareSandbox } from './prepare.ts'

type Prepared = ReturnType<typeof prepareSandbox>

async function statusOf({ call }: Prepared, token: string, model = 'hris.Employee') {
  const { body } = await call('/api/hris/v1/sync-status?page_size=100', { token })
  return body.results.find((each: { model_id: string }) => each.model_id === model)
}

describe('the initial sync', () => {
  test('fills the copy as the clock moves, model by model, and says so', async () => {
    const prepared = prepareSandbox({ initialSyncMs: 8000, employees: 400 })
    const { clock, link, walk } = prepared
    const start = clock.now()
    const { token } = await link()
    const counts: number[] = []
    for (let second = 0; second < 8; second++) {
      const { records } = await walk(token, 'employees', { page_size: '100' })
      counts.push(records.length)
      expect(await statusOf(prepared, token, 'hris.TimeOff')).toMatchObject({
        status: 'SYNCING',
        is_initial_sync: true,
        last_sync_result: null,
        last_sync_finished: null,
      })
      clock.advance(1000)
    }
    expect(counts[0]).toBe(0)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts.filter((count) => count > 0 && count < 400).length).toBeGreaterThan(0)
    expect(await statusOf(prepared, token, 'hris.TimeOff')).toEqual({
      model_name: 'TimeOff',
      model_id: 'hris.TimeOff',
      last_sync_start: new Date(start).toISOString().replace('Z', '000Z'),
      next_sync_start: new Date(start + 8000 + 86_400_000).toISOString().replace('Z', '000Z'),
      last_sync_result: 'DONE',
      last_sync_finished: new Date(start + 8000).toISOString().replace('Z', '000Z'),
      status: 'DONE',
      is_initial_sync: false,
      selective_sync_configurations_usage: null,
      data_fresh_as_of: new Date(start).toISOString().replace('Z', '000Z'),
      sync_status_reason: null,
    })
    const { records } = await walk(token, 'employees', { page_size: '100' })
    expect(records).toHaveLength(400)
    for (const record of records) {
      const at = Date.parse(String(record.modified_at))
      expect(at).toBeGreaterThanOrEqual(start)
      expect(at).toBeLessThanOrEqual(start + 8000)
    }
  })

  test('never shows a row before its own timestamp', async () => {
    const { clock, link, sandbox } = prepareSandbox({ initialSyncMs: 5000, employees: 300 })
    const { id } = await link()
    for (let step = 0; step < 100; step++) {
      for (const model of ['hris.Company', 'hris.Employee', 'hris.TimeOff']) {
        for (const record of sandbox.truth(id, model)) expect(Date.parse(String(record.created_at))).toBeLessThanOrEqual(clock.now())
      }
      clock.advance(50)
    }
    expect(sandbox.truth(id, 'hris.Employee')).toHaveLength(300)
  })

  test('takes a change that comes before its turn along, and one that comes after at the next run', async () => {
    const { clock, link, sandbox } = prepareSandbox({ initialSyncMs: 1000 })
    const { id } = await link()
    clock.advance(200)
    const company = sandbox.truth(id, 'hris.Company')[0]!
    sandbox.change(id, { model: 'hris.Company', fields: { display_name: 'Late Ltd' } })
    sandbox.change(id, { model: 'hris.PayGroup', name: undefined, fields: { pay_group_name: 'whichever' } })
    clock.advance(800)
    expect(sandbox.truth(id, 'hris.Company')[0]).toEqual(company)
    expect(sandbox.accounts()[0]!.pendingChanges).toBeGreaterThan(0)
    sandbox.sync(id)
    expect(sandbox.truth(id, 'hris.Company')[0]).toMatchObject({ display_name: 'Late Ltd', created_at: company.created_at })
    expect(sandbox.accounts()[0]!.pendingChanges).toBe(0)
  })
})

describe('later runs', () => {
  test('stamp exactly what changed, later than anything before, even on a clock that stands still', async () => {
    const { link, sandbox } = prepareSandbox()
    const { id } = await link()
    const before = new Map(sandbox.truth(id, 'hris.Employee').map((each) => [each.id, each]))
    const newest = [...before.values()]
      .map((each) => String(each.modified_at))
      .toSorted()
      .at(-1)!
    const { id: changed } = sandbox.change(id, { fields: { preferred_name: 'One' } })
    sandbox.sync(id)
    const first = sandbox.truth(id, 'hris.Employee').find((each) => each.id === changed)!
    sandbox.change(id, { id: changed, fields: { preferred_name: 'Two' } })
    sandbox.sync(id)
    const after = sandbox.truth(id, 'hris.Employee')
    const second = after.find((each) => each.id === changed)!
    expect(second.preferred_name).toBe('Two')
    expect(String(first.modified_at) > newest).toBe(true)
    expect(String(second.modified_at) > String(first.modified_at)).toBe(true)
    for (const record of after) if (record.id !== changed) expect(record).toEqual(before.get(record.id))
  })

  test('come by themselves, and an idle year costs nothing', async () => {
    const prepared = prepareSandbox({ syncEveryMs: 300_000 })
    const { clock, link, sandbox } = prepared
    const { id, token } = await link()
    const { id: hired } = sandbox.hire(id)
    clock.advance(299_999)
    expect(sandbox.truth(id, 'hris.Employee').some((each) => each.id === hired)).toBe(false)
    clock.advance(1)
    expect(sandbox.truth(id, 'hris.Employee').some((each) => each.id === hired)).toBe(true)
    clock.advance(365 * 86_400_000)
    const { last_sync_finished, next_sync_start } = await statusOf(prepared, token)
    expect(Date.parse(next_sync_start) - Date.parse(last_sync_finished)).toBe(300_000)
    expect(clock.now() - Date.parse(last_sync_finished)).toBeLessThan(300_000)
  })

  test('take their time when told to, and a second call waits for the first', async () => {
    const prepared = prepareSandbox({ syncMs: 2000 })
    const { clock, link, sandbox } = prepared
    const { id, token } = await link()
    const before = sandbox.change(id, { model: 'hris.Company', fields: { display_name: 'First' } })
    sandbox.sync(id)
    sandbox.change(id, { ...before, fields: { display_name: 'Second' } })
    sandbox.sync(id)
    expect(await statusOf(prepared, token)).toMatchObject({ status: 'SYNCING', is_initial_sync: false, last_sync_result: 'DONE' })
    clock.advance(2000)
    expect(await statusOf(prepared, token)).toMatchObject({ status: 'SYNCING' })
    clock.advance(2000)
    expect(await statusOf(prepared, token)).toMatchObject({ status: 'DONE' })
    expect(sandbox.truth(id, 'hris.Company')[0]).toMatchObject({ display_name: 'Second' })
  })

  test('mark what was deleted, with a new timestamp unless told otherwise', async () => {
    for (const stampDeletions of [true, false]) {
      const { call, clock, link, sandbox, walk } = prepareSandbox({ stampDeletions })
      const { id, token } = await link()
      const before = sandbox.truth(id, 'hris.Employee')
      clock.advance(1000)
      const { all, id: gone } = sandbox.remove(id)
      sandbox.sync(id)
      const old = before.find((each) => each.id === gone)!
      const now = sandbox.truth(id, 'hris.Employee').find((each) => each.id === gone)!
      expect(now.remote_was_deleted).toBe(true)
      expect(now.modified_at === old.modified_at).toBe(!stampDeletions)
      expect((await walk(token, 'employees')).records).toHaveLength(59)
      expect((await walk(token, 'employees', { include_deleted_data: 'true' })).records).toHaveLength(60)
      expect((await call(`/api/hris/v1/employees/${gone}`, { token })).body.remote_was_deleted).toBe(true)
      const jobs = sandbox.truth(id, 'hris.Employment').filter((each) => each.employee === gone)
      expect(jobs.length).toBeGreaterThan(0)
      expect(jobs.every((each) => each.remote_was_deleted)).toBe(true)
      expect(all.length).toBeGreaterThan(1)
    }
  })

  test('skip what came and went between two of them', async () => {
    const { link, sandbox } = prepareSandbox()
    const { id } = await link()
    const hired = sandbox.hire(id)
    sandbox.remove(id, { id: hired.id })
    sandbox.sync(id)
    expect(sandbox.truth(id, 'hris.Employee')).toHaveLength(60)
  })

  test('can be preceded by a change that Merge hears of at once', async () => {
    const { link, sandbox } = prepareSandbox()
    const { id } = await link()
    const hired = sandbox.hire(id, { immediately: true, fields: { first_name: 'Ada', last_name: 'Lovelace' } })
    expect(sandbox.truth(id, 'hris.Employee').find((each) => each.id === hired.id)).toMatchObject({ display_full_name: 'Ada Lovelace' })
    sandbox.remove(id, { name: 'Ada Lovelace', immediately: true })
    expect(sandbox.truth(id, 'hris.Employee').find((each) => each.id === hired.id)).toMatchObject({ remote_was_deleted: true })
  })

  test('may be seen later than they are stamped', async () => {
    const { clock, link, sandbox } = prepareSandbox({ visibilityLagMs: 500 })
    const { id } = await link()
    const start = clock.now()
    expect(sandbox.truth(id, 'hris.Employee')).toEqual([])
    clock.advance(500)
    expect(Date.parse(String(sandbox.truth(id, 'hris.Employee')[0]!.modified_at))).toBe(start)
  })

  test('are asked for by the API only when the plan has it', async () => {
    const without = prepareSandbox()
    const account = await without.link()
    expect((await without.call('/api/hris/v1/sync-status/resync', { method: 'POST', token: account.token })).status).toBe(403)
    const { call, link, sandbox } = prepareSandbox({ resyncInPlan: true })
    const { id, token } = await link()
    sandbox.hire(id)
    const { body } = await call('/api/hris/v1/sync-status/resync', { method: 'POST', token })
    expect(body).toHaveLength(16)
    expect(sandbox.truth(id, 'hris.Employee')).toHaveLength(61)
  })
})

describe('what goes wrong', () => {
  test.each<SyncState>(['FAILED', 'PARTIALLY_SYNCED', 'PAUSED', 'DISABLED', 'SYNCING'])('a model can be %s, and heals', async (status) => {
    const prepared = prepareSandbox()
    const { link, sandbox, walk } = prepared
    const { id, token } = await link()
    sandbox.setModelStatus(id, 'hris.Employee', status)
    expect(await statusOf(prepared, token)).toMatchObject({ status, is_initial_sync: false })
    for (let index = 0; index < 9; index++) sandbox.hire(id)
    sandbox.sync(id)
    expect(await statusOf(prepared, token)).toMatchObject({ status })
    const arrived = sandbox.truth(id, 'hris.Employee').length - 60
    expect(arrived).toBe(status === 'PARTIALLY_SYNCED' ? 6 : 0)
    expect((await walk(token, 'employees')).records).toHaveLength(status === 'DISABLED' ? 0 : 60 + arrived)
    expect(await statusOf(prepared, token, 'hris.Employment')).toMatchObject({ status: 'DONE' })
    sandbox.setModelStatus(id, 'hris.Employee', 'DONE')
    expect(await statusOf(prepared, token)).toMatchObject({ status: 'DONE', last_sync_result: 'DONE' })
    expect((await walk(token, 'employees')).records).toHaveLength(69)
  })

  test('a broken connection serves the old data and runs nothing until it is linked again', async () => {
    const { clock, link, linkToken, sandbox, walk, call } = prepareSandbox()
    const { id, token } = await link()
    sandbox.setStatus(id, 'RELINK_NEEDED')
    sandbox.hire(id)
    sandbox.sync(id)
    clock.advance(3 * 86_400_000)
    expect((await walk(token, 'employees')).records).toHaveLength(60)
    expect((await call('/api/hris/v1/account-details', { token })).body.status).toBe('RELINK_NEEDED')
    sandbox.link.complete((await linkToken()).link_token, 'bamboohr')
    expect((await walk(token, 'employees')).records).toHaveLength(61)
  })

  test('an idle account says PAUSED', async () => {
    const prepared = prepareSandbox()
    const { id, token } = await prepared.link()
    prepared.sandbox.setStatus(id, 'IDLE')
    expect(await statusOf(prepared, token)).toMatchObject({ status: 'PAUSED', next_sync_start: null })
  })

  test('levers that fit nothing say what there is', async () => {
    const { link, linkToken, sandbox } = prepareSandbox()
    const { id } = await link()
    expect(() => sandbox.sync('nobody')).toThrow('no linked account nobody')
    expect(() => sandbox.truth(id, 'hris.Nothing')).toThrow('Known: hris.Company')
    expect(() => sandbox.change(id, { fields: { salary: 1 } })).toThrow('has no field salary')
    expect(() => sandbox.change(id, { id: 'x' })).toThrow('has no hris.Employee x')
    expect(() => sandbox.setStatus(id, 'BROKEN' as never)).toThrow('Known: COMPLETE')
    sandbox.link.abandon((await linkToken('other')).link_token)
    expect(() => sandbox.sync(sandbox.accounts()[1]!.id)).toThrow('never completed')
  })

  test('another category’s path, or a model without data, is an empty list', async () => {
    const prepared = prepareSandbox()
    const { token } = await prepared.link()
    expect((await prepared.call('/api/hris/v1/benefits', { token })).body).toEqual({ next: null, previous: null, results: [] })
    expect(await statusOf(prepared, token, 'hris.Benefit')).toMatchObject({ status: 'DISABLED', is_initial_sync: false })
  })
})
