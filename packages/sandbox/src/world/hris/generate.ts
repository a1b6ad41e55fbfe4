import type { SourceRecord, WorldInput } from '../category.ts'
import { departments, offices, units } from './company.ts'
import { employ, type Frame } from './employ.ts'
import { groupFields, locationFields } from './fields.ts'

/** Reports per manager. 2,500 people make five levels. */
const span = 7

/** A company, offices, departments, and a tree of people with pay and time off. */
export function generateCompany(input: WorldInput): SourceRecord[] {
  const records: SourceRecord[] = []
  const frame = frameOf(input.identify)
  const add = (model: string, key: string, fields: Record<string, unknown>) =>
    records.push({ model, id: input.identify(model, key), remoteId: key, fields })

  add('hris.Company', 'company-1', {
    legal_name: `${input.organizationName} Holdings, Inc.`,
    display_name: input.organizationName,
    eins: ['84-5550142'],
  })
  offices.forEach((office, index) => {
    add('hris.Location', `office-${index + 1}`, {
      ...locationFields({ name: `${office.city} office`, phone_number: office.phone, street_1: office.street, city: office.city }),
      ...{ state: office.state, zip_code: office.zip, country: office.country, location_type: 'WORK' },
    })
    add('hris.PayGroup', `pay-${office.country.toLowerCase()}-${index + 1}`, {
      pay_group_name: `${office.city}, paid in ${office.currency}`,
    })
  })
  for (const unit of units) add('hris.Group', `unit-${unit.toLowerCase()}`, groupFields({ name: unit, type: 'BUSINESS_UNIT' }))
  departments.forEach((department, index) => {
    const parent = input.identify('hris.Group', `unit-${department.unit.toLowerCase()}`)
    add('hris.Group', `department-${index + 1}`, groupFields({ name: department.name, type: 'DEPARTMENT', parent_group: parent }))
    offices.forEach((office, place) => {
      const name = `${department.name}, ${office.city}`
      const team = { name, type: 'TEAM', parent_group: frame.departments[index], is_commonly_used_as_team: true }
      add('hris.Group', `team-${index + 1}-${place + 1}`, groupFields(team))
    })
  })

  const departmentOf: number[] = []
  for (let index = 0; index < input.size; index++) {
    const boss = index === 0 ? null : Math.floor((index - 1) / span)
    // The chief executive's reports head the departments; everybody else is in the department of their manager.
    departmentOf.push(boss === null ? 5 : boss === 0 ? (index - 1) % departments.length : departmentOf[boss]!)
    const manages = index * span + 1 < input.size
    const manager = boss === null ? null : input.identify('hris.Employee', `employee-${boss + 1}`)
    const rank = boss === null ? 'chief' : boss === 0 ? 'head' : manages ? 'lead' : 'member'
    const key = `employee-${index + 1}`
    records.push(...employ({ input, frame, key, number: index + 1, department: departmentOf[index]!, rank, manager, freshly: false }))
  }
  return records
}

/** The ids of the company's fixed parts, which follow from the account alone. */
export function frameOf(identify: WorldInput['identify']): Frame {
  return {
    company: identify('hris.Company', 'company-1'),
    offices: offices.map((_, index) => identify('hris.Location', `office-${index + 1}`)),
    payGroups: offices.map((office, index) => identify('hris.PayGroup', `pay-${office.country.toLowerCase()}-${index + 1}`)),
    departments: departments.map((_, index) => identify('hris.Group', `department-${index + 1}`)),
    teams: departments.flatMap((_, index) => offices.map((_, place) => identify('hris.Group', `team-${index + 1}-${place + 1}`))),
  }
}
