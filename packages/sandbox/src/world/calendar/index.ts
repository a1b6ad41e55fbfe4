import type { Category, SourceRecord } from '../category.ts'
import { day, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { models } from './models.ts'

const groups = ['Everyone', 'Product', 'Vertrieb']
const names = ['Weekly', 'Interview', '1:1', 'Kickoff', 'Betriebsversammlung', 'Dentist', 'Launch 🚀', '定例会議']
const zones = ['Europe/Berlin', 'America/Halifax', 'Asia/Tokyo', 'UTC']
const hour = 3_600_000

/** Calendars of a company: one for each person, shared ones, single events and series. Every twelfth event was cancelled. */
export const calendar: Category = defineCategory({
  name: 'calendar',
  main: 'Event',
  labels: { change: 'Move an event', add: 'Plan an event', remove: 'Delete an event' },
  models,
  populate(scribe, size) {
    const times = stamps(scribe.today - 500 * day)
    groups.forEach((name, index) => {
      const child_groups = index === 0 ? [2, 3].map((number) => scribe.id('Group', `group-${number}`)) : []
      scribe.write('Group', `group-${index + 1}`, { name, email_address: `group.${index + 1}@company.example`, child_groups, ...times })
    })
    for (let index = 1; index <= Math.max(3, Math.ceil(size / 60)); index++) writePerson(scribe, index, times)
    for (let index = 1; index <= Math.max(2, Math.ceil(size / 40)); index++) writeSeries(scribe, index, times)
    for (let index = 1; index <= size; index++) writeEvent(scribe, `event-${index}`, index % 12 === 7)
  },
  add: (scribe, key) => writeEvent(scribe, key, false),
  edits: {
    Event: (random, number, record) => {
      const start = Date.parse(String(record.fields.start_date)) + (1 + random.integer(72)) * hour
      return { start_date: moment(start), end_date: moment(start + hour), event_details: `Moved (${number})` }
    },
    Series: (random, number) => ({ recurrence_rule: rule(random.integer(30) + 2 + number) }),
  },
})

function writePerson(scribe: Scribe, index: number, times: Record<string, unknown>): void {
  const person = inventPerson(scribe.random)
  const name = `${person.given} ${person.family}`
  const email_address = `${mailName(person, index)}@company.example`
  scribe.write('User', `user-${index}`, { name, email_address, groups: scribe.some('Group', 2), ...times })
  const shared = index % 5 === 2
  const key = `calendar-${index}`
  scribe.write('Calendar', key, {
    ...{ name: shared ? `Team calendar ${index}` : name, is_default: !shared, type: shared ? 'SHARED' : 'PERSONAL', ...times },
    ...{ description: shared ? 'What concerns us all' : null, owner_email_address: email_address, permissions: [permission(scribe, key)] },
  })
}

function writeSeries(scribe: Scribe, index: number, times: Record<string, unknown>): void {
  const start = scribe.today - (100 + scribe.random.integer(200)) * day
  scribe.write('Series', `series-${index}`, {
    ...{ calendar: scribe.one('Calendar'), start_date: moment(start), end_date: moment(start + 300 * day), recurrence_rule: rule(52) },
    ...{ excluded_dates: [moment(start + 7 * day)], organizer_email_address: `organizer.${index}@company.example`, ...times },
  })
}

function writeEvent(scribe: Scribe, key: string, isCancelled: boolean): SourceRecord {
  const { random, today } = scribe
  const series = random.chance(0.3) && scribe.all('Series').length > 0 ? random.pick(scribe.all('Series')) : null
  const start = today + (random.integer(400) - 300) * day + random.integer(20) * (hour / 2)
  const made = Math.min(today, start) - random.integer(60) * day
  return scribe.write('Event', key, {
    ...{ name: random.pick(names), timezone: random.pick(zones), is_private: random.chance(0.1), is_all_day: random.chance(0.1) },
    ...{ start_date: moment(start), end_date: moment(start + hour), is_cancelled: isCancelled },
    ...{ event_details: random.chance(0.5) ? 'Agenda to follow.' : null, web_url: `https://calendar.example/e/${key}` },
    ...{ calendar: series?.fields.calendar ?? scribe.one('Calendar'), series: series?.id ?? null },
    ...stamps(made),
  })
}

function permission(scribe: Scribe, key: string) {
  return part({
    ...{ id: scribe.id('Calendar', `${key}-permission`), remote_id: `${key}-permission`, type: 'USER', roles: ['OWNER'] },
    ...{ effective_role: 'OWNER', user: scribe.one('User'), group: null, calendar: scribe.id('Calendar', key) },
    ...{ remote_was_deleted: false, field_mappings: null },
  })
}

function rule(count: number): string {
  return `RRULE:FREQ=WEEKLY;COUNT=${count}`
}

function stamps(at: number) {
  return { remote_created_at: moment(at), remote_updated_at: moment(at) }
}
