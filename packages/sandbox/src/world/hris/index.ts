import type { AddInput, Category, FindRecords, ModelDefinition, SourceRecord } from '../category.ts'
import { departments } from './company.ts'
import { employ } from './employ.ts'
import { frameOf, generateCompany } from './generate.ts'

/** A human-resources system: one company, its people, their pay and their time off. */
export const hris: Category = {
  name: 'hris',
  mainModel: 'hris.Employee',
  models: [
    // In the order in which Merge's copy is filled.
    model('Company', 'companies'),
    model('Location', 'locations', { filters: { location_type: 'location_type' } }),
    model('PayGroup', 'pay-groups'),
    model('Group', 'groups', {
      filters: { is_commonly_used_as_team: 'is_commonly_used_as_team', names: 'name', types: 'type' },
      relations: { parent_group: 'hris.Group' },
    }),
    model('Employee', 'employees', {
      filters: {
        company_id: 'company',
        display_full_name: 'display_full_name',
        employee_number: 'employee_number',
        employment_status: 'employment_status',
        first_name: 'first_name',
        groups: 'groups',
        home_location_id: 'home_location',
        last_name: 'last_name',
        manager_id: 'manager',
        pay_group_id: 'pay_group',
        personal_email: 'personal_email',
        work_email: 'work_email',
        work_location_id: 'work_location',
      },
      relations: {
        company: 'hris.Company',
        employments: 'hris.Employment',
        groups: 'hris.Group',
        home_location: 'hris.Location',
        manager: 'hris.Employee',
        pay_group: 'hris.PayGroup',
        work_location: 'hris.Location',
      },
      sensitive: ['ssn'],
    }),
    model('Employment', 'employments', {
      filters: { employee_id: 'employee' },
      relations: { employee: 'hris.Employee', pay_group: 'hris.PayGroup' },
    }),
    model('TimeOff', 'time-off', {
      filters: { employee_id: 'employee', approver_id: 'approver', request_type: 'request_type', status: 'status' },
      relations: { employee: 'hris.Employee', approver: 'hris.Employee' },
    }),
    ...[
      ['BankInfo', 'bank-info'],
      ['Benefit', 'benefits'],
      ['Dependent', 'dependents'],
      ['EmployeePayrollRun', 'employee-payroll-runs'],
      ['EmployerBenefit', 'employer-benefits'],
      ['PayrollRun', 'payroll-runs'],
      ['Team', 'teams'],
      ['TimeOffBalance', 'time-off-balances'],
      ['TimesheetEntry', 'timesheet-entries'],
    ].map(([name, path]) => model(name!, path!, { available: false })),
  ],
  generate: generateCompany,
  edit(record, random) {
    const number = 1000 + random.integer(9000)
    switch (record.model) {
      case 'hris.Employee':
        return { mobile_phone_number: `+1503555${number}`, preferred_name: random.pick(['Alex', 'Sam', 'Robin', 'Kim', 'Jo', null]) }
      case 'hris.Employment':
        return { pay_rate: Math.round(Number(record.fields.pay_rate) * (102 + random.integer(9))) / 100 }
      case 'hris.TimeOff':
        return { status: random.pick(['APPROVED', 'DECLINED', 'CANCELLED']), employee_note: `Changed, see request ${number}` }
      case 'hris.Location':
        return { phone_number: `+1503555${number}` }
      case 'hris.Company':
        return { legal_name: `${record.fields.display_name} Group ${number}, Inc.` }
      case 'hris.PayGroup':
        return { pay_group_name: `Pay group ${number}` }
      default:
        return { name: `Group ${number}` }
    }
  },
  add: hireEmployee,
  consequences: leavesBehind,
}

function model(name: string, path: string, more: Partial<ModelDefinition> = {}): ModelDefinition {
  return { id: `hris.${name}`, name, path, available: true, ...more }
}

function hireEmployee(input: AddInput): SourceRecord[] {
  const people = input.find('hris.Employee')
  const manager = people.length > 0 ? input.random.pick(people.slice(0, Math.max(1, Math.ceil(people.length / 7)))) : undefined
  const frame = frameOf(input.identify)
  const inherited = frame.departments.findIndex((id) => (manager?.fields.groups as string[] | undefined)?.includes(id))
  const department = inherited >= 0 ? inherited : input.random.integer(departments.length)
  const post = { frame, department, rank: 'member', manager: manager?.id ?? null, freshly: true } as const
  const key = `hire-${input.number}`
  const [employee, ...rest] = employ({ input, key, number: 90_000 + input.number, ...post })
  return [{ ...employee!, fields: { ...employee!.fields, ...nameGiven(input.fields) } }, ...rest]
}

/** A first or last name given by hand also changes the full name, unless that is given too. */
function nameGiven(fields: Record<string, unknown>): Record<string, unknown> {
  if (fields.first_name === undefined || fields.last_name === undefined) return fields
  return { display_full_name: `${fields.first_name} ${fields.last_name}`, ...fields }
}

/** A person's employments, time off and home go with them; those they managed move up to their manager. */
function leavesBehind(record: SourceRecord, find: FindRecords) {
  if (record.model !== 'hris.Employee') return { removed: [], edited: [] }
  const theirs = [...find('hris.Employment'), ...find('hris.TimeOff')].filter((other) => other.fields.employee === record.id)
  const home = find('hris.Location').filter((place) => place.id === record.fields.home_location)
  const reports = find('hris.Employee').filter((other) => other.fields.manager === record.id)
  return {
    removed: [...theirs, ...home],
    edited: reports.map((report) => ({ record: report, fields: { manager: record.fields.manager } })),
  }
}
