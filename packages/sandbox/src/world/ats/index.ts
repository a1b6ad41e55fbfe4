import type { Category, SourceRecord } from '../category.ts'
import { inventPhone, places } from '../companies.ts'
import { day, midnight, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { writeApplication } from './application.ts'
import { models } from './models.ts'
import { accessRoles, activities, departments, offices, rejectReasons, stages, tags, titles } from './words.ts'

/** An applicant-tracking system: open jobs, people who want them, and how far each has come. */
export const ats: Category = defineCategory({
  name: 'ats',
  main: 'Candidate',
  labels: { change: 'Change a candidate', add: 'Receive an application', remove: 'Delete a candidate' },
  models,
  populate(scribe, size) {
    furnish(scribe, Math.max(4, Math.ceil(size / 60)))
    for (let index = 1; index <= Math.max(3, Math.ceil(size / 25)); index++) writeJob(scribe, index)
    for (let index = 1; index <= size; index++) {
      writeCandidate(scribe, `candidate-${index}`, index, 2 + Math.floor(scribe.random.next() ** 2 * 800))
    }
  },
  add: (scribe, key) => writeCandidate(scribe, key, 90_000 + scribe.all('Candidate').length, 0),
  edits: {
    Candidate: (random, number) => ({ title: `${random.pick(titles)}, level ${number}`, can_email: random.chance(0.5) }),
    Application: (_random, number) => ({ source: `Event ${number}` }),
    Job: (random, number) => ({ code: `REQ-${number}`, status: random.pick(['OPEN', 'CLOSED']) }),
    RemoteUser: (random, number) => ({ access_role: random.pick(accessRoles), email: `renamed.${number}@company.example` }),
    Offer: (random, number) => ({
      status: random.pick(['SENT', 'SIGNED', 'DENIED']),
      start_date: midnight(1_760_000_000_000 + number * 3_600_000),
    }),
    ScheduledInterview: (random, number) => ({ status: random.pick(['SCHEDULED', 'COMPLETE']), location: `Room ${number}` }),
    Activity: (_random, number) => ({ body: `Corrected in note ${number}` }),
  },
})

function furnish(scribe: Scribe, users: number): void {
  scribe.writeAll('Department', 'department', departments)
  scribe.writeAll('Office', 'office', offices)
  scribe.writeAll('Tag', 'tag', tags)
  scribe.writeAll('RejectReason', 'reason', rejectReasons)
  for (let index = 1; index <= users; index++) {
    const person = inventPerson(scribe.random)
    scribe.write('RemoteUser', `user-${index}`, {
      first_name: person.given,
      last_name: person.family,
      email: `${mailName(person, index)}@company.example`,
      disabled: scribe.random.chance(0.08),
      remote_created_at: moment(scribe.today - (900 + index) * day),
      access_role: index === 1 ? 'SUPER_ADMIN' : scribe.random.pick(accessRoles),
    })
  }
}

function writeJob(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const key = `job-${index}`
  const opened = today - (20 + random.integer(700)) * day
  const name = random.pick(titles)
  const { id } = scribe.write('Job', key, {
    name,
    description: `<p>We are looking for a <strong>${name}</strong>.</p>`,
    code: `REQ-${100 + index}`,
    status: index === 1 ? 'OPEN' : random.pick(['OPEN', 'OPEN', 'CLOSED', 'DRAFT', 'ARCHIVED']),
    type: 'REQUISITION',
    job_posting_urls: [part({ value: `https://careers.example/jobs/${key}`, url_type: 'JOB_POSTING', remote_was_deleted: false })],
    remote_created_at: moment(opened),
    remote_updated_at: moment(opened + 3 * day),
    confidential: random.chance(0.1),
    departments: scribe.some('Department', 1),
    offices: scribe.some('Office', 2),
    hiring_managers: scribe.some('RemoteUser', 1),
    recruiters: scribe.some('RemoteUser', 2),
  })
  const rows = stages.map((stage, order) => ({ name: stage, job: id, stage_order: order }))
  scribe.writeAll('JobInterviewStage', `${key}-stage`, rows)
}

/** A candidate, what they applied for, how that went and what was noted about it. */
function writeCandidate(scribe: Scribe, key: string, number: number, age: number): SourceRecord {
  const { random, today } = scribe
  const person = inventPerson(random)
  const at = random.pick(places)
  const came = today - age * day
  const heard = Math.min(today, came + random.integer(20) * day)
  const mail = mailName(person, number)
  const applications = Array.from({ length: age > 0 && random.chance(0.18) ? 2 : 1 }, (_, index) => `${key}-application-${index + 1}`)
  const candidate = scribe.write('Candidate', key, {
    first_name: person.given,
    last_name: person.family,
    company: random.chance(0.5) ? 'Previous Employer Ltd' : null,
    title: random.chance(0.8) ? random.pick(titles) : null,
    remote_created_at: moment(came),
    remote_updated_at: moment(heard),
    last_interaction_at: moment(heard),
    is_private: random.chance(0.05),
    can_email: random.chance(0.9),
    locations: random.chance(0.7) ? [`${at.city}, ${at.country}`] : [],
    phone_numbers: random.chance(0.6)
      ? [part({ value: inventPhone(at, random), phone_number_type: 'MOBILE', remote_was_deleted: false })]
      : [],
    email_addresses: [part({ value: `${mail}@mail.example`, email_address_type: 'PERSONAL', remote_was_deleted: false })],
    urls: random.chance(0.3)
      ? [part({ value: `https://portfolio.example/${mail}`, url_type: 'PORTFOLIO', remote_was_deleted: false })]
      : [],
    tags: random.chance(0.3) ? [random.pick(tags)] : [],
    applications: scribe.all('Job').length > 0 ? applications.map((application) => scribe.id('Application', application)) : [],
  })
  for (const application of applications) writeApplication(scribe, application, candidate, came)
  if (age > 0 && random.chance(0.5)) {
    const user = scribe.one('RemoteUser')
    const noted = { user, candidate: candidate.id, visibility: 'PUBLIC', remote_created_at: moment(heard) }
    scribe.write('Activity', `${key}-activity-1`, { ...random.pick(activities), ...noted })
  }
  return candidate
}
