/** One common model of Merge: what it is called in each of Merge's own vocabularies. */
export interface ModelRow {
  /** As in sync-status and in `sync.models`: `hris.Employee`. */
  readonly model: string
  readonly category: string
  /** The list endpoint below `/{category}/v1/`. */
  readonly path: string
  /** Whether the list takes `modified_after`; without it every walk reads everything. */
  readonly modifiedAfter: boolean
  /** Bank, payroll and dependents: never part of `'all'`, must be named. */
  readonly sensitive: boolean
}

/** Source: the list endpoints of https://docs.merge.dev/merge-unified/hris. */
export const MODEL_TABLE: readonly ModelRow[] = [
  hris('BankInfo', 'bank-info', true),
  hris('Benefit', 'benefits', true),
  hris('Company', 'companies'),
  hris('Dependent', 'dependents', true),
  hris('Employee', 'employees'),
  hris('EmployeePayrollRun', 'employee-payroll-runs', true),
  hris('EmployerBenefit', 'employer-benefits', true),
  hris('Employment', 'employments'),
  hris('Group', 'groups'),
  hris('Location', 'locations'),
  hris('PayGroup', 'pay-groups', true),
  hris('PayrollRun', 'payroll-runs', true),
  hris('TimeOff', 'time-off'),
  hris('TimeOffBalance', 'time-off-balances'),
  hris('TimesheetEntry', 'timesheet-entries'),
]

export function findModel(model: string): ModelRow | undefined {
  return MODEL_TABLE.find((row) => row.model === model)
}

function hris(name: string, path: string, sensitive = false): ModelRow {
  return { model: `hris.${name}`, category: 'hris', path, modifiedAfter: true, sensitive }
}
