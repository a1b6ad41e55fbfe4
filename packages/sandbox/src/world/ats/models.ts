import type { DescribedModel } from '../category.ts'
import { emptyModels, modelsOf } from '../define.ts'

const model = modelsOf('ats')

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model('Department', 'departments', 'name'),
  model('Office', 'offices', 'name location'),
  model('RemoteUser', 'users', 'first_name last_name email disabled remote_created_at access_role', { filters: { email: 'email' } }),
  // Merge gives these no id of their own: a candidate's tags are their names.
  model('Tag', 'tags', 'name', { without: ['id'] }),
  model('RejectReason', 'reject-reasons', 'name'),
  model(
    'Job',
    'jobs',
    `name description code status type job_postings[] job_posting_urls[] remote_created_at remote_updated_at confidential departments[]
    offices[] hiring_managers[] recruiters[]`,
    {
      filters: { code: 'code', offices: 'offices', status: 'status' },
      relations: { departments: 'ats.Department', hiring_managers: 'ats.RemoteUser', offices: 'ats.Office', recruiters: 'ats.RemoteUser' },
      nested: ['screening-questions'],
    },
  ),
  model('JobInterviewStage', 'job-interview-stages', 'name job stage_order', {
    filters: { job_id: 'job' },
    relations: { job: 'ats.Job' },
    partOf: ['job'],
  }),
  model(
    'Candidate',
    'candidates',
    `first_name last_name company title remote_created_at remote_updated_at last_interaction_at is_private can_email locations[]
    phone_numbers[] email_addresses[] urls[] tags[] applications[] attachments[]`,
    {
      filters: { email_addresses: 'email_addresses', first_name: 'first_name', last_name: 'last_name', tags: 'tags' },
      relations: { applications: 'ats.Application' },
    },
  ),
  model(
    'Application',
    'applications',
    'candidate job applied_at rejected_at offers[] source credited_to screening_question_answers[] current_stage reject_reason',
    {
      filters: {
        candidate_id: 'candidate',
        credited_to_id: 'credited_to',
        current_stage_id: 'current_stage',
        job_id: 'job',
        reject_reason_id: 'reject_reason',
        source: 'source',
      },
      relations: {
        candidate: 'ats.Candidate',
        credited_to: 'ats.RemoteUser',
        current_stage: 'ats.JobInterviewStage',
        job: 'ats.Job',
        offers: 'ats.Offer',
        reject_reason: 'ats.RejectReason',
      },
      partOf: ['candidate', 'job'],
    },
  ),
  model('Offer', 'offers', 'application creator remote_created_at closed_at sent_at start_date status', {
    filters: { application_id: 'application', creator_id: 'creator', status: 'status' },
    relations: { application: 'ats.Application', creator: 'ats.RemoteUser' },
    partOf: ['application'],
  }),
  model(
    'ScheduledInterview',
    'interviews',
    'application job_interview_stage organizer interviewers[] location start_at end_at remote_created_at remote_updated_at status',
    {
      filters: { application_id: 'application', job_interview_stage_id: 'job_interview_stage', organizer_id: 'organizer' },
      relations: {
        application: 'ats.Application',
        interviewers: 'ats.RemoteUser',
        job_interview_stage: 'ats.JobInterviewStage',
        organizer: 'ats.RemoteUser',
      },
      partOf: ['application'],
    },
  ),
  model('Activity', 'activities', 'user remote_created_at activity_type subject body visibility candidate', {
    filters: { user_id: 'user' },
    relations: { user: 'ats.RemoteUser' },
    partOf: ['candidate'],
  }),
  ...emptyModels('ats', { Attachment: 'attachments', EEOC: 'eeocs', JobPosting: 'job-postings', Scorecard: 'scorecards' }),
]
