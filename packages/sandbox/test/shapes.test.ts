import { beforeAll, describe, expect, test } from 'vitest'
import { enumsOf, expectExactShape } from './client-shapes.ts'
import { prepareSandbox } from './prepare.ts'

const types = enumsOf('hris')
const expectExact = (name: string, raw: Record<string, unknown>) => expectExactShape('hris', name, raw)
const prepared = prepareSandbox({ employees: 400 })
let account: { id: string; token: string }

beforeAll(async () => {
  account = await prepared.link()
})

describe('every answer has the keys that Merge’s own client knows, and no other', () => {
  for (const [name, path] of [
    ['Employee', 'employees'],
    ['Company', 'companies'],
    ['Employment', 'employments'],
    ['TimeOff', 'time-off'],
    ['Group', 'groups'],
    ['Location', 'locations'],
    ['PayGroup', 'pay-groups'],
    ['SyncStatus', 'sync-status'],
  ] as const) {
    test(`${name} records`, async () => {
      const { records } = await prepared.walk(account.token, path, { page_size: '100', include_sensitive_fields: 'true' })
      expect(records.length).toBeGreaterThan(0)
      for (const record of records) await expectExact(name, record)
    })
  }

  test('the page around them', async () => {
    const { body } = await prepared.call('/api/hris/v1/employees', { token: account.token })
    expect(body.results).toHaveLength(30)
    await expectExact('PaginatedEmployeeList', { ...body, results: [] })
  })

  test('accounts, tokens, integrations and issues', async () => {
    const { call } = prepared
    await expectExact('AccountDetails', (await call('/api/hris/v1/account-details', { token: account.token })).body)
    const listed = (await call('/api/hris/v1/linked-accounts?is_test_account=true')).body.results[0]
    await expectExact('AccountDetailsAndActions', listed)
    await expectExact('AccountDetailsAndActionsIntegration', listed.integration)
    await expectExact('ModelOperation', listed.integration.available_model_operations[0])
    await expectExact('LinkToken', await prepared.linkToken('other'))
    const catalog = (await call('/api/organizations/integrations')).body.results
    // The client knows fewer categories than Merge has.
    const known = Object.values(types.CategoriesEnum!)
    for (const integration of catalog) {
      if (integration.categories.every((each: string) => known.includes(each))) await expectExact('AccountIntegration', integration)
    }
    const completed = prepared.sandbox.link.complete((await prepared.linkToken('third')).link_token, 'deel')
    if ('error' in completed) throw new Error(completed.error)
    await expectExact('AccountToken', (await call(`/api/hris/v1/account-token/${completed.publicToken}`)).body)
    prepared.sandbox.setStatus(account.id, 'RELINK_NEEDED')
    await expectExact('Issue', (await call('/api/hris/v1/issues')).body.results[0])
  })
})

describe('values', () => {
  test('timestamps carry microseconds, ids are UUIDs, nulls are there', async () => {
    for (const record of prepared.sandbox.truth(account.id, 'hris.Employee')) {
      expect(record.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(record.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
      expect(record).toMatchObject({ remote_was_deleted: false, remote_data: null, avatar: null, ssn: null })
    }
  })

  test.each([
    ['hris.Employee', 'gender', 'GenderEnum'],
    ['hris.Employee', 'ethnicity', 'EthnicityEnum'],
    ['hris.Employee', 'marital_status', 'MaritalStatusEnum'],
    ['hris.Employee', 'employment_status', 'EmploymentStatusEnum'],
    ['hris.Employment', 'pay_period', 'PayPeriodEnum'],
    ['hris.Employment', 'pay_frequency', 'PayFrequencyEnum'],
    ['hris.Employment', 'pay_currency', 'PayCurrencyEnum'],
    ['hris.Employment', 'flsa_status', 'FlsaStatusEnum'],
    ['hris.Employment', 'employment_type', 'EmploymentTypeEnum'],
    ['hris.TimeOff', 'status', 'TimeOffStatusEnum'],
    ['hris.TimeOff', 'units', 'UnitsEnum'],
    ['hris.TimeOff', 'request_type', 'RequestTypeEnum'],
    ['hris.Group', 'type', 'GroupTypeEnum'],
    ['hris.Location', 'country', 'CountryEnum'],
    ['hris.Location', 'location_type', 'LocationTypeEnum'],
  ])('%s.%s is one of %s or null', (model, field, name) => {
    const values = new Set(prepared.sandbox.truth(account.id, model).map((record) => record[field]))
    values.delete(null)
    expect(values.size).toBeGreaterThan(0)
    expect(Object.values(types[name]!)).toEqual(expect.arrayContaining([...values]))
  })

  test('every reference leads somewhere, and managers form one tree', () => {
    const truth = (model: string) => prepared.sandbox.truth(account.id, model)
    const ids = (model: string) => new Set(truth(model).map((record) => record.id))
    const people = truth('hris.Employee')
    const [companies, locations, groups, jobs, payGroups] = ['Company', 'Location', 'Group', 'Employment', 'PayGroup'].map((name) =>
      ids(`hris.${name}`),
    )
    const employees = new Map(people.map((person) => [person.id, person]))
    for (const person of people) {
      expect(companies).toContain(person.company)
      for (const id of person.groups as string[]) expect(groups).toContain(id)
      for (const id of person.employments as string[]) expect(jobs).toContain(id)
      for (const id of [person.home_location, person.work_location]) if (id !== null) expect(locations).toContain(id)
      if (person.pay_group !== null) expect(payGroups).toContain(person.pay_group)
      let boss = person.manager
      for (let steps = 0; boss !== null; steps++) {
        expect(steps).toBeLessThan(10)
        boss = employees.get(boss)!.manager
      }
    }
    for (const leave of truth('hris.TimeOff')) expect(employees.has(leave.employee)).toBe(true)
  })
})
