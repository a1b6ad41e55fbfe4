import type { SourceRecord, WorldInput } from '../category.ts'
import { day, midnight, moment } from '../dates.ts'
import { inventPerson, mailName } from '../people.ts'
import { departments, notes, offices } from './company.ts'
import { employeeFields, employmentFields, locationFields, timeOffFields } from './fields.ts'

/** Where the people of one company work and belong; everybody's records point here. */
export interface Frame {
  company: string
  /** By index of `offices`. */
  offices: string[]
  payGroups: string[]
  /** By index of `departments`. */
  departments: string[]
  teams: string[]
}

export interface Post {
  input: Pick<WorldInput, 'random' | 'today' | 'identify'>
  frame: Frame
  /** Becomes the remote id. */
  key: string
  /** The employee number. */
  number: number
  department: number
  rank: 'chief' | 'head' | 'lead' | 'member'
  /** Merge's id of the manager. */
  manager: string | null
  /** True: starts today, with no history. */
  freshly: boolean
}

const raise: Record<Post['rank'], number> = { chief: 3.4, head: 2.3, lead: 1.4, member: 1 }

/** One employee first, then their employments, time off and home. */
export function employ(post: Post): SourceRecord[] {
  const { random, today, identify } = post.input
  const place = random.integer(offices.length)
  const office = offices[place]!
  const department = departments[post.department]!
  const person = inventPerson(random)
  const contractor = post.rank === 'member' && random.chance(0.08)
  const started = post.freshly ? 0 : 30 + Math.floor(random.next() ** 2 * 3650)
  const left = post.rank === 'member' && started > 200 && random.chance(0.06) ? random.integer(150) : null
  const mail = mailName(person, post.number)
  const remote = random.chance(0.1)
  const employee = identify('hris.Employee', post.key)
  const team = post.frame.teams[post.department * offices.length + place]!
  const jobs = jobsOf(post, { office: place, contractor, started })
  const leaves = post.freshly || contractor ? [] : timeOffOf(post)
  const home = remote ? [homeOf(post, place)] : []

  const fields = employeeFields({
    employee_number: String(post.number).padStart(5, '0'),
    company: post.frame.company,
    first_name: person.given,
    last_name: person.family,
    preferred_name: random.chance(0.08) ? person.given.slice(0, 3) : null,
    display_full_name: `${person.given} ${person.family}`,
    username: mail,
    groups: [post.frame.departments[post.department]!, team],
    work_email: left === null ? `${mail}@company.example` : null,
    personal_email: random.chance(0.6) ? `${mail}@mail.example` : null,
    mobile_phone_number: random.chance(0.7) ? `${office.phone.slice(0, -4)}${1000 + random.integer(9000)}` : null,
    employments: jobs.map((job) => job.id),
    home_location: home[0]?.id ?? null,
    work_location: remote ? null : post.frame.offices[place]!,
    manager: post.manager,
    pay_group: contractor ? null : post.frame.payGroups[place]!,
    // Numbers of this shape are never issued.
    ssn: office.country === 'US' ? `900-${10 + random.integer(90)}-${1000 + random.integer(9000)}` : null,
    gender: person.gender,
    ethnicity: office.country === 'US' && random.chance(0.4) ? 'PREFER_NOT_TO_DISCLOSE' : null,
    marital_status: random.chance(0.3) ? random.pick(['SINGLE', 'MARRIED_FILING_JOINTLY', 'MARRIED_FILING_SEPARATELY']) : null,
    date_of_birth: midnight(today - (21 * 365 + random.integer(40 * 365)) * day),
    hire_date: midnight(today - (started + 21) * day),
    start_date: midnight(today - started * day),
    remote_created_at: moment(today - (started + 20) * day),
    employment_status: left !== null ? 'INACTIVE' : post.freshly ? 'PENDING' : 'ACTIVE',
    termination_date: left === null ? null : midnight(today - left * day),
    custom_fields: random.chance(0.5)
      ? { shirt_size: random.pick(['S', 'M', 'L', 'XL']), badge: { color: department.unit, level: 1 } }
      : {},
  })
  return [{ model: 'hris.Employee', id: employee, remoteId: post.key, fields }, ...jobs, ...leaves, ...home]
}

function jobsOf(post: Post, facts: { office: number; contractor: boolean; started: number }): SourceRecord[] {
  const { random, today, identify } = post.input
  const department = departments[post.department]!
  const office = offices[facts.office]!
  const title =
    post.rank === 'chief'
      ? 'Chief Executive Officer'
      : post.rank === 'head'
        ? department.head
        : post.rank === 'lead'
          ? department.lead
          : null
  const promoted = facts.started > 500 && random.chance(0.35)
  const yearly = department.pay * raise[post.rank] * office.pay * (0.85 + random.next() * 0.4)
  const type = facts.contractor ? 'CONTRACTOR' : random.chance(0.06) ? 'PART_TIME' : random.chance(0.03) ? 'INTERN' : 'FULL_TIME'
  const hourly = type !== 'FULL_TIME'
  const job = (number: number, daysAgo: number, rate: number, name: string): SourceRecord => ({
    model: 'hris.Employment',
    id: identify('hris.Employment', `${post.key}-job-${number}`),
    remoteId: `${post.key}-job-${number}`,
    fields: employmentFields({
      employee: identify('hris.Employee', post.key),
      job_title: name,
      pay_rate: hourly ? Math.round((rate / 1800) * 100) / 100 : Math.round(rate / 100) * 100,
      pay_period: hourly ? 'HOUR' : 'YEAR',
      pay_frequency: office.country === 'US' ? 'SEMIMONTHLY' : 'MONTHLY',
      pay_currency: office.currency,
      pay_group: facts.contractor ? null : post.frame.payGroups[facts.office]!,
      flsa_status: office.country === 'US' && !facts.contractor ? (hourly ? 'NONEXEMPT' : 'EXEMPT') : null,
      effective_date: midnight(today - daysAgo * day),
      employment_type: type,
    }),
  })
  const now = title ?? random.pick(department.titles)
  if (!promoted) return [job(1, facts.started, yearly, now)]
  return [job(1, facts.started, yearly * 0.82, department.titles[0]!), job(2, Math.floor(facts.started / 2), yearly, now)]
}

function timeOffOf(post: Post): SourceRecord[] {
  const { random, today, identify } = post.input
  return Array.from({ length: random.integer(4) }, (_, index) => {
    const key = `${post.key}-leave-${index + 1}`
    const from = today + (random.integer(300) - 240) * day
    const length = 1 + random.integer(10)
    const hours = random.chance(0.1)
    const sick = random.chance(0.2)
    const future = from > today
    return {
      model: 'hris.TimeOff',
      id: identify('hris.TimeOff', key),
      remoteId: key,
      fields: timeOffFields({
        employee: identify('hris.Employee', post.key),
        approver: post.manager,
        status: future ? random.pick(['REQUESTED', 'APPROVED']) : random.chance(0.07) ? random.pick(['DECLINED', 'CANCELLED']) : 'APPROVED',
        employee_note: !sick && random.chance(0.3) ? random.pick(notes) : null,
        units: hours ? 'HOURS' : 'DAYS',
        amount: hours ? length / 2 : length,
        request_type: sick ? 'SICK' : random.pick(['VACATION', 'VACATION', 'VACATION', 'PERSONAL', 'VOLUNTEER']),
        start_time: midnight(from),
        end_time: hours ? midnight(from) : midnight(from + (length - 1) * day),
      }),
    }
  })
}

function homeOf(post: Post, place: number): SourceRecord {
  const { random, identify } = post.input
  const office = offices[place]!
  const key = `${post.key}-home`
  const address = { street_1: `${1 + random.integer(180)} Garden Street`, city: office.city, state: office.state, country: office.country }
  const id = identify('hris.Location', key)
  return { model: 'hris.Location', id, remoteId: key, fields: locationFields({ ...address, location_type: 'HOME' }) }
}
