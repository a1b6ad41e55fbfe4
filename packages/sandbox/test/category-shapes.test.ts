import { beforeAll, describe, expect, test } from 'vitest'
import { categories } from '../src/world/index.ts'
import { enumsOf, expectExactShape } from './client-shapes.ts'
import { prepareSandbox } from './prepare.ts'

const prepared = prepareSandbox({ records: 150 })
const linked = new Map<string, { id: string; token: string }>()

beforeAll(async () => {
  for (const { name } of categories) linked.set(name, await prepared.link('org_1', name))
})

const truth = (category: string, model: string) => prepared.sandbox.truth(linked.get(category)!.id, `${category}.${model}`)
const withData = (category: string) => categories.find((each) => each.name === category)!.models.filter((model) => model.available)

/** Model → field → type of the objects in it. */
const parts: Record<string, Record<string, Record<string, string>>> = {
  ats: {
    Candidate: { phone_numbers: 'PhoneNumber', email_addresses: 'EmailAddress', urls: 'Url' },
    Job: { job_posting_urls: 'Url' },
  },
  crm: {
    Account: { addresses: 'Address', phone_numbers: 'PhoneNumber' },
    Contact: { email_addresses: 'EmailAddress', phone_numbers: 'PhoneNumber' },
    Lead: { email_addresses: 'EmailAddress', phone_numbers: 'PhoneNumber' },
  },
  accounting: {
    CompanyInfo: { addresses: 'Address', phone_numbers: 'AccountingPhoneNumber' },
    Contact: { addresses: 'Address', phone_numbers: 'AccountingPhoneNumber' },
    TaxRate: { tax_components: 'TaxComponent' },
    Invoice: { line_items: 'InvoiceLineItem' },
    Payment: { applied_to_lines: 'PaymentLineItem' },
    Transaction: { line_items: 'TransactionLineItem' },
    JournalEntry: { lines: 'JournalLine' },
  },
  ticketing: { Collection: { permissions: 'Permission' } },
  filestorage: { Folder: { permissions: 'Permission' }, File: { permissions: 'Permission' } },
}

describe.each(['ats', 'crm', 'accounting', 'ticketing', 'filestorage'])('%s as Merge’s own client knows it', (category) => {
  test.each(withData(category).map((model) => [model.name, model.path]))('%s records, and what is inside them', async (name, path) => {
    const { records } = await prepared.walk(linked.get(category)!.token, path, { page_size: '100' }, category)
    expect(records.length).toBeGreaterThan(0)
    for (const record of records) await expectExactShape(category, name, record)
    for (const [field, type] of Object.entries(parts[category]?.[name] ?? {})) {
      const inside = records.flatMap((record) => record[field] as Record<string, unknown>[])
      expect(inside.length).toBeGreaterThan(0)
      for (const each of inside) await expectExactShape(category, type, each)
    }
    const { body } = await prepared.call(`/api/${category}/v1/${path}`, { token: linked.get(category)!.token })
    await expectExactShape(category, `Paginated${name}List`, { ...body, results: [] })
  })

  test('no object inside a record goes unchecked', () => {
    for (const { name } of withData(category)) {
      for (const record of truth(category, name)) {
        for (const [field, value] of Object.entries(record)) {
          const holdsObjects = Array.isArray(value) && value.some((item) => typeof item === 'object')
          if (holdsObjects) expect(parts[category]?.[name], `${name}.${field}`).toHaveProperty(field)
        }
      }
    }
  })
})

/** From Merge's reference, which its client does not cover here. */
const described: Record<string, Record<string, string>> = {
  knowledgebase: {
    Article: `title description author last_edited_by visibility article_content_download_url checksum article_url status type
      remote_created_at remote_updated_at parent_article parent_container root_container permissions attachments remote_was_deleted
      field_mappings remote_data`,
    Attachment: 'name description attachment_url remote_was_deleted field_mappings remote_data',
    Container: `name description status container_url type visibility remote_created_at remote_updated_at parent_article parent_container
      permissions remote_was_deleted field_mappings remote_data`,
    User: 'name email_address remote_was_deleted field_mappings',
    Group: 'name parent_group users remote_was_deleted field_mappings remote_data',
  },
  chat: {
    Conversation: `name description url type members remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data`,
    Message: `user_id conversation_id body subject_line root_message_id url remote_created_at remote_updated_at remote_was_deleted`,
    User: `username display_name first_name last_name is_bot groups avatar remote_created_at remote_updated_at remote_was_deleted
      field_mappings remote_data`,
    Group: 'name users remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data',
  },
  email: {
    EmailAddress: `email_address mailboxes users groups remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data`,
    Folder: `name parent_folder permissions mailboxes remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data`,
    Group: `name users email_addresses mailboxes remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data`,
    Mailbox: `name type folders groups users primary_email_address alias_email_addresses permissions remote_created_at remote_updated_at
      remote_was_deleted field_mappings remote_data`,
    Message: `subject body_text message_url sent_at received_at is_draft from_address thread to cc bcc mailboxes permissions folders
      remote_was_deleted`,
    User: `name type remote_created_at remote_updated_at groups mailboxes email_addresses remote_was_deleted field_mappings remote_data`,
  },
  calendar: {
    Calendar: `name is_default description type remote_created_at remote_updated_at owner_email_address permissions remote_was_deleted
      field_mappings remote_data`,
    Event: `name timezone is_private is_all_day start_date end_date is_cancelled event_details web_url calendar series invitees locations
      remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data`,
    Group: `name email_address users child_groups remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data`,
    Series: `calendar start_date end_date recurrence_rule additional_dates excluded_dates remote_created_at remote_updated_at
      organizer_email_address remote_was_deleted field_mappings remote_data`,
    User: 'name email_address groups remote_created_at remote_updated_at remote_was_deleted field_mappings remote_data',
  },
}

describe.each(Object.keys(described))('%s as Merge’s reference has it', (category) => {
  test('is covered whole', () => {
    expect(
      withData(category)
        .map((model) => model.name)
        .toSorted(),
    ).toEqual(Object.keys(described[category]!).toSorted())
  })

  test.each(Object.entries(described[category]!))('%s records', (name, fields) => {
    const records = truth(category, name)
    expect(records.length).toBeGreaterThan(0)
    const keys = ['id', 'remote_id', 'created_at', 'modified_at', ...fields.split(/\s+/)].toSorted()
    for (const record of records) expect(Object.keys(record).toSorted()).toEqual(keys)
  })
})

describe('values', () => {
  test.each([
    ['ats', 'RemoteUser', 'access_role', 'AccessRoleEnum'],
    ['ats', 'Job', 'status', 'JobStatusEnum'],
    ['ats', 'Job', 'type', 'JobTypeEnum'],
    ['ats', 'Offer', 'status', 'OfferStatusEnum'],
    ['ats', 'ScheduledInterview', 'status', 'ScheduledInterviewStatusEnum'],
    ['ats', 'Activity', 'activity_type', 'ActivityTypeEnum'],
    ['ats', 'Activity', 'visibility', 'VisibilityEnum'],
    ['crm', 'Lead', 'status', 'LeadStatusEnum'],
    ['crm', 'Opportunity', 'status', 'OpportunityStatusEnum'],
    ['crm', 'Task', 'status', 'TaskStatusEnum'],
    ['crm', 'Engagement', 'direction', 'DirectionEnum'],
    ['crm', 'EngagementType', 'activity_type', 'ActivityTypeEnum'],
    ['accounting', 'Account', 'classification', 'ClassificationEnum'],
    ['accounting', 'Account', 'account_type', 'AccountAccountTypeEnum'],
    ['accounting', 'Account', 'status', 'AccountStatusEnum'],
    ['accounting', 'Account', 'currency', 'TransactionCurrencyEnum'],
    ['accounting', 'AccountingPeriod', 'status', 'Status895Enum'],
    ['accounting', 'Contact', 'status', 'Status7D1Enum'],
    ['accounting', 'Item', 'type', 'Type2BbEnum'],
    ['accounting', 'Item', 'status', 'Status7D1Enum'],
    ['accounting', 'Invoice', 'status', 'InvoiceStatusEnum'],
    ['accounting', 'Invoice', 'type', 'InvoiceTypeEnum'],
    ['accounting', 'Payment', 'type', 'PaymentTypeEnum'],
    ['accounting', 'JournalEntry', 'posting_status', 'PostingStatusEnum'],
    ['accounting', 'TrackingCategory', 'category_type', 'CategoryTypeEnum'],
    ['ticketing', 'Ticket', 'status', 'TicketStatusEnum'],
    ['ticketing', 'Ticket', 'priority', 'PriorityEnum'],
    ['ticketing', 'Ticket', 'access_level', 'TicketAccessLevelEnum'],
    ['ticketing', 'Collection', 'access_level', 'CollectionAccessLevelEnum'],
    ['ticketing', 'Collection', 'collection_type', 'CollectionTypeEnum'],
    ['ticketing', 'Role', 'ticket_access', 'TicketAccessEnum'],
    ['ticketing', 'Role', 'ticket_actions', 'TicketActionsEnum'],
  ])('%s %s.%s is one of %s or null', (category, model, field, name) => {
    const values = new Set(truth(category, model).flatMap((record) => record[field]))
    values.delete(null)
    expect(values.size).toBeGreaterThan(0)
    expect(Object.values(enumsOf(category)[name]!)).toEqual(expect.arrayContaining([...values]))
  })

  test('permissions speak Merge’s words', () => {
    const { RolesEnum, TypeEnum } = enumsOf('filestorage')
    for (const file of [...truth('filestorage', 'File'), ...truth('knowledgebase', 'Article')]) {
      for (const { roles, type } of file.permissions as { roles: string[]; type: string }[]) {
        expect(Object.values(RolesEnum!)).toEqual(expect.arrayContaining(roles))
        expect(Object.values(TypeEnum!)).toContain(type)
      }
    }
  })

  test('knowledge base and chat use the words of Merge’s reference', () => {
    const words = (category: string, model: string, field: string) => new Set(truth(category, model).map((record) => record[field]))
    expect(['PUBLIC', 'INTERNAL', 'RESTRICTED']).toEqual(expect.arrayContaining([...words('knowledgebase', 'Article', 'visibility')]))
    expect(['DRAFT', 'PUBLISHED', 'ARCHIVED', 'TRASH']).toEqual(expect.arrayContaining([...words('knowledgebase', 'Article', 'status')]))
    expect(['PAGE', 'BLOG_POST', 'SMART_LINK']).toEqual(expect.arrayContaining([...words('knowledgebase', 'Article', 'type')]))
    expect(['SPACE', 'SECTION']).toEqual(expect.arrayContaining([...words('knowledgebase', 'Container', 'type')]))
    const types = ['PRIVATE_INTERNAL', 'PRIVATE_EXTERNAL', 'PUBLIC_INTERNAL', 'PUBLIC_EXTERNAL', 'ONE_ON_ONE_CHAT', 'GROUP_CHAT']
    expect(types).toEqual(expect.arrayContaining([...words('chat', 'Conversation', 'type')]))
  })

  test('the books add up', () => {
    const cents = (value: unknown) => Math.round(Number(value) * 100)
    const payments = new Map(truth('accounting', 'Payment').map((payment) => [payment.id, payment]))
    for (const invoice of truth('accounting', 'Invoice')) {
      const lines = invoice.line_items as Record<string, unknown>[]
      const sum = lines.reduce((total, line) => total + cents(line.total_amount), 0)
      expect(cents(invoice.sub_total)).toBe(sum)
      expect(cents(invoice.total_amount)).toBe(sum + cents(invoice.total_tax_amount))
      const paid = (invoice.payments as string[]).reduce((total, id) => total + cents(payments.get(id)!.total_amount), 0)
      expect(cents(invoice.balance)).toBe(cents(invoice.total_amount) - paid)
      expect(invoice.status === 'PAID').toBe(cents(invoice.balance) === 0)
    }
    for (const { lines } of truth('accounting', 'JournalEntry')) {
      expect((lines as { net_amount: number }[]).reduce((sum, line) => sum + cents(line.net_amount), 0)).toBe(0)
    }
  })

  test('rows inside a record bear its stamps', () => {
    for (const invoice of truth('accounting', 'Invoice')) {
      const { created_at, modified_at } = invoice
      for (const line of invoice.line_items as object[]) expect(line).toMatchObject({ created_at, modified_at })
    }
  })
})
