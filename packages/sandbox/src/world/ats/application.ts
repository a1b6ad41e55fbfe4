import type { SourceRecord } from '../category.ts'
import { day, midnight, moment } from '../dates.ts'
import type { Scribe } from '../scribe.ts'
import { sources } from './words.ts'

/** One application with its interviews and, at the end, an offer; nothing when there is no job to apply for. */
export function writeApplication(scribe: Scribe, key: string, candidate: SourceRecord, applied: number): void {
  const { random, today } = scribe
  const job = scribe.one('Job')
  if (job === null) return
  const stages = scribe.all('JobInterviewStage').filter((stage) => stage.fields.job === job)
  const age = (today - applied) / day
  const reached = age < 2 ? 0 : random.integer(stages.length)
  const stage = stages[reached]?.id ?? null
  const offered = stages.length > 0 && reached === stages.length - 1 && random.chance(0.7)
  const rejected = !offered && age > 30 && random.chance(0.75)
  const offer = `${key}-offer-1`
  const { id: application } = scribe.write('Application', key, {
    candidate: candidate.id,
    job,
    applied_at: moment(applied),
    rejected_at: rejected ? moment(applied + 20 * day) : null,
    offers: offered ? [scribe.id('Offer', offer)] : [],
    source: random.pick(sources),
    credited_to: random.chance(0.3) ? scribe.one('RemoteUser') : null,
    current_stage: stage,
    reject_reason: rejected ? scribe.one('RejectReason') : null,
  })
  if (offered) writeOffer(scribe, offer, application, Math.min(today, applied + 30 * day))
  for (let round = 1; round <= Math.min(reached, 2); round++) {
    const start = applied + round * 6 * day + random.integer(8) * 3_600_000
    const organized = moment(Math.min(today, start - 4 * day))
    scribe.write('ScheduledInterview', `${key}-interview-${round}`, {
      application,
      job_interview_stage: stages[round]?.id ?? null,
      organizer: scribe.one('RemoteUser'),
      interviewers: scribe.some('RemoteUser', 2),
      location: random.pick(['Video call', 'Room “Ada”', 'Phone', null]),
      start_at: moment(start),
      end_at: moment(start + 45 * 60_000),
      remote_created_at: organized,
      remote_updated_at: organized,
      status: start > today ? 'SCHEDULED' : random.chance(0.2) ? 'AWAITING_FEEDBACK' : 'COMPLETE',
    })
  }
}

function writeOffer(scribe: Scribe, key: string, application: string, made: number): void {
  const status = scribe.random.pick(['DRAFT', 'SENT', 'OPENED', 'SIGNED', 'SIGNED', 'DENIED'])
  const closed = status === 'SIGNED' || status === 'DENIED'
  scribe.write('Offer', key, {
    application,
    creator: scribe.one('RemoteUser'),
    remote_created_at: moment(made),
    closed_at: closed ? moment(made + 4 * day) : null,
    sent_at: status === 'DRAFT' ? null : moment(made + day),
    start_date: midnight(made + 60 * day),
    status,
  })
}
