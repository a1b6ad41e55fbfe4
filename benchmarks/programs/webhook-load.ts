import { Agent, request } from 'node:http'
import { signedWebhook } from '../support/webhook.ts'

// Posts signed webhooks over kept connections and prints how many were taken. Arguments: port, how many, connections, accounts (0: they concern none).
const [port = 0, count = 0, connections = 0, accounts = 0] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true, maxSockets: connections })
const bodies = Array.from({ length: 500 }, (_, place) =>
  signedWebhook(2_000 + (place % 7), accounts === 0 ? 'AsyncPost.completed' : 'Employee.changed', `merge-${place % accounts}`),
)

let sent = 0
let taken = 0
await Promise.all(Array.from({ length: connections }, postAll))
agent.destroy()
console.log(taken)

async function postAll(): Promise<void> {
  while (sent < count) if ((await post(bodies[sent++ % bodies.length]!)) === 200) taken++
}

function post({ body, signature }: (typeof bodies)[number]): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-merge-webhook-signature': signature, 'content-length': body.length }
    const outgoing = request({ agent, port, host: '127.0.0.1', path: '/webhook', method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
