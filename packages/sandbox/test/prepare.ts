import { createSandbox, manualClock, type SandboxOptions } from '../src/index.ts'

/** A small sandbox on a clock that stands still, without limits unless asked for, and calls against it without a socket. */
export function prepareSandbox(options: SandboxOptions = {}) {
  const clock = manualClock()
  const sandbox = createSandbox({
    clock,
    employees: 60,
    initialSyncMs: 0,
    rateLimitPerMinute: Number.POSITIVE_INFINITY,
    addressBlock: false,
    ...options,
  })

  const call = async (path: string, init: { method?: string; body?: unknown; token?: string | null; key?: string | null } = {}) => {
    const headers = new Headers()
    if (init.key !== null) headers.set('authorization', `Bearer ${init.key ?? sandbox.apiKey}`)
    if (init.token) headers.set('x-account-token', init.token)
    if (init.body !== undefined) headers.set('content-type', 'application/json')
    const body = init.body === undefined ? null : JSON.stringify(init.body)
    const request = new Request(`http://sandbox.test${path}`, { method: init.method ?? (body ? 'POST' : 'GET'), headers, body })
    const response = await sandbox.handle(request)
    const text = await response.text()
    const parsed = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null
    return { status: response.status, headers: response.headers, text, body: parsed }
  }

  const linkToken = async (originId = 'org_1', more: object = {}): Promise<{ link_token: string; integration_name: string | null }> => {
    const user = {
      end_user_email_address: 'it@acme.test',
      end_user_organization_name: 'Acme',
      end_user_origin_id: originId,
      categories: ['hris'],
    }
    return (await call('/api/integrations/create-link-token', { body: { ...user, ...more } })).body
  }

  /** The vendor is the category's first one. */
  const link = async (originId = 'org_1', category = 'hris'): Promise<{ id: string; token: string; publicToken: string }> => {
    const { link_token } = await linkToken(originId, { categories: [category] })
    const start = sandbox.link.start(link_token, 'http://sandbox.test')
    if ('expired' in start) throw new Error('The link token is not accepted.')
    const completed = sandbox.link.complete(link_token, start.integrations[0]!.slug)
    if ('error' in completed) throw new Error(completed.error)
    const { body } = await call(`/api/integrations/account-token/${completed.publicToken}`)
    return { id: body.id, token: body.account_token, publicToken: completed.publicToken }
  }

  /** Every record of a list, page by page, in order; and how many pages it took. */
  const walk = async (token: string, path: string, query: Record<string, string> = {}, category = 'hris') => {
    const records: Record<string, unknown>[] = []
    let cursor: string | null = null
    let pages = 0
    do {
      const parameters = new URLSearchParams({ ...query, ...(cursor && { cursor }) })
      const { body } = await call(`/api/${category}/v1/${path}?${parameters}`, { token })
      records.push(...body.results)
      cursor = body.next
      pages++
    } while (cursor && pages < 1000)
    return { records, pages }
  }

  return { sandbox, clock, call, linkToken, link, walk }
}
