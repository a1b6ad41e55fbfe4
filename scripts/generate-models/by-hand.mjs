import { number, optional, string } from './shapes.mjs'

// What no published code says about the models of Merge's client: kept by hand, with the reasons.

/** In the order of the table. The first six are read from the client, the others are in by-hand-categories.mjs. */
export const CATEGORIES = ['hris', 'ats', 'crm', 'accounting', 'ticketing', 'filestorage', 'knowledgebase', 'chat', 'email', 'calendar']

/**
 * The `model_id` of sync-status where it is not `{category}.{type}`. Seen in answers and webhooks of Merge: `ats.EEOC`,
 * `ticketing.TicketingAttachment`, `ticketing.TicketingTeam`, `filestorage.FileStorageFile`. In these two categories the
 * ids that were seen are the webhooks' names, so their other models are taken to follow them.
 */
export const MODEL_IDS = {
  'ats.Eeoc': 'ats.EEOC',
  'filestorage.Drive': 'filestorage.FileStorageDrive',
  'filestorage.File': 'filestorage.FileStorageFile',
  'filestorage.Folder': 'filestorage.FileStorageFolder',
  'filestorage.Group': 'filestorage.FileStorageGroup',
  'filestorage.User': 'filestorage.FileStorageUser',
  'ticketing.Account': 'ticketing.TicketingAccount',
  'ticketing.Attachment': 'ticketing.TicketingAttachment',
  'ticketing.Contact': 'ticketing.TicketingContact',
  'ticketing.Tag': 'ticketing.TicketingTag',
  'ticketing.Team': 'ticketing.TicketingTeam',
}

/** The name in front of `.synced`, `.added`, `.changed` and `.removed` where it is not the `model_id` without its category. */
export const WEBHOOKS = {
  'accounting.Employee': 'AccountingEmployee',
  'accounting.Transaction': 'AccountingTransaction',
  'crm.Account': 'CRMAccount',
  'crm.Contact': 'CRMContact',
  'crm.User': 'CRMUser',
  'knowledgebase.Article': 'KnowledgeBaseArticle',
  'knowledgebase.Attachment': 'KnowledgeBaseAttachment',
  'knowledgebase.Container': 'KnowledgeBaseContainer',
  'knowledgebase.Group': 'KnowledgeBaseGroup',
  'knowledgebase.User': 'KnowledgeBaseUser',
}

/** Further spellings of a `model_id`, from Merge's own pages. */
export const ALIASES = {
  'accounting.Invoice': ['accounting.Invoices'],
}

/**
 * Never in 'all': what a person is paid and from which account, who depends on them, how they are insured, and what an
 * applicant said about race, gender, disability and service; and what people write in their letters. The test is what a model is for. Hours (TimesheetEntry,
 * TimeOff) say nothing about money. Employee has fields of this kind (`ssn`, `date_of_birth`, `ethnicity`) and is what
 * everybody comes for: those fields are for `sync.omit`.
 */
export const SENSITIVE = [
  'accounting.BankFeedAccount',
  'accounting.BankFeedTransaction',
  'ats.EEOC',
  'email.Message', // the letters themselves, and not only who has which address
  'hris.BankInfo',
  'hris.Benefit',
  'hris.Dependent',
  'hris.EmployeePayrollRun',
  'hris.EmployerBenefit',
  'hris.Employment', // half of its fields are the salary
  'hris.PayGroup',
  'hris.PayrollRun',
]

/**
 * Still answered, gone from the reference: `hris/teams` since June 2024 for groups, `ticketing/projects` for collections,
 * `accounting/general-ledger-transactions` without a word.
 */
export const RETIRED = ['accounting.GeneralLedgerTransaction', 'hris.Team', 'ticketing.Project']

/**
 * What tells records apart that have no `id`: the first of these fields that holds text. A tag of an ATS is an entity with
 * an id of its own at some vendors and a mere word at others, where `remote_id` is `null`; `Candidate.tags` names it by its
 * word, so that is what remains of it.
 */
export const KEYS = {
  'ats.Tag': ['remote_id', 'name'],
}

/** What a list has to be asked beside the usual, or it would leave records out and not say when they went. */
export const QUERIES = {
  'calendar.Event': { include_cancelled: 'true' },
}

const url = optional(string)

/** Fields that are in Merge's reference and not yet in its client, by category and type there. */
export const NEWER_FIELDS = {
  'crm.Account': { account_url: url },
  'crm.Contact': { contact_url: url },
  'crm.Engagement': { engagement_url: url },
  'crm.Lead': { lead_url: url },
  'crm.Note': { note_url: url },
  'crm.Opportunity': { opportunity_url: url },
  'crm.Task': { task_url: url },
  'crm.User': { user_url: url },
  'filestorage.Drive': { size: optional(number) },
}
