import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createAllowance } from './allowance.ts'
import { type EmployeePages, employeePages } from './employee-pages.ts'

/**
 * As much of Merge as linking one account and reading four of its models takes, on loopback, in a process of its own:
 * its CPU is nobody's. All of the lists have the same pages. Arguments: how many records, the milliseconds before each answer about
 * the account, and the window of the allowance in milliseconds, 0 for none. Prints its port; ends with its parent.
 */
const [records, latencyMs, windowMs] = process.argv.slice(2).map(Number) as [number, number, number]
const pages = employeePages(records)
const allowance = windowMs > 0 ? createAllowance(windowMs) : null
const lists: Record<string, string> = {
  employees: 'hris.Employee',
  employments: 'hris.Employment',
  locations: 'hris.Location',
  'time-off': 'hris.TimeOff',
}
const linkedAccountId = '00000000-0000-4000-8000-000000000001'
let originId = ''

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.stdin.resume().on('end', () => process.exit())

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (request.headers['x-account-token'] !== undefined) {
    const allowed = allowance?.allows(Date.now()) ?? true
    if (latencyMs > 0) await setTimeout(latencyMs)
    if (!allowed) return void response.writeHead(429).end()
  }
  if (Object.hasOwn(lists, basename(url.pathname))) return answerPage(pages, url.searchParams.get('cursor'), response)
  if (url.pathname.endsWith('/link-token')) {
    originId = JSON.parse(await bodyOf(request)).end_user_origin_id
    return answerJson(response, { link_token: 'link-token', integration_name: null })
  }
  if (url.pathname.includes('/account-token/')) {
    return answerJson(response, {
      account_token: 'account-token',
      id: linkedAccountId,
      integration: { name: 'Fake', categories: ['hris'] },
    })
  }
  if (url.pathname.endsWith('/account-details')) {
    const account = { id: linkedAccountId, end_user_origin_id: originId, category: 'hris', status: 'COMPLETE', account_type: 'TEST' }
    return answerJson(response, { ...account, integration: 'Fake', integration_slug: 'fake' })
  }
  if (url.pathname.endsWith('/sync-status'))
    return answerJson(response, { next: null, previous: null, results: Object.values(lists).map(synced) })
  if (url.pathname.endsWith('/allowance')) return answerJson(response, allowance?.counted)
  response.writeHead(404).end()
}

function synced(model: string) {
  return {
    model_name: model.slice('hris.'.length),
    model_id: model,
    status: 'DONE',
    is_initial_sync: false,
    last_sync_result: 'DONE',
    last_sync_start: '2026-01-15T09:00:00Z',
    last_sync_finished: '2026-01-15T09:10:00Z',
    next_sync_start: null,
  }
}

function answerPage(from: EmployeePages, cursor: string | null, response: ServerResponse): void {
  const number = from.read(cursor)
  const page = number === null ? null : from.page(number)
  if (page === null) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': page.length })
  response.end(Buffer.from(page)) // a copy: the next page is written into the same bytes
}

function answerJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
