import { readdirSync, readFileSync } from 'node:fs'
import fastCheck from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { findModel, MODEL_TABLE, type ModelName, type ModelRow, matchModel, modelsInAll } from '../packages/server/src/merge/model-table.ts'
import type { FieldOf, hris, RecordOf } from '../packages/server/src/models/index.ts'
import { generate } from '../scripts/generate-models/generate.mjs'

const client = 'packages/server/node_modules/@mergeapi/merge-node-client'
const generated = generate()
const lacking = ['knowledgebase', 'chat', 'email', 'calendar']

/** Merge's published names for the model in a webhook's event, with the path of the list they belong to; `null` where none has them. */
const webhookNames: Record<string, Record<string, string | null>> = {
  hris: { Employee: 'employees', Employment: 'employments', Team: 'teams', TimeOff: 'time-off', BankInfo: 'bank-info', Deduction: null },
  ats: { RemoteUser: 'users', ScheduledInterview: 'interviews', EEOC: 'eeocs', Tag: 'tags', Attachment: 'attachments', Assessment: null },
  crm: { CRMAccount: 'accounts', CRMContact: 'contacts', CRMUser: 'users', Opportunity: 'opportunities', Lead: 'leads' },
  accounting: {
    Invoice: 'invoices',
    AccountingTransaction: 'transactions',
    AccountingAttachment: 'attachments',
    AccountingEmployee: 'employees',
    AccountingPeriod: 'accounting-periods',
    CompanyInfo: 'company-info',
    Account: 'accounts',
    InvoiceLineItem: null,
    AccountingPhoneNumber: null,
    Address: null,
  },
  ticketing: {
    Ticket: 'tickets',
    User: 'users',
    TicketingAccount: 'accounts',
    TicketingContact: 'contacts',
    TicketingTeam: 'teams',
    TicketingTag: 'tags',
    TicketingAttachment: 'attachments',
    TicketingViewer: null,
  },
  filestorage: {
    FileStorageFile: 'files',
    FileStorageFolder: 'folders',
    FileStorageDrive: 'drives',
    FileStorageGroup: 'groups',
    FileStorageUser: 'users',
  },
  knowledgebase: {
    KnowledgeBaseArticle: 'articles',
    KnowledgeBaseContainer: 'containers',
    KnowledgeBaseUser: 'users',
    KnowledgeBaseGroup: 'groups',
    KnowledgeBaseAttachment: 'attachments',
  },
  mktg: { MKTGCampaign: null },
  email: { EmailAddress: 'email-addresses', Message: 'messages', EmailMessage: 'messages', Thread: null },
  calendar: { Calendar: 'calendars', Event: 'events', CalendarEvent: 'events', Series: 'series', Invitee: null },
}

describe('what is generated', () => {
  it.each([...generated])('%s is what npm run generate:models writes', (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('is all that is there', () => {
    const paths = ['packages/server/src/merge/generated', 'packages/server/src/models'].flatMap((folder) =>
      readdirSync(folder).map((name) => `${folder}/${name}`),
    )
    const byHand = ['packages/server/src/models/index.ts', 'packages/server/src/models/wire.ts']
    expect(paths.sort()).toEqual([...generated.keys(), ...byHand].sort())
  })

  it('says the same every time', () => {
    expect([...generate()]).toEqual([...generated])
  })
})

describe('the model table', () => {
  it('has every list that can be mirrored', () => {
    const counts = Object.fromEntries(
      Object.entries(Object.groupBy(MODEL_TABLE, (row) => row.category)).map(([key, rows]) => [key, rows?.length]),
    )
    expect(counts).toEqual({
      ...{ hris: 16, ats: 16, crm: 11, accounting: 29, ticketing: 11, filestorage: 5, knowledgebase: 5, chat: 4 },
      ...{ email: 6, calendar: 5 },
    })
  })

  it('names nothing twice', () => {
    expect(new Set(MODEL_TABLE.map((row) => row.model)).size).toBe(MODEL_TABLE.length)
    expect(new Set(MODEL_TABLE.map((row) => `${row.category}/${row.path}`)).size).toBe(MODEL_TABLE.length)
  })

  it("asks where Merge's own client asks", () => {
    const rows = MODEL_TABLE.filter((row) => !lacking.includes(row.category))
    const code = new Map(rows.map((row) => [row.category, '']))
    for (const category of code.keys()) code.set(category, clientCode(category))
    expect(rows).toHaveLength(88)
    expect(rows.filter((row) => !code.get(row.category)?.includes(`"${row.category}/v1/${row.path}"`))).toEqual([])
  })

  it.each<[keyof ModelRow, unknown, ModelName[]]>([
    [
      'modifiedAfter',
      false,
      [
        'accounting.AccountingPeriod',
        'accounting.BankFeedAccount',
        'accounting.ItemFulfillment',
        'accounting.PaymentMethod',
        'accounting.PaymentTerm',
      ],
    ],
    ['hasId', false, ['ats.Tag']],
    [
      'hasDeletionMark',
      false,
      [
        'crm.CustomObjectClass',
        'crm.EngagementType',
        'accounting.AccountingPeriod',
        'accounting.PaymentMethod',
        'accounting.PaymentTerm',
        'accounting.Project',
      ],
    ],
    ['retired', true, ['hris.Team', 'accounting.GeneralLedgerTransaction', 'ticketing.Project']],
    [
      'sensitive',
      true,
      [
        'hris.BankInfo',
        'hris.Benefit',
        'hris.Dependent',
        'hris.EmployeePayrollRun',
        'hris.EmployerBenefit',
        'hris.Employment',
        'hris.PayGroup',
        'hris.PayrollRun',
        'ats.EEOC',
        'accounting.BankFeedAccount',
        'accounting.BankFeedTransaction',
        'email.Message',
      ],
    ],
  ])('%s is %s of no others', (column, value, models) => {
    expect(MODEL_TABLE.filter((row) => row[column] === value).map((row) => row.model)).toEqual(models)
  })

  it('tells records apart by their id, and tags of an ATS by what they have', () => {
    expect(MODEL_TABLE.filter((row) => row.key.join() !== 'id').map((row) => [row.model, row.key])).toEqual([
      ['ats.Tag', ['remote_id', 'name']],
    ])
  })

  it("keeps out of 'all' what must be named and what is retired", () => {
    const all = modelsInAll()
    expect(all).toHaveLength(MODEL_TABLE.length - 12 - 3)
    expect(all.filter((row) => row.sensitive || row.retired)).toEqual([])
  })

  it('finds a model by its exact name only', () => {
    expect(findModel('hris.Employee')?.path).toBe('employees')
    for (const name of ['hris.employee', 'Employee', 'hris.Department', '', 'constructor']) expect(findModel(name)).toBeUndefined()
  })
})

describe('matchModel', () => {
  it.each(MODEL_TABLE.map((row) => [row.model, row] as const))('knows %s by every name it has, and by no other', (_, row) => {
    for (const name of spellings(row)) expect([name, matchModel(row.category, name)?.model]).toEqual([name, row.model])
  })

  it.each(Object.entries(webhookNames))('knows the webhooks of %s', (category, names) => {
    const found = Object.fromEntries(Object.keys(names).map((name) => [name, matchModel(category, name)?.path ?? null]))
    expect(found).toEqual(names)
  })

  it.each([
    ['accounting', 'accounting.Invoices', 'accounting.Invoice'],
    ['ats', 'ats.EEOC', 'ats.EEOC'],
    ['ats', 'ats.Eeoc', 'ats.EEOC'],
    ['ticketing', 'ticketing.TicketingTeam', 'ticketing.TicketingTeam'],
    ['ticketing', 'ticketing.Team', 'ticketing.TicketingTeam'],
    ['filestorage', 'filestorage.FileStorageFile', 'filestorage.FileStorageFile'],
    ['filestorage', 'file_storage.File', 'filestorage.FileStorageFile'],
    ['crm', 'CRM.CRMACCOUNT', 'crm.Account'],
    ['hris', 'hris.time_off', 'hris.TimeOff'],
    ['calendar', 'calendar.Calendar', 'calendar.Calendar'],
    ['calendar', 'CALENDARS', 'calendar.Calendar'],
    ['email', 'email.email_address', 'email.EmailAddress'],
    ['email', 'addresses', 'email.EmailAddress'],
  ])('in %s, takes %s for %s', (category, name, model) => {
    expect(matchModel(category, name)?.model).toBe(model)
  })

  it.each([
    ['hris', 'ats.Tag'],
    ['hris', 'accounting.Employee'],
    ['crm', 'ticketing.User'],
    ['hris', 'CRMAccount'],
    ['crm', 'crm'],
    ['email', 'email'],
    ['calendar', ''],
    ['email', 'calendar.User'],
    ['accounting', ''],
    ['hris', 'LinkedAccount'],
    ['hris', '__proto__'],
    ['mktg', 'Campaign'],
    ['', 'Employee'],
  ])('in %s, knows nothing called %j', (category, name) => {
    expect(matchModel(category, name)).toBeUndefined()
  })

  it('never throws, and never leaves the category', () => {
    const categories = fastCheck.constantFrom(...MODEL_TABLE.map((row) => row.category))
    const names = fastCheck.oneof(fastCheck.string(), fastCheck.constantFrom(...MODEL_TABLE.flatMap(spellings)))
    fastCheck.assert(
      fastCheck.property(categories, names, (category, name) => [category, undefined].includes(matchModel(category, name)?.category)),
    )
  })
})

describe('the record types', () => {
  it('are there for each model, with an id where it has one', () => {
    expectTypeOf<RecordOf<ModelName>>().not.toBeNever()
    expectTypeOf<RecordOf<'hris.Employee'>['id']>().toEqualTypeOf<string>()
    expectTypeOf<RecordOf<'filestorage.FileStorageFile'>['id']>().toEqualTypeOf<string>()
  })

  it('take what the wire brings: null, unknown fields, unknown values, relations as ids', () => {
    const employee: RecordOf<'hris.Employee'> = {
      id: '1',
      first_name: null,
      company: '2',
      groups: ['3'],
      hire_date: '2024-05-01T09:30:00.123456Z',
      employment_status: 'ON_THE_MOON',
      new_field: 4,
    }
    expectTypeOf(employee.first_name).toEqualTypeOf<string | null | undefined>()
    expectTypeOf(employee.new_field).toBeUnknown()
    expectTypeOf<hris.Employee['manager']>().toEqualTypeOf<string | null | undefined>()
  })

  it('know the names of the fields, so that none is misspelt where it should be left out', () => {
    const omit: FieldOf<'hris.Employee'>[] = ['ssn', 'date_of_birth']
    // @ts-expect-error there is no such field
    const misspelt: FieldOf<'hris.Employee'> = 'snn'
    expect([...omit, misspelt]).toHaveLength(3)
  })

  it('refuse a field of the wrong type, and a name that is no model', () => {
    // @ts-expect-error a number is no name
    const wrong: RecordOf<'hris.Employee'> = { id: '1', first_name: 1 }
    // @ts-expect-error there is no such model
    type NoModel = RecordOf<'hris.Department'>
    // @ts-expect-error the plain type knows no field that Merge did not have
    const typo = (record: hris.Employee) => record.frist_name
    expectTypeOf<NoModel>().not.toBeString()
    expect([wrong.id, typo({ id: '1' })]).toEqual(['1', undefined])
  })
})

/** Every way in which Merge, or its pages, could write the name of this model. */
function spellings({ category, model, path, webhook, aliases }: ModelRow): string[] {
  const bare = [model, webhook, path, ...aliases].map((name) => name.slice(name.lastIndexOf('.') + 1))
  const prefixed = bare.filter((name) => !name.toLowerCase().startsWith(category)).map((name) => `${category}${name}`)
  return [...bare, ...prefixed].flatMap((name) => [name, `${category}.${name}`, name.toLowerCase(), name.toUpperCase()])
}

function clientCode(category: string): string {
  const folder = `${client}/api/resources/${category}/resources`
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('Client.js'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n')
}
