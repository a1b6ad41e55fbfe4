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
})
