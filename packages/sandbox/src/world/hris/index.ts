import type { AddInput, Category, FindRecords, SourceRecord } from '../category.ts'
import { consequencesAmong, withoutReferences } from '../consequences.ts'
import { edited } from '../edited.ts'
import { departments } from './company.ts'
import { employ } from './employ.ts'
import { frameOf, generateCompany } from './generate.ts'
import { models } from './models.ts'

const behind = consequencesAmong(models)

/** A human-resources system: one company, its people, their pay and their time off. */
export const hris: Category = {
  name: 'hris',
  mainModel: 'hris.Employee',
  labels: { change: 'Change an employee', add: 'Hire somebody', remove: 'Delete an employee' },
  models,
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

function hireEmployee(input: AddInput): SourceRecord[] {
  const people = input.find('hris.Employee')
  const manager = people.length > 0 ? input.random.pick(people.slice(0, Math.max(1, Math.ceil(people.length / 7)))) : undefined
  const frame = frameOf(input.identify)
  const inherited = frame.departments.findIndex((id) => (manager?.fields.groups as string[] | undefined)?.includes(id))
  const department = inherited >= 0 ? inherited : input.random.integer(departments.length)
  const post = { frame, department, rank: 'member', manager: manager?.id ?? null, freshly: true } as const
  const key = `hire-${input.number}`
  const [employee, ...rest] = employ({ input, key, number: 90_000 + input.number, ...post })
  // The frame is the company's on its first day; an office may have closed since.
  const live = new Set(['Company', 'Location', 'PayGroup', 'Group'].flatMap((name) => input.find(`hris.${name}`).map((each) => each.id)))
  const closed = new Set(
    Object.values(frame)
      .flat()
      .filter((id) => !live.has(id)),
  )
  const open = (made: SourceRecord) => edited(made, withoutReferences(made.fields, closed))
  return [edited(open(employee!), nameGiven(input.fields)), ...rest.map(open)]
}

/** A first or last name given by hand also changes the full name, unless that is given too. */
function nameGiven(fields: Record<string, unknown>): Record<string, unknown> {
  if (fields.first_name === undefined || fields.last_name === undefined) return fields
  return { display_full_name: `${fields.first_name} ${fields.last_name}`, ...fields }
}

/** A person's employments, time off and home go with them; those they managed move up to their manager. */
function leavesBehind(record: SourceRecord, find: FindRecords) {
  const home = find('hris.Location').filter((place) => place.id === record.fields.home_location)
  const after = behind(record, find, home)
  const upwards = (fields: Record<string, unknown>) =>
    'manager' in fields ? { ...fields, manager: record.fields.manager ?? null } : fields
  return { removed: after.removed, edited: after.edited.map((edit) => ({ ...edit, fields: upwards(edit.fields) })) }
}
