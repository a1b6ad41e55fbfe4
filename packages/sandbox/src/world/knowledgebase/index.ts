import type { Category, SourceRecord } from '../category.ts'
import { day, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { models } from './models.ts'

const spaces = ['Handbook', 'Engineering', 'Customer help', 'Wissensdatenbank']
const sections = ['Getting started', 'Policies', 'How we work', 'Häufige Fragen', 'Archive']
const groups = ['Everyone', 'Editors', 'Auditors']
const titles = [
  'How to request time off',
  'On-call rotation',
  'Incident review: the day the clock went backwards',
  'Reisekosten abrechnen',
  'Expense policy',
  'Glossary',
  'Release checklist ✅',
  'Onboarding: your first week',
]

/** A wiki: spaces, sections, articles below articles. */
export const knowledgebase: Category = defineCategory({
  name: 'knowledgebase',
  main: 'Article',
  labels: { change: 'Change an article', add: 'Write an article', remove: 'Delete an article' },
  models,
  populate(scribe, size) {
    for (let index = 1; index <= Math.max(3, Math.ceil(size / 60)); index++) writeUser(scribe, index)
    groups.forEach((name, index) => {
      const parent_group = index === 0 ? null : scribe.id('Group', 'group-1')
      scribe.write('Group', `group-${index + 1}`, { name, parent_group, users: scribe.some('User', 6) })
    })
    spaces.forEach((name, index) => {
      const { id } = writeContainer(scribe, `space-${index + 1}`, { name, type: 'SPACE', parent_container: null })
      sections.forEach((section, place) => {
        writeContainer(scribe, `space-${index + 1}-section-${place + 1}`, { name: section, type: 'SECTION', parent_container: id })
      })
    })
    for (let index = 1; index <= size; index++) writeArticle(scribe, `article-${index}`, 1 + Math.floor(scribe.random.next() ** 2 * 1100))
  },
  add: (scribe, key) => writeArticle(scribe, key, 0),
  edits: {
    Article: (random, number) => ({
      description: `Revision ${number}`,
      checksum: checksum(number),
      status: random.pick(['DRAFT', 'PUBLISHED', 'ARCHIVED']),
    }),
    User: (_random, number) => ({ email_address: `renamed.${number}@company.example` }),
  },
})

function writeUser(scribe: Scribe, index: number): void {
  const person = inventPerson(scribe.random)
  const email_address = `${mailName(person, index)}@company.example`
  scribe.write('User', `user-${index}`, { name: `${person.given} ${person.family}`, email_address })
}

function writeContainer(scribe: Scribe, key: string, fields: Record<string, unknown>): SourceRecord {
  const made = moment(scribe.today - 1200 * day)
  return scribe.write('Container', key, {
    ...{ ...fields, status: 'PUBLISHED', visibility: 'INTERNAL', container_url: `https://wiki.example/${key}` },
    ...{ permissions: [permission(scribe, 'Container', key)], remote_created_at: made, remote_updated_at: made },
  })
}

function writeArticle(scribe: Scribe, key: string, age: number): SourceRecord {
  const { random, today } = scribe
  const parent = random.chance(0.3) && scribe.all('Article').length > 0 ? random.pick(scribe.all('Article')) : null
  const places = scribe.all('Container')
  const container = parent === null && places.length > 0 ? random.pick(places) : null
  const made = today - age * day
  const url = `https://wiki.example/articles/${key}`
  const attached = random.chance(0.15) ? writeAttachment(scribe, `${key}-file-1`) : null
  return scribe.write('Article', key, {
    title: random.pick(titles),
    description: random.chance(0.6) ? 'What everybody should know, in one page.' : null,
    author: scribe.one('User'),
    last_edited_by: random.chance(0.7) ? scribe.one('User') : null,
    visibility: random.pick(['PUBLIC', 'INTERNAL', 'INTERNAL', 'RESTRICTED']),
    article_content_download_url: `${url}/content`,
    checksum: checksum(random.integer(1_000_000)),
    article_url: url,
    status: age === 0 ? 'DRAFT' : random.pick(['PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT', 'ARCHIVED']),
    type: random.pick(['PAGE', 'PAGE', 'PAGE', 'BLOG_POST']),
    remote_created_at: moment(made),
    remote_updated_at: moment(Math.min(today, made + random.integer(90) * day)),
    parent_article: parent?.id ?? null,
    parent_container: container?.id ?? null,
    root_container: parent?.fields.root_container ?? container?.fields.parent_container ?? container?.id ?? null,
    permissions: [permission(scribe, 'Article', key)],
    attachments: attached === null ? [] : [attached.id],
  })
}

function writeAttachment(scribe: Scribe, key: string): SourceRecord {
  const name = scribe.random.pick(['diagram.svg', 'Formular.pdf', 'minutes.txt'])
  return scribe.write('Attachment', key, { name, attachment_url: `https://wiki.example/attachments/${key}` })
}

function permission(scribe: Scribe, model: string, key: string) {
  const type = scribe.random.pick(['USER', 'GROUP', 'COMPANY'])
  return part({
    ...{ id: scribe.id(model, `${key}-permission`), remote_id: `${key}-permission`, type },
    user: type === 'USER' ? scribe.one('User') : null,
    group: type === 'GROUP' ? scribe.one('Group') : null,
    ...{ roles: ['READ'], remote_was_deleted: false, field_mappings: null },
  })
}

function checksum(number: number): string {
  return `sha256:${String(number).padStart(64, '0')}`
}
