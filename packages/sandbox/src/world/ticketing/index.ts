import type { Category, SourceRecord } from '../category.ts'
import { inventCompany, inventPhone, places } from '../companies.ts'
import { day, midnight, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { models } from './models.ts'
import { collections, descriptions, files, replies, roles, subjects, tags, teams } from './words.ts'

/** A help desk: customers, the people who answer them, and what they write to each other. */
export const ticketing: Category = defineCategory({
  name: 'ticketing',
  main: 'Ticket',
  labels: { change: 'Change a ticket', add: 'Open a ticket', remove: 'Delete a ticket' },
  models,
  populate(scribe, size) {
    furnish(scribe)
    for (let index = 1; index <= Math.max(3, Math.ceil(size / 50)); index++) writeUser(scribe, index)
    for (let index = 1; index <= Math.ceil(size / 25); index++) writeAccount(scribe, index)
    for (let index = 1; index <= Math.ceil(size / 8); index++) writeContact(scribe, index)
    for (let index = 1; index <= size; index++) writeTicket(scribe, `ticket-${index}`, Math.floor(scribe.random.next() ** 2 * 700))
  },
  add: (scribe, key) => writeTicket(scribe, key, 0),
  edits: {
    Ticket: (random, number) => ({
      status: random.pick(['OPEN', 'IN_PROGRESS', 'ON_HOLD']),
      priority: random.pick(['URGENT', 'HIGH', 'NORMAL', 'LOW']),
      description: `${random.pick(descriptions)}\n\nReference ${number}`,
    }),
    Comment: (random, number) => bodies(`${random.pick(replies)} (edited, ${number})`),
    User: (_random, number) => ({ avatar: `https://help.example/avatars/${number}.png` }),
    Contact: (random, number) => ({
      phone_number: inventPhone(random.pick(places), random),
      details: `Prefers e-mail, see note ${number}`,
    }),
    Attachment: (_random, number) => ({ file_name: `renamed-${number}.bin` }),
  },
})

function furnish(scribe: Scribe): void {
  scribe.writeAll('Role', 'role', roles)
  scribe.writeAll(
    'Team',
    'team',
    teams.map((name) => ({ name, description: `Everything for ${name}` })),
  )
  scribe.writeAll('Tag', 'tag', tags)
  let project: string | null = null
  collections.forEach(({ name, type }, index) => {
    const created = moment(scribe.today - 900 * day)
    const { id } = scribe.write('Collection', `collection-${index + 1}`, {
      ...{ name, collection_type: type, parent_collection: type === 'LIST' ? project : null },
      access_level: type === 'LIST' ? 'PARENT_COLLECTION' : 'COMPANY',
      permissions: type === 'LIST' ? [] : [permission(scribe, index)],
      collection_url: `https://help.example/collections/${index + 1}`,
      ...{ remote_created_at: created, remote_updated_at: created },
    })
    if (type === 'PROJECT') project = id
  })
}

/** Everybody on these teams may do everything in the collection. */
function permission(scribe: Scribe, index: number) {
  return part({
    id: scribe.id('Collection', `permission-${index + 1}`),
    ...{ remote_id: `permission-${index + 1}`, effect: 'ALLOWED', actions: ['VIEW', 'CREATE', 'EDIT', 'DELETE'] },
    ...{ applied_to_users: [], applied_to_roles: [], applied_to_teams: scribe.some('Team', 2), applied_to_collections: [] },
    ...{ remote_was_deleted: false, field_mappings: null },
  })
}

function writeUser(scribe: Scribe, index: number): void {
  const person = inventPerson(scribe.random)
  scribe.write('User', `user-${index}`, {
    name: `${person.given} ${person.family}`,
    email_address: `${mailName(person, index)}@company.example`,
    is_active: scribe.random.chance(0.93),
    teams: scribe.some('Team', 2),
    roles: scribe.some('Role', 1),
  })
}

function writeAccount(scribe: Scribe, index: number): void {
  const { name, domain } = inventCompany(scribe.random)
  scribe.write('Account', `account-${index}`, { name, domains: [domain] })
}

function writeContact(scribe: Scribe, index: number): void {
  const { random } = scribe
  const person = inventPerson(random)
  scribe.write('Contact', `contact-${index}`, {
    name: `${person.given} ${person.family}`,
    email_address: `${mailName(person, index)}@customer.example`,
    phone_number: random.chance(0.4) ? inventPhone(random.pick(places), random) : null,
    account: random.chance(0.85) ? scribe.one('Account') : null,
  })
}

/** A ticket, what is attached to it and what was said about it. */
function writeTicket(scribe: Scribe, key: string, age: number): SourceRecord {
  const { random, today } = scribe
  const opened = today - age * day - random.integer(6) * 3_600_000
  const closed = age > 5 && random.chance(0.7) ? Math.min(today, opened + (1 + random.integer(12)) * day) : null
  const contact = scribe.one('Contact')
  const asked = scribe.all('Contact').find((each) => each.id === contact)
  const attached = random.chance(0.15) ? [scribe.id('Attachment', `${key}-file-1`)] : []
  const assignees = scribe.some('User', age === 0 ? 0 : 1)
  const ticket = scribe.write('Ticket', key, {
    name: random.pick(subjects),
    assignees,
    assigned_teams: random.chance(0.5) ? scribe.some('Team', 1) : [],
    creator: random.chance(0.2) ? scribe.one('User') : null,
    due_date: random.chance(0.4) ? midnight(opened + 5 * day) : null,
    status: closed !== null ? 'CLOSED' : age === 0 ? 'OPEN' : random.pick(['OPEN', 'IN_PROGRESS', 'ON_HOLD']),
    description: random.chance(0.95) ? random.pick(descriptions) : null,
    collections: scribe.some('Collection', 1),
    ticket_type: random.pick(['incident', 'question', 'task', 'problem', null]),
    account: asked?.fields.account ?? null,
    contact,
    parent_ticket: random.chance(0.04) ? scribe.one('Ticket') : null,
    attachments: attached,
    access_level: 'COMPANY',
    tags: [...new Set([random.pick(tags), random.pick(tags)])].slice(0, random.integer(3)),
    ticket_url: `https://help.example/tickets/${key}`,
    priority: random.pick(['URGENT', 'HIGH', 'NORMAL', 'NORMAL', 'NORMAL', 'LOW', null]),
    remote_created_at: moment(opened),
    remote_updated_at: moment(closed ?? opened),
    completed_at: closed === null ? null : moment(closed),
  })
  if (attached.length > 0) writeAttachment(scribe, ticket, opened)
  const said = age === 0 ? 0 : random.integer(4)
  for (let index = 1; index <= said; index++) {
    const byContact = contact !== null && index % 2 === 0
    scribe.write('Comment', `${key}-comment-${index}`, {
      ...(byContact ? { contact } : { user: assignees[0] ?? scribe.one('User') }),
      ...bodies(random.pick(replies)),
      ticket: ticket.id,
      is_private: !byContact && random.chance(0.2),
      remote_created_at: moment(Math.min(today, opened + index * 7_200_000)),
    })
  }
  return ticket
}

function writeAttachment(scribe: Scribe, ticket: SourceRecord, at: number): void {
  const [file_name, content_type] = scribe.random.pick(files)
  const key = `${ticket.remoteId}-file-1`
  const file_url = `https://help.example/files/${key}`
  const uploaded_by = scribe.one('User')
  const fields = { file_name, content_type, file_url, uploaded_by, ticket: ticket.id, remote_created_at: moment(at) }
  scribe.write('Attachment', key, fields)
}

function bodies(body: string) {
  return { body, html_body: `<p>${body.replaceAll('\n', '<br>')}</p>` }
}
