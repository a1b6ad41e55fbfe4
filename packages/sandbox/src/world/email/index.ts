import type { Category, SourceRecord } from '../category.ts'
import { day, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { models } from './models.ts'

const groups = ['Everyone', 'Support', 'Buchhaltung']
const folders = ['Inbox', 'Sent', 'Archive', 'Entwürfe']
const subjects = [
  'Your order has shipped',
  'Re: Quarterly numbers',
  'Protokoll vom Montag',
  'Lunch on Thursday?',
  'Fwd: Contract, second draft',
  '会議の件',
]
const bodies = ['See you then.', 'Please find the numbers below.\n\n1,240 / 96', 'Danke, passt so.', 'Could you have a look? 🙏']

/** Mailboxes of a company: one for each person and a shared one, folders, letters to and fro. */
export const email: Category = defineCategory({
  name: 'email',
  main: 'Message',
  labels: { change: 'Change a message', add: 'Write a message', remove: 'Delete a message' },
  models,
  populate(scribe, size) {
    const times = stamps(scribe.today - 800 * day)
    for (const [index, name] of groups.entries()) scribe.write('Group', `group-${index + 1}`, { name, ...times })
    for (let index = 1; index <= Math.max(3, Math.ceil(size / 60)); index++) writePerson(scribe, index, times)
    for (let index = 1; index <= size; index++) writeMessage(scribe, `message-${index}`, Math.floor(((size - index) / size) * 400))
  },
  add: (scribe, key) => writeMessage(scribe, key, 0),
  edits: {
    Message: (random, number) => ({ subject: `${random.pick(subjects)} (${number})`, is_draft: false }),
    EmailAddress: (_random, number) => ({ email_address: `renamed.${number}@company.example` }),
    User: (_random, number) => ({ name: `Renamed ${number}` }),
  },
})

function writePerson(scribe: Scribe, index: number, times: Record<string, unknown>): void {
  const person = inventPerson(scribe.random)
  const shared = index % 10 === 3
  const name = shared ? `Shared inbox ${index}` : `${person.given} ${person.family}`
  const id = (model: string) => scribe.id(model, `${model}-${index}`)
  const theirs = scribe.some('Group', 2)
  const here = { users: [id('User')], groups: theirs, ...times }
  scribe.write('User', `User-${index}`, {
    ...{ name, type: shared ? 'SHARED' : 'INDIVIDUAL', groups: theirs, ...times },
    ...{ mailboxes: [id('Mailbox')], email_addresses: [id('EmailAddress')] },
  })
  const address = shared ? `inbox.${index}` : mailName(person, index)
  scribe.write('EmailAddress', `EmailAddress-${index}`, {
    email_address: `${address}@company.example`,
    mailboxes: [id('Mailbox')],
    ...here,
  })
  const places = folders.map((folder) => ({ folder, key: `folder-${index}-${folder}` }))
  scribe.write('Mailbox', `Mailbox-${index}`, {
    ...{ name, type: shared ? 'SHARED' : 'USER', primary_email_address: id('EmailAddress'), ...here },
    ...{ folders: places.map(({ key }) => scribe.id('Folder', key)), permissions: [permission(scribe, 'Mailbox', `Mailbox-${index}`)] },
  })
  for (const { folder, key } of places) {
    const parent_folder = folder === 'Archive' ? scribe.id('Folder', `folder-${index}-Inbox`) : null
    const permissions = [permission(scribe, 'Folder', key)]
    scribe.write('Folder', key, { name: folder, parent_folder, mailboxes: [id('Mailbox')], permissions, ...times })
  }
}

function writeMessage(scribe: Scribe, key: string, age: number): SourceRecord {
  const { random, today } = scribe
  const sent = moment(today - age * day - random.integer(600) * 60_000)
  const box = scribe.all('Mailbox').length > 0 ? random.pick(scribe.all('Mailbox')) : null
  const places = (box?.fields.folders as string[] | undefined) ?? []
  return scribe.write('Message', key, {
    ...{ subject: random.pick(subjects), body_text: random.pick(bodies), message_url: `https://mail.example/m/${key}` },
    ...{ sent_at: sent, received_at: sent, is_draft: random.chance(0.05), thread: `thread-${1 + random.integer(200)}` },
    ...{
      from_address: scribe.one('EmailAddress'),
      to: scribe.some('EmailAddress', 2),
      cc: random.chance(0.2) ? scribe.some('EmailAddress', 1) : [],
    },
    ...{ mailboxes: box === null ? [] : [box.id], folders: places.slice(0, 1) },
  })
}

function permission(scribe: Scribe, model: string, key: string) {
  return part({
    ...{ id: scribe.id(model, `${key}-permission`), remote_id: `${key}-permission`, effect: 'ALLOWED', actions: ['READ'] },
    ...{ applied_to_users: scribe.some('User', 1), applied_to_groups: [], applied_to_folders: [], applied_to_mailboxes: [] },
    ...{ remote_was_deleted: false, field_mappings: null },
  })
}

function stamps(at: number) {
  return { remote_created_at: moment(at), remote_updated_at: moment(at) }
}
