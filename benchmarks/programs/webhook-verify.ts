import { createHmac } from 'node:crypto'
import { memoryStorage } from '@connect-integration/server/storage/memory'
import { Webhook } from 'standardwebhooks'
import { measure, report } from '../support/measure.ts'
import { integrationsOver, SECRET, signedWebhook } from '../support/webhook.ts'

// Verifies and parses one body again and again. Arguments: `ours` or `standardwebhooks`, how many bytes, how often.
const [whose, bytes, often] = process.argv.slice(2)
const verify = whose === 'ours' ? ours() : theirs()

let taken = 0
await times(Math.ceil(Number(often) / 5))
const cost = await measure(() => times(Number(often)))
report({ ...cost, taken })

async function times(count: number): Promise<void> {
  taken = 0
  for (let turn = 0; turn < count; turn++) if (await verify()) taken++
}

/** An event that concerns no account: verified, parsed, and answered. */
function ours() {
  const { body, signature } = signedWebhook(Number(bytes), 'AsyncPost.completed', 'x')
  const { receiveWebhook } = integrationsOver(memoryStorage())
  return async () => (await receiveWebhook({ body, signature })).status === 200
}

/** The same body under that library's own headers: its signature covers an id and a time as well. */
function theirs() {
  const text = signedWebhook(Number(bytes), 'AsyncPost.completed', 'x').body.toString()
  const key = Buffer.from(SECRET)
  const webhook = new Webhook(key.toString('base64'))
  const time = `${Math.floor(Date.now() / 1000)}`
  const signature = createHmac('sha256', key).update(`msg_1.${time}.${text}`).digest('base64')
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` }
  return async () => (webhook.verify(text, headers) as { hook: unknown }).hook !== undefined
}
