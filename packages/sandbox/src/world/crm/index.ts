import type { Category, SourceRecord } from '../category.ts'
import { type Company, inventCompany, inventPhone, places } from '../companies.ts'
import { day, midnight, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import { part, type Scribe } from '../scribe.ts'
import { writeEngagement, writeNote, writeOpportunity, writeTask } from './dealings.ts'
import { models } from './models.ts'
import { engagementTypes, leadSources, notes, stages, titles } from './words.ts'

/** A sales team's book: companies, the people in them, what might be sold to them and what was said. */
export const crm: Category = defineCategory({
  name: 'crm',
  main: 'Contact',
  labels: { change: 'Change a contact', add: 'Add a contact', remove: 'Delete a contact' },
  models,
  populate(scribe, size) {
    const upTo = (count: number, write: (index: number) => void) => {
      for (let index = 1; index <= Math.ceil(count); index++) write(index)
    }
    scribe.writeAll('Stage', 'stage', stages)
    scribe.writeAll('EngagementType', 'engagement-type', engagementTypes)
    upTo(Math.max(3, size / 80), (index) => writeUser(scribe, index))
    upTo(size / 4, (index) => writeAccount(scribe, index))
    upTo(size, (index) => writeContact(scribe, `contact-${index}`, index, 1 + Math.floor(scribe.random.next() ** 2 * 1200)))
    upTo(size / 3, (index) => writeLead(scribe, index))
    upTo(size / 3, (index) => writeOpportunity(scribe, index))
    upTo(size / 3, (index) => writeNote(scribe, index))
    upTo(size / 4, (index) => writeTask(scribe, index))
    upTo(size / 2, (index) => writeEngagement(scribe, index))
  },
  add: (scribe, key) => writeContact(scribe, key, 90_000 + scribe.all('Contact').length, 0),
  edits: {
    Contact: (random, number) => ({
      last_activity_at: moment(1_760_000_000_000 + number * 60_000),
      phone_numbers: [part({ phone_number: inventPhone(random.pick(places), random), phone_number_type: 'Mobile' })],
    }),
    Account: (_random, number) => ({ number_of_employees: number, description: `Revised in review ${number}` }),
    Lead: (random, number) => ({ status: random.pick(['OPEN', 'QUALIFIED', 'UNQUALIFIED']), lead_source: `Campaign ${number}` }),
    Opportunity: (random, number) => ({ amount: number * 25, status: random.pick(['OPEN', 'WON', 'LOST']) }),
    Note: (random, number) => ({ content: `${random.pick(notes)} (${number})` }),
    Task: (random, number) => ({ content: `See note ${number}`, status: random.pick(['OPEN', 'CLOSED']) }),
    Engagement: (_random, number) => ({ content: `Summary ${number}` }),
    User: (random, number) => ({ is_active: random.chance(0.8), email: `renamed.${number}@company.example` }),
  },
})

function writeUser(scribe: Scribe, index: number): void {
  const person = inventPerson(scribe.random)
  const email = `${mailName(person, index)}@company.example`
  scribe.write('User', `user-${index}`, { name: `${person.given} ${person.family}`, email, is_active: scribe.random.chance(0.92) })
}

function writeAccount(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const company = inventCompany(random)
  const met = today - (100 + random.integer(1500)) * day
  scribe.write('Account', `account-${index}`, {
    owner: scribe.one('User'),
    name: company.name,
    description: random.chance(0.4) ? random.pick(notes) : null,
    industry: company.industry,
    website: `https://${company.domain}`,
    number_of_employees: random.chance(0.8) ? Math.ceil(10 ** (1 + random.next() * 3)) : null,
    addresses: [addressOf(company, 'BILLING')],
    phone_numbers: [part({ phone_number: inventPhone(company.place, random), phone_number_type: 'Main' })],
    last_activity_at: moment(today - random.integer(90) * day),
    remote_updated_at: moment(today - random.integer(90) * day),
    remote_created_at: moment(met),
  })
}

function writeContact(scribe: Scribe, key: string, number: number, age: number): SourceRecord {
  const { random, today } = scribe
  const account = random.chance(0.9) ? scribe.one('Account') : null
  return scribe.write('Contact', key, {
    ...personOf(scribe, number),
    account,
    owner: scribe.all('Account').find((each) => each.id === account)?.fields.owner ?? scribe.one('User'),
    last_activity_at: age > 0 && random.chance(0.6) ? moment(today - random.integer(age) * day) : null,
    remote_created_at: moment(today - age * day),
  })
}

function writeLead(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const came = today - random.integer(400) * day
  const converted = random.chance(0.25)
  const contact = converted ? scribe.one('Contact') : null
  scribe.write('Lead', `lead-${index}`, {
    ...personOf(scribe, 50_000 + index),
    owner: scribe.one('User'),
    lead_source: random.pick(leadSources),
    title: random.pick(titles),
    company: inventCompany(random).name,
    remote_updated_at: moment(came),
    remote_created_at: moment(came),
    converted_date: converted ? midnight(Math.min(today, came + 14 * day)) : null,
    converted_contact: contact,
    converted_account: scribe.all('Contact').find((each) => each.id === contact)?.fields.account ?? null,
    status: converted ? 'CLOSED' : random.pick(['OPEN', 'QUALIFIED', 'UNQUALIFIED']),
  })
}

function personOf({ random }: Scribe, number: number) {
  const person = inventPerson(random)
  const at = random.pick(places)
  const phone = random.chance(0.6) ? [part({ phone_number: inventPhone(at, random), phone_number_type: 'Mobile' })] : []
  const mail = part({ email_address: `${mailName(person, number)}@customer.example`, email_address_type: 'Work' })
  return { first_name: person.given, last_name: person.family, email_addresses: [mail], phone_numbers: phone }
}

function addressOf({ place }: Company, address_type: 'BILLING' | 'SHIPPING') {
  const { street: street_1, city, state, zip: postal_code, country } = place
  return part({ street_1, street_2: null, city, state, postal_code, country, address_type })
}
