import type { Category, SourceRecord } from '../category.ts'
import { day, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { models } from './models.ts'

const drives = ['Company', 'Finance', 'Design', 'Archiv']
const groups = ['Everyone', 'Leadership', 'Contractors', 'Team Zürich']
const folders = ['Contracts', 'Invoices 2025', 'Brand', 'Übergaben', 'Photos & video', 'Old (do not use)', 'Board', 'レポート']
const names = ['Plan', 'Rechnung', 'Notes', 'Minutes', 'Kündigung', 'roadmap_v2', 'Logo 🎨', 'résumé', 'Forecast']

const kinds = [
  ['pdf', 'application/pdf'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['png', 'image/png'],
  ['csv', 'text/csv'],
  ['md', 'text/markdown'],
] as const

/** A file store: drives, folders in folders, files in them, and who may see what. */
export const filestorage: Category = defineCategory({
  name: 'filestorage',
  main: 'File',
  labels: { change: 'Change a file', add: 'Upload a file', remove: 'Delete a file' },
  models,
  populate(scribe, size) {
    for (let index = 1; index <= Math.max(4, Math.ceil(size / 50)); index++) writeUser(scribe, index)
    groups.forEach((name, index) => {
      const child_groups = index === 0 ? groups.slice(1).map((_, child) => scribe.id('Group', `group-${child + 2}`)) : []
      scribe.write('Group', `group-${index + 1}`, { name, users: scribe.some('User', 8), child_groups })
    })
    drives.forEach((name, index) => {
      const remote_created_at = moment(scribe.today - 1000 * day)
      scribe.write('Drive', `drive-${index + 1}`, { name, remote_created_at, drive_url: `https://files.example/drives/${index + 1}` })
    })
    for (let index = 1; index <= Math.max(folders.length, Math.ceil(size / 10)); index++) writeFolder(scribe, index)
    for (let index = 1; index <= size; index++) writeFile(scribe, `file-${index}`, 1 + Math.floor(scribe.random.next() ** 2 * 900))
  },
  add: (scribe, key) => writeFile(scribe, key, 0),
  edits: {
    File: (_random, number) => ({ size: number * 1024, ...hashed(`revision ${number}`), description: `Revision ${number}` }),
    User: (_random, number) => ({ email_address: `renamed.${number}@company.example` }),
  },
})

function writeUser(scribe: Scribe, index: number): void {
  const person = inventPerson(scribe.random)
  const email_address = `${mailName(person, index)}@company.example`
  scribe.write('User', `user-${index}`, { name: `${person.given} ${person.family}`, email_address, is_me: index === 1 })
}

function writeFolder(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const parent = random.chance(0.6) && scribe.all('Folder').length > 0 ? random.pick(scribe.all('Folder')) : null
  const made = moment(today - (950 - random.integer(100)) * day)
  const key = `folder-${index}`
  scribe.write('Folder', key, {
    name: folders[(index - 1) % folders.length],
    folder_url: `https://files.example/folders/${index}`,
    description: random.chance(0.2) ? 'Ask before you move anything here.' : null,
    parent_folder: parent?.id ?? null,
    drive: parent?.fields.drive ?? scribe.one('Drive'),
    permissions: [permission(scribe, 'Folder', `${key}-permission-1`)],
    ...{ remote_created_at: made, remote_updated_at: made },
  })
}

function writeFile(scribe: Scribe, key: string, age: number): SourceRecord {
  const { random, today } = scribe
  const folder = random.chance(0.93) && scribe.all('Folder').length > 0 ? random.pick(scribe.all('Folder')) : null
  const [ending, mime_type] = random.pick(kinds)
  const made = today - age * day
  const file_url = `https://files.example/files/${key}`
  return scribe.write('File', key, {
    name: `${random.pick(names)}.${ending}`,
    file_url,
    file_thumbnail_url: ending === 'png' ? `${file_url}/thumbnail` : null,
    size: Math.ceil(10 ** (2 + random.next() * 5)),
    mime_type,
    description: random.chance(0.1) ? 'Signed copy' : null,
    folder: folder?.id ?? null,
    ...hashed(key),
    permissions: Array.from({ length: 1 + random.integer(2) }, (_, index) => permission(scribe, 'File', `${key}-permission-${index + 1}`)),
    drive: folder?.fields.drive ?? scribe.one('Drive'),
    remote_created_at: moment(made),
    remote_updated_at: moment(Math.min(today, made + random.integer(60) * day)),
  })
}

function hashed(content: string) {
  return { checksum: { type: 'sha256', content_hash: Buffer.from(content.padEnd(32, '.')).toString('hex').slice(0, 64) } }
}

function permission(scribe: Scribe, model: string, key: string) {
  const { random } = scribe
  const type = random.pick(['USER', 'GROUP', 'COMPANY', 'ANYONE'])
  return part({
    ...{ id: scribe.id(model, key), remote_id: key, type },
    user: type === 'USER' ? scribe.one('User') : null,
    group: type === 'GROUP' ? scribe.one('Group') : null,
    roles: random.pick([['READ'], ['READ', 'WRITE'], ['OWNER']]),
    ...{ remote_was_deleted: false, field_mappings: null },
  })
}
