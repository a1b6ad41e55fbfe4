import { expect, test } from 'vitest'
import { prepareSandbox } from './prepare.ts'

test('payment terms and accounting periods know no modified_after, and lose what is deleted without a word', async () => {
  const { sandbox, link, walk, clock } = prepareSandbox()
  const { id, token } = await link('org_1', 'accounting')
  clock.advance(1000)
  const later = new Date(clock.now()).toISOString()
  const terms = (query: Record<string, string> = {}) => walk(token, 'payment-terms', query, 'accounting')
  const all = (await terms()).records
  expect(all.length).toBeGreaterThan(2)
  const passedOver = { modified_after: later, created_after: later, remote_id: 'nobody', modified_before: 'not a date' }
  for (const [parameter, value] of Object.entries(passedOver)) expect((await terms({ [parameter]: value })).records).toEqual(all)
  expect((await walk(token, 'accounting-periods', { modified_after: later }, 'accounting')).records.length).toBeGreaterThan(12)
  expect((await walk(token, 'tax-rates', { modified_after: later }, 'accounting')).records).toEqual([])

  const { id: gone } = sandbox.remove(id, { model: 'accounting.PaymentTerm' })
  sandbox.sync(id)
  const left = (await terms({ include_deleted_data: 'true' })).records
  expect(left).toHaveLength(all.length - 1)
  expect(left.map((record) => record.id)).not.toContain(gone)
  expect(left[0]).not.toHaveProperty('remote_was_deleted')
  expect(sandbox.truth(id, 'accounting.PaymentTerm')).toEqual(left)
})

test('a deleted record without a mark cannot be retrieved either', async () => {
  const { sandbox, link, call } = prepareSandbox()
  const { id, token } = await link('org_1', 'crm')
  const { id: gone } = sandbox.remove(id, { model: 'crm.EngagementType' })
  expect((await call(`/api/crm/v1/engagement-types/${gone}`, { token })).status).toBe(200)
  sandbox.sync(id)
  expect((await call(`/api/crm/v1/engagement-types/${gone}`, { token })).status).toBe(404)
})

test('tags of applicants have no id, and modified_after and deletion marks all the same', async () => {
  const { sandbox, link, walk, call, clock } = prepareSandbox()
  const { id, token } = await link('org_1', 'ats')
  const tags = async (query: Record<string, string> = {}) => (await walk(token, 'tags', query, 'ats')).records
  for (const tag of await tags()) expect(tag).not.toHaveProperty('id')
  const before = new Date(clock.now() + 1).toISOString()
  clock.advance(5000)
  const { id: internal } = sandbox.remove(id, { model: 'ats.Tag', name: 'Referral' })
  sandbox.sync(id)
  expect(await tags({ modified_after: before, include_deleted_data: 'true' })).toMatchObject([
    { name: 'Referral', remote_was_deleted: true },
  ])
  expect((await call(`/api/ats/v1/tags/${internal}`, { token })).status).toBe(404)
})

test('models go by Merge’s name for them, and by the plain one', async () => {
  const { sandbox, link, call, walk } = prepareSandbox()
  const { id, token } = await link('org_1', 'ticketing')
  expect(sandbox.truth(id, 'ticketing.Team')).toEqual(sandbox.truth(id, 'ticketing.TicketingTeam'))
  expect(sandbox.remove(id, { model: 'ticketing.Tag' }).model).toBe('ticketing.TicketingTag')
  expect(() => sandbox.truth(id, 'ats.Tag')).toThrow('Known: ticketing.Role, ticketing.TicketingTeam')
  for (const model of ['ticketing.Attachment', 'ticketing.TicketingAttachment']) {
    sandbox.fault({ kind: 'status', status: 502, model })
    expect((await call('/api/ticketing/v1/tickets', { token })).status).toBe(200)
    expect((await call('/api/ticketing/v1/attachments', { token })).status).toBe(502)
  }
  sandbox.setModelStatus(id, 'ticketing.Team', 'DISABLED')
  expect((await walk(token, 'teams', {}, 'ticketing')).records).toEqual([])
})

test('what belongs to a record goes with it, and what only points to it stays', async () => {
  const { sandbox, link } = prepareSandbox({ records: 200 })
  const { id } = await link('org_1', 'ticketing')
  const tickets = sandbox.truth(id, 'ticketing.Ticket')
  const comments = sandbox.truth(id, 'ticketing.Comment')
  const said = comments.find((comment) => comment.user !== null)!
  const ticket = tickets.find((each) => each.id === said.ticket)!
  sandbox.remove(id, { model: 'ticketing.User', id: String(said.user) })
  sandbox.sync(id)
  const after = (model: string, of: unknown) => sandbox.truth(id, model).find((each) => each.id === of)!
  expect(after('ticketing.Comment', said.id)).toMatchObject({ user: null, remote_was_deleted: false })
  expect(after('ticketing.Ticket', ticket.id).assignees).not.toContain(said.user)
  sandbox.remove(id, { id: String(ticket.id) })
  sandbox.sync(id)
  expect(after('ticketing.Comment', said.id).remote_was_deleted).toBe(true)
})

test('folders go down with what is in them, however deep', async () => {
  const { sandbox, link } = prepareSandbox({ records: 150 })
  const { id } = await link('org_1', 'filestorage')
  const { all } = sandbox.remove(id, { model: 'filestorage.Drive' })
  const drive = all[0]!.id
  sandbox.sync(id)
  for (const model of ['filestorage.Folder', 'filestorage.File']) {
    const records = sandbox.truth(id, model)
    expect(records.filter((record) => record.remote_was_deleted).length).toBeGreaterThan(0)
    for (const record of records) expect(record.remote_was_deleted).toBe(record.drive === drive)
  }
})

test('lists below a record, and of the source’s own fields, are there and empty', async () => {
  const { link, call } = prepareSandbox()
  const empty = { next: null, previous: null, results: [] }
  for (const [category, paths] of Object.entries({
    ticketing: ['tickets/x/viewers', 'collections/x/viewers', 'projects/x/users', 'tickets/remote-field-classes'],
    ats: ['jobs/x/screening-questions'],
    crm: ['custom-object-classes/x/custom-objects', 'custom-object-classes/x/custom-objects/y/associations', 'leads/remote-field-classes'],
    accounting: ['expense-reports/x/lines', 'invoices/line-items/remote-field-classes'],
    chat: ['conversations/x/members', 'messages/x/replies'],
  })) {
    const { token } = await link(category, category)
    for (const path of paths) expect(await call(`/api/${category}/v1/${path}`, { token })).toMatchObject({ status: 200, body: empty })
    expect((await call(`/api/${category}/v1/${paths[0]}/more`, { token })).status).toBe(404)
    expect((await call(`/api/${category}/v1/users/x/nothing`, { token })).status).toBe(404)
  }
})

test('lists are filtered by fields, by what is inside fields, and by ranges of dates', async () => {
  const { sandbox, link, walk } = prepareSandbox({ records: 150 })
  const { id, token } = await link('org_1', 'ats')
  const [candidate] = sandbox.truth(id, 'ats.Candidate')
  const [mail] = candidate!.email_addresses as { value: string }[]
  const found = (await walk(token, 'candidates', { email_addresses: mail!.value }, 'ats')).records
  expect(found.map((each) => each.id)).toEqual([candidate!.id])
  const applications = (await walk(token, 'applications', { candidate_id: String(candidate!.id) }, 'ats')).records
  expect(applications.map((each) => each.id).toSorted()).toEqual((candidate!.applications as string[]).toSorted())

  const books = await link('org_1', 'accounting')
  const invoices = sandbox.truth(books.id, 'accounting.Invoice')
  const dates = invoices.map((each) => String(each.issue_date)).toSorted()
  const middle = dates[70]!
  const newer = (await walk(books.token, 'invoices', { issue_date_after: middle, page_size: '100' }, 'accounting')).records
  expect(newer).toHaveLength(dates.filter((date) => date > middle).length)
  const desk = await link('org_1', 'ticketing')
  const closed = (await walk(desk.token, 'tickets', { completed_after: '2000-01-01', page_size: '100' }, 'ticketing')).records
  expect(closed.length).toBeGreaterThan(0)
  for (const ticket of closed) expect(ticket.completed_at).not.toBeNull()
})

test('records are expanded by every relation of the list', async () => {
  const { link, call } = prepareSandbox()
  const { token } = await link('org_1', 'ticketing')
  const { body } = await call('/api/ticketing/v1/comments?expand=ticket,user,contact', { token })
  for (const comment of body.results) {
    expect(comment.ticket).toMatchObject({ ticket_url: expect.any(String) })
    if (comment.user !== null) expect(comment.user).toMatchObject({ email_address: expect.any(String) })
  }
})

test('one vendor may serve two categories, and one identity have an account in each', async () => {
  const { link, sandbox, linkToken } = prepareSandbox()
  const [people, jobs] = [await link('org_1', 'hris'), await link('org_1', 'ats')]
  expect(people.id).not.toBe(jobs.id)
  const accounts = sandbox.accounts().map(({ category, integration }) => [category, integration?.slug])
  expect(accounts).toEqual([
    ['hris', 'bamboohr'],
    ['ats', 'bamboohr'],
  ])
  const { link_token } = await linkToken('org_2', { categories: ['crm', 'chat'] })
  expect(sandbox.link.complete(link_token, 'bamboohr')).toHaveProperty('error')
  expect(sandbox.link.complete(link_token, 'slack')).toHaveProperty('publicToken')
  expect(sandbox.accounts().at(-1)!.category).toBe('chat')
})

test('a token of one category reads nothing in another', async () => {
  const { link, walk } = prepareSandbox()
  const { token } = await link('org_1', 'ticketing')
  expect((await walk(token, 'users', {}, 'ticketing')).records.length).toBeGreaterThan(0)
  expect((await walk(token, 'users', {}, 'crm')).records).toEqual([])
  expect((await walk(token, 'sync-status', {}, 'crm')).records).toEqual([])
})

test('cancelled events are listed on request only', async () => {
  const { link, walk, sandbox } = prepareSandbox()
  const { id, token } = await link('org_1', 'calendar')
  const cancelled = async (query: Record<string, string>) =>
    (await walk(token, 'events', query, 'calendar')).records.filter((event) => event.is_cancelled === true).length
  expect(await cancelled({})).toBe(0)
  expect(await cancelled({ include_cancelled: 'false' })).toBe(0)
  expect(await cancelled({ include_cancelled: 'true' })).toBe(5)
  expect(sandbox.truth(id, 'calendar.Event').filter((event) => event.is_cancelled)).toHaveLength(5)
})
