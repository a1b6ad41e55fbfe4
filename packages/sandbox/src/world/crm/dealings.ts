import { day, midnight, moment } from '../dates.ts'
import type { Scribe } from '../scribe.ts'
import { deals, notes, subjects } from './words.ts'

export function writeOpportunity(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const account = scribe.all('Account').length > 0 ? random.pick(scribe.all('Account')) : null
  const began = today - random.integer(500) * day
  const status = random.pick(['OPEN', 'OPEN', 'WON', 'LOST'])
  const stage = status === 'WON' ? 5 : status === 'LOST' ? 6 : 1 + random.integer(4)
  scribe.write('Opportunity', `opportunity-${index}`, {
    name: `${random.pick(deals)}: ${account?.fields.name ?? 'nobody yet'}`,
    description: random.chance(0.5) ? random.pick(notes) : null,
    amount: random.chance(0.9) ? Math.round(10 ** (3 + random.next() * 2)) : null,
    owner: account?.fields.owner ?? null,
    account: account?.id ?? null,
    stage: scribe.id('Stage', `stage-${stage}`),
    status,
    last_activity_at: moment(began + random.integer(20) * 3_600_000),
    close_date: midnight(began + 90 * day),
    remote_created_at: moment(began),
  })
}

export function writeNote(scribe: Scribe, index: number): void {
  const written = moment(scribe.today - scribe.random.integer(600) * day)
  const times = { remote_updated_at: written, remote_created_at: written }
  scribe.write('Note', `note-${index}`, { content: scribe.random.pick(notes), ...about(scribe), ...times })
}

export function writeTask(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const due = today + (random.integer(120) - 90) * day
  const done = due < today && random.chance(0.8)
  scribe.write('Task', `task-${index}`, {
    subject: random.pick(subjects),
    content: random.chance(0.4) ? random.pick(notes) : null,
    ...about(scribe),
    completed_date: done ? midnight(due) : null,
    due_date: midnight(due),
    status: done ? 'CLOSED' : 'OPEN',
  })
}

export function writeEngagement(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const start = today - random.integer(400) * day - random.integer(24) * 3_600_000
  const { owner, account } = about(scribe)
  scribe.write('Engagement', `engagement-${index}`, {
    ...{ owner, account, contacts: scribe.some('Contact', 2), engagement_type: scribe.one('EngagementType') },
    content: random.chance(0.7) ? random.pick(notes) : null,
    subject: random.pick(subjects),
    direction: random.pick(['INBOUND', 'OUTBOUND']),
    start_time: moment(start),
    end_time: moment(start + (15 + random.integer(60)) * 60_000),
  })
}

/** A contact, their company, its owner and, now and then, a deal with it. */
function about(scribe: Scribe) {
  const { random } = scribe
  const contact = scribe.all('Contact').length > 0 ? random.pick(scribe.all('Contact')) : null
  const opportunity = random.chance(0.2) && scribe.all('Opportunity').length > 0 ? random.pick(scribe.all('Opportunity')) : null
  const account = opportunity?.fields.account ?? contact?.fields.account ?? null
  return { owner: contact?.fields.owner ?? null, contact: contact?.id ?? null, account, opportunity: opportunity?.id ?? null }
}
