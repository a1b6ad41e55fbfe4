import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { WebhookEvent } from '../src/index.ts'
import { prepareSandbox } from './prepare.ts'

/** A sandbox whose webhooks end here; `answers` are given in turn, then 200. */
function prepareWebhooks(options: { answers?: (number | 'unreachable')[]; events?: WebhookEvent[] } = {}) {
  const answers = [...(options.answers ?? [])]
  const received: { text: string; signature: string | null }[] = []
  const waits: number[] = []
  const receive: typeof fetch = async (url, init) => {
    const request = new Request(url, init)
    received.push({ text: await request.text(), signature: request.headers.get('x-merge-webhook-signature') })
    const answer = answers.shift() ?? 200
    if (answer === 'unreachable') throw new TypeError('fetch failed')
    return new Response(null, { status: answer })
  }
  const webhooks = {
    url: 'http://product.test/webhook',
    secret: 'signing',
    fetch: receive,
    ...(options.events && { events: options.events }),
  }
  const prepared = prepareSandbox({ webhooks, initialSyncMs: 1000, sleep: async (ms) => void waits.push(ms) })
  const events = () => received.map(({ text }) => JSON.parse(text).hook.event)
  return { ...prepared, received, waits, events }
}

describe('webhooks', () => {
  test('tell the life of a connection, in order, signed over the exact bytes', async () => {
    const { sandbox, link, linkToken, clock, call, received, events } = prepareWebhooks()
    const { id, token } = await link('org_9')
    expect(await sandbox.deliverWebhooks()).toBe(1)
    clock.advance(1000)
    sandbox.setStatus(id, 'RELINK_NEEDED')
    sandbox.link.complete((await linkToken('org_9')).link_token, 'bamboohr')
    clock.advance(1)
    await call('/api/hris/v1/delete-account', { method: 'POST', token })
    await sandbox.deliverWebhooks()
    expect(events()).toEqual([
      'LinkedAccount.linked',
      'LinkedAccount.sync_completed',
      'Issue.new',
      'LinkedAccount.linked',
      'Issue.resolved',
      'LinkedAccount.sync_completed',
      'LinkedAccount.deleted',
    ])
    for (const { text, signature } of received) {
      expect(signature?.replace(/=+$/, '')).toBe(createHmac('sha256', 'signing').update(text).digest('base64url'))
    }
    const [linked, synced, issue, relinked] = received.map(({ text }) => JSON.parse(text))
    expect(linked).toMatchObject({
      hook: { target: 'http://product.test/webhook' },
      linked_account: { id, end_user_origin_id: 'org_9', integration: 'BambooHR', integration_slug: 'bamboohr', status: 'COMPLETE' },
      data: { account_token: token, is_relink: false },
    })
    expect(synced.data).toMatchObject({ is_initial_sync: true, integration_name: 'BambooHR', integration_id: 'bamboohr' })
    expect(synced.data.sync_status['hris.Employee']).toEqual({
      last_sync_result: 'DONE',
      last_sync_finished: expect.stringMatching(/\.\d{6}Z$/),
      data_fresh_as_of: expect.stringMatching(/\.\d{6}Z$/),
      sync_status_reason: null,
    })
    expect(synced.data.sync_status).not.toHaveProperty(['hris.Benefit'])
    expect(issue.data).toMatchObject({ status: 'ONGOING', end_user: { linked_account_id: id } })
    expect(relinked.data.is_relink).toBe(true)
  })

  test('are tried three times when nobody takes them, and once when they are refused', async () => {
    for (const [answers, tries, waited] of [
      [[500, 'unreachable', 503], 3, [1000, 2000]],
      [[502], 2, [1000]],
      [[400], 1, []],
    ] as const) {
      const { sandbox, link, received, waits } = prepareWebhooks({ answers: [...answers] })
      await link()
      expect(await sandbox.deliverWebhooks()).toBe(answers.length === 1 && answers[0] === 502 ? 1 : 0)
      expect(received).toHaveLength(tries)
      expect(waits).toEqual(waited)
      expect(await sandbox.deliverWebhooks()).toBe(0)
    }
  })

  test('are sent for the events that are on', async () => {
    const { sandbox, link, clock, events } = prepareWebhooks({ events: ['LinkedAccount.sync_completed'] })
    await link()
    clock.advance(1000)
    await sandbox.deliverWebhooks()
    expect(events()).toEqual(['LinkedAccount.sync_completed'])
  })

  test('of records are off, and on they tell what every sync after the first has written', async () => {
    const off = prepareWebhooks()
    const on = prepareWebhooks({ events: ['*.added', '*.changed', 'Employee.removed'] })
    for (const { sandbox, link, clock } of [off, on]) {
      const { id } = await link()
      clock.advance(1000)
      sandbox.hire(id, { fields: { first_name: 'Ada' } })
      const { id: changed } = sandbox.change(id, { model: 'hris.Company', fields: { display_name: 'New Ltd' } })
      const gone = sandbox.remove(id, { model: 'hris.Employee' }).id
      sandbox.sync(id)
      clock.advance(1)
      await sandbox.deliverWebhooks()
      if (off.sandbox === sandbox) continue
      const bodies = on.received.map(({ text }) => JSON.parse(text))
      const of = (event: string) => bodies.filter(({ hook }) => hook.event === event).map(({ data }) => data)
      expect(of('Company.changed')).toEqual(sandbox.truth(id, 'hris.Company').filter((record) => record.id === changed))
      expect(of('Employee.added')).toMatchObject([{ first_name: 'Ada', remote_was_deleted: false }])
      expect(of('Employee.removed')).toMatchObject([{ id: gone, remote_was_deleted: true }])
      // What went with the employee, under names that are not on.
      expect(bodies.filter(({ hook }) => hook.event.endsWith('.removed'))).toHaveLength(1)
      expect(bodies.every(({ linked_account }) => linked_account.id === id)).toBe(true)
    }
    expect(off.events()).toEqual(['LinkedAccount.linked', 'LinkedAccount.sync_completed', 'LinkedAccount.sync_completed'])
  })

  test('can be switched on and off while it runs, by the control API too', async () => {
    const { sandbox, link, clock, call, events } = prepareWebhooks({ events: [] })
    const { id } = await link()
    clock.advance(1000)
    const edit = () => sandbox.change(id, { model: 'hris.Company', fields: { display_name: `Ltd ${clock.now()}` }, immediately: true })
    edit()
    expect((await call('/sandbox/webhooks', { body: { events: ['Company.changed'] } })).body).toEqual({ done: true })
    edit()
    sandbox.setWebhookEvents([])
    edit()
    await sandbox.deliverWebhooks()
    expect(events()).toEqual(['Company.changed'])
    for (const wrong of [['LinkedAccount.changed'], ['Employee.created'], ['*'], 'Company.changed', undefined])
      expect((await call('/sandbox/webhooks', { body: { events: wrong } })).status, String(wrong)).toBe(400)
    expect(() => prepareSandbox().sandbox.setWebhookEvents(['Company.changed'])).toThrow('nowhere to send')
  })

  test('of records are called as Merge calls them, and look as in the list', async () => {
    const names = {
      crm: ['CRMContact', 'CRMAccount', 'Opportunity'],
      accounting: ['Invoice', 'Contact', 'AccountingTransaction'],
      knowledgebase: ['KnowledgeBaseArticle'],
      filestorage: ['FileStorageFile'],
      ticketing: ['Ticket', 'TicketingTag'],
      ats: ['Candidate', 'RemoteUser'],
    }
    for (const [category, expected] of Object.entries(names)) {
      const { sandbox, link, clock, received, events } = prepareWebhooks({ events: ['*.synced', '*.added'] })
      const { id } = await link('org_1', category)
      clock.advance(1000)
      const { model } = sandbox.add(id, { immediately: true })
      await sandbox.deliverWebhooks()
      expect(events(), category).toEqual(expect.arrayContaining(expected.map((name) => `${name}.synced`)))
      const added = received.map(({ text }) => JSON.parse(text)).find(({ hook }) => hook.event === `${expected[0]}.added`)
      expect(sandbox.truth(id, model)).toContainEqual(added?.data)
      const [first] = received.map(({ text }) => JSON.parse(text)).filter(({ hook }) => hook.event === `${expected[0]}.synced`)
      expect(Object.keys(first.data)).toEqual(['integration_name', 'integration_id', 'synced_fields', 'sync_status'])
      expect(first.data.sync_status).toMatchObject({ status: 'DONE', last_sync_result: 'DONE' })
    }
  })
})
