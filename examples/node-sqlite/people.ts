import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Owner } from '@connect-integration/server'

interface Employee {
  display_full_name: string | null
  first_name: string | null
  last_name: string | null
  work_email: string | null
  job_title?: string | null
  employment_status: string | null
}

/** The people of one connection that changed since `after`: the page keeps its own copy in step, as your users table would. */
export async function listPeople(owner: Owner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  const after = Number(query.get('after') ?? 0)
  try {
    const account = await owner.account(query.get('account') ?? '')
    if (account === null || !Number.isSafeInteger(after) || after < 0) return answer(response, 404, { people: [], next: null })
    const page = await account.changesPage<Employee>('hris.Employee', { after, limit: 1000 })
    const people = page.changes.map(({ seq, id, op, data }) => ({
      seq,
      id,
      gone: op === 'delete',
      name: data.display_full_name ?? [data.first_name, data.last_name].filter(Boolean).join(' '),
      email: data.work_email,
      status: data.employment_status,
    }))
    answer(response, 200, { people, next: page.next })
  } catch {
    answer(response, 503, { people: [], next: null })
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}
