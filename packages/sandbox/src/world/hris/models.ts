import type { ModelDefinition } from '../category.ts'

/** In the order in which Merge's copy is filled. */
export const models: readonly ModelDefinition[] = [
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
    ranges: { started: 'start_date', terminated: 'termination_date' },
    sensitive: ['ssn'],
  }),
  model('Employment', 'employments', {
    filters: { employee_id: 'employee' },
    relations: { employee: 'hris.Employee', pay_group: 'hris.PayGroup' },
    partOf: ['employee'],
  }),
  model('TimeOff', 'time-off', {
    filters: { employee_id: 'employee', approver_id: 'approver', request_type: 'request_type', status: 'status' },
    ranges: { started: 'start_time', ended: 'end_time' },
    relations: { employee: 'hris.Employee', approver: 'hris.Employee' },
    partOf: ['employee'],
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
]

function model(name: string, path: string, more: Partial<ModelDefinition> = {}): ModelDefinition {
  return { id: `hris.${name}`, name, path, available: true, ...more }
}
