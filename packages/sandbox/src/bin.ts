#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { listenSandbox } from './listen.ts'
import { createSandbox } from './sandbox.ts'
import type { RequestEntry } from './settings.ts'
import { type Variant, type VariantChoice, variants } from './variants.ts'
import { webhookEvents } from './webhook-events.ts'

const usage = `connect-integration-sandbox: an offline double of Merge

  --port 4010                  port to listen on
  --host 127.0.0.1             address to listen on; anybody who reaches it controls the sandbox
  --seed 1                     every name, id and token follows from it
  --records 2500               main records per linked account: people, tickets, invoices, files …
  --employees                  people per linked HRIS account, if not as many
  --initial-sync-seconds 8     how long a first sync takes
  --sync-every-seconds 86400   from one sync to the next
  --rate-limit 100             requests per linked account and minute
  --variants                   answers in rarer lawful forms: seeded, or a list such as next-absent,fields-null
  --webhook-url                where signed webhooks go, for example http://localhost:3000/api/integrations/webhook
  --webhook-secret             what signs them; default sandbox_webhook_secret
  --webhook-records            also one for every record that Merge writes after the first sync, and for every model of a sync`

await main()

async function main(): Promise<void> {
  const { values } = readArguments()
  if (values.help) return console.log(usage)
  const number = (name: keyof typeof values) => {
    const value = Number(values[name])
    if (Number.isFinite(value) && value >= 0) return value
    return fail(`--${name} needs a number, 0 or more.\n\n${usage}`)
  }
  const sandbox = createSandbox({
    seed: number('seed'),
    records: number('records'),
    ...(values.employees !== undefined && { employees: number('employees') }),
    initialSyncMs: number('initial-sync-seconds') * 1000,
    syncMs: 2000,
    syncEveryMs: number('sync-every-seconds') * 1000,
    rateLimitPerMinute: number('rate-limit'),
    ...(values.variants && { variants: readVariants(values.variants) }),
    ...(values['webhook-url'] && {
      webhooks: {
        url: values['webhook-url'],
        secret: values['webhook-secret'],
        ...(values['webhook-records'] && { events: [...webhookEvents, '*.added', '*.changed', '*.removed', '*.synced'] as const }),
      },
    }),
    onRequest: (entry) => {
      // The control page asks every second.
      if (entry.path !== '/sandbox/accounts') console.log(logLine(entry))
    },
  })
  const port = number('port')
  const { url } = await listenSandbox(sandbox, { port, host: values.host }).catch((error: NodeJS.ErrnoException) =>
    fail(error.code === 'EADDRINUSE' ? `Port ${port} is taken. Pass another one with --port.` : error.message),
  )
  console.log(`The sandbox listens on ${url}\nOpen that address to change its data.\n`)
  console.log(`MERGE_API_BASE_URL=${url}/api\nMERGE_API_KEY=${sandbox.apiKey}`)
  if (values['webhook-url']) console.log(`MERGE_WEBHOOK_SECRET=${values['webhook-secret']}`)
  console.log(`\nMerge Link's script: ${url}/initialize.js\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: '4010' },
        host: { type: 'string', default: '127.0.0.1' },
        seed: { type: 'string', default: '1' },
        records: { type: 'string', default: '2500' },
        employees: { type: 'string' },
        'initial-sync-seconds': { type: 'string', default: '8' },
        'sync-every-seconds': { type: 'string', default: '86400' },
        'rate-limit': { type: 'string', default: '100' },
        variants: { type: 'string' },
        'webhook-url': { type: 'string' },
        'webhook-records': { type: 'boolean', default: false },
        'webhook-secret': { type: 'string', default: 'sandbox_webhook_secret' },
      },
    })
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`)
  }
}

function readVariants(text: string): VariantChoice {
  const named = text.split(',')
  const unknown = named.find((name) => name !== 'seeded' && !(variants as readonly string[]).includes(name))
  if (unknown !== undefined) fail(`--variants knows no ${unknown}. Known: seeded, ${variants.join(', ')}.`)
  return named.includes('seeded') ? 'seeded' : (named as Variant[])
}

function logLine(entry: RequestEntry): string {
  const time = new Date().toISOString().slice(11, 19)
  const account = entry.linkedAccountId ? `  ${entry.linkedAccountId.slice(0, 8)}` : ''
  return `${time}  ${entry.status || '---'}  ${entry.method.padEnd(6)} ${entry.path}${account}`
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
