import { describe, expect, test } from 'vitest'
import type { ModelDefinition, SourceRecord } from '../src/world/category.ts'
import { consequencesAmong } from '../src/world/consequences.ts'
import { prepareSandbox } from './prepare.ts'

const model = (id: string, partOf: string[] = []): ModelDefinition => ({ id, name: id, path: id, available: true, partOf })
const models = [model('folder', ['parent']), model('file', ['folder']), model('share')]
const record = (kind: string, id: string, fields: Record<string, unknown>): SourceRecord => ({ model: kind, id, remoteId: id, fields })

const shelf = [
  record('folder', 'bottom', { parent: 'middle' }),
  record('folder', 'middle', { parent: 'top' }),
  record('folder', 'top', { parent: null }),
  record('folder', 'beside', { parent: null }),
  record('file', 'letter', { folder: 'bottom', rows: [{ id: 'row-1' }] }),
  record('file', 'map', { folder: 'beside', rows: [] }),
  record('share', 'link', { file: 'letter', row: 'row-1', all: ['map', 'letter'], note: [{ about: 'middle', by: 'somebody' }] }),
  record('share', 'other', { file: 'map', row: null, all: ['map'], note: [] }),
]
const find = (kind: string) => shelf.filter((each) => each.model === kind)
const remove = (id: string) => consequencesAmong(models)(shelf.find((each) => each.id === id)!, find)

describe('a deletion', () => {
  test('takes along what is part of it, however deep, whatever the order', () => {
    expect(
      remove('top')
        .removed.map((each) => each.id)
        .toSorted(),
    ).toEqual(['bottom', 'letter', 'middle'])
    expect(remove('bottom').removed.map((each) => each.id)).toEqual(['letter'])
    expect(remove('map').removed).toEqual([])
  })

  test('leaves no pointer to what went, nor to the rows inside it, and touches nothing else', () => {
    const fields = { file: null, row: null, all: ['map'], note: [{ about: null, by: 'somebody' }] }
    expect(remove('top').edited).toEqual([{ record: shelf[6], fields }])
    expect(remove('letter').edited).toEqual([{ record: shelf[6], fields: { file: null, row: null, all: ['map'] } }])
    expect(remove('beside').edited.map((edit) => [edit.record.id, edit.fields])).toEqual([
      ['link', { all: ['letter'] }],
      ['other', { file: null, all: [] }],
    ])
  })
})

test.each([
  ['filestorage', 'filestorage.Folder', 'parent_folder'],
  ['filestorage', 'filestorage.File', 'folder'],
  ['filestorage', 'filestorage.Folder', 'drive'],
  ['ticketing', 'ticketing.Comment', 'ticket'],
  ['ats', 'ats.Application', 'candidate'],
  ['ats', 'ats.Offer', 'application'],
  ['crm', 'crm.Opportunity', 'account'],
  ['knowledgebase', 'knowledgebase.Article', 'parent_article'],
  ['knowledgebase', 'knowledgebase.Container', 'parent_container'],
  ['chat', 'chat.Message', 'conversation_id'],
  ['chat', 'chat.Message', 'root_message_id'],
  ['email', 'email.Folder', 'parent_folder'],
  ['calendar', 'calendar.Event', 'calendar'],
  ['calendar', 'calendar.Event', 'series'],
  ['hris', 'hris.TimeOff', 'employee'],
])('in %s a %s goes with its %s', async (category, name, field) => {
  const { sandbox, link } = prepareSandbox({ records: 200 })
  const { id } = await link('org_1', category)
  const part = sandbox.truth(id, name).find((each) => each[field] !== null)!
  const owner = sandbox
    .accounts()[0]!
    .models.map((each) => each.id)
    .find((each) => sandbox.truth(id, each).some((candidate) => candidate.id === part[field]))!
  sandbox.remove(id, { model: owner, id: String(part[field]) })
  sandbox.sync(id)
  expect(sandbox.truth(id, name).find((each) => each.id === part.id)!.remote_was_deleted).toBe(true)
})
