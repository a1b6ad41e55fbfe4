import { type ConnectMessages, english as connectEnglish } from './messages.ts'

/**
 * Every text of the list, those of the connect button inside it included.
 * `{…}` is filled in; a key that ends in a plural category (`one`, `few`,
 * `other` …) is chosen by the number, and only `other` has to be there.
 */
export interface ListMessages extends ConnectMessages, Partial<Record<PluralKey, string>>, Record<ModelKey, string> {
  /** The language of these texts, for numbers and dates. */
  language: string
  list: string
  loading_list: string
  empty: string
  offline: string
  outdated: string
  retry: string
  relink: string
  delete: string
  continue: string
  remove: string
  /** Where an integration has no name. */
  nameless: string
  delete_question: string
  keep: string
  /** `{name}`. */
  deleted: string
  deleting_now: string
  status_pending: string
  status_active: string
  status_waiting: string
  status_initial: string
  status_held: string
  status_relink_needed: string
  status_deleting: string
  status_error: string
  status_unknown: string
  advice_pending: string
  advice_waiting: string
  advice_held: string
  advice_relink_needed: string
  advice_deleting: string
  advice_error: string
  advice_partial: string
  advice_degraded: string
  advice_stale: string
  /** `{when}`. */
  synced: string
  synced_now: string
  /** The name of the bar. */
  first_sync: string
  /** `{count}`. */
  records_other: string
  /** `{count}`, `{what}`: so many of one kind. */
  counted: string
  /** `{what}`: all that was counted. */
  so_far: string
  category_hris: string
  category_ats: string
  category_crm: string
  category_accounting: string
  category_ticketing: string
  category_filestorage: string
  category_knowledgebase: string
  category_chat: string
  category_mktg: string
  category_email: string
  category_calendar: string
}

type PluralKey = `records_${Exclude<Intl.LDMLPluralRule, 'other'>}`

/** What the records of a model are called: one and many, as in `employee|employees`. In English most are named after the model. */
type ModelKey = `model_${string}`

export const english: ListMessages = {
  ...connectEnglish,
  language: 'en',
  list: 'Integrations',
  loading_list: 'Loading…',
  empty: 'Nothing is connected yet.',
  offline: 'You are offline. This is what was last known.',
  outdated: 'This may be out of date.',
  retry: 'Try again',
  relink: 'Relink integration',
  delete: 'Delete integration',
  continue: 'Continue',
  remove: 'Remove',
  nameless: 'Integration',
  delete_question: 'This action is permanent. Do you want to proceed?',
  keep: 'Keep it',
  deleted: '{name} was removed.',
  deleting_now: '{name} is being disconnected.',
  status_pending: 'Not finished',
  status_active: 'Connected',
  status_waiting: 'Connected, waiting for the first data',
  status_initial: 'Connected, first sync in progress',
  status_held: 'Waiting for setup',
  status_relink_needed: 'Needs attention',
  status_deleting: 'Disconnecting…',
  status_error: 'No longer available',
  status_unknown: 'Connected',
  advice_pending: 'The sign-in was started, but not finished.',
  advice_waiting: 'This can take a few minutes. You can leave this page.',
  advice_held: 'The first sync starts as soon as the setup is complete.',
  advice_relink_needed: 'Relink the integration to keep its data up to date.',
  advice_deleting: 'This can take a few minutes.',
  advice_error: 'Delete it, then connect it again.',
  advice_partial: 'Some of the data is not available.',
  advice_degraded: 'Some of the data could not be read.',
  advice_stale: 'The data is not being renewed at the moment. If this goes on, relink the integration.',
  synced: 'Last synced {when}',
  synced_now: 'Last synced just now',
  first_sync: 'First sync',
  records_one: '{count} record so far',
  records_other: '{count} records so far',
  counted: '{count} {what}',
  so_far: '{what} so far',
  model_TimeOff: 'time-off entry|time-off entries',
  category_hris: 'HR',
  category_ats: 'Recruiting',
  category_crm: 'CRM',
  category_accounting: 'Accounting',
  category_ticketing: 'Ticketing',
  category_filestorage: 'File storage',
  category_knowledgebase: 'Knowledge base',
  category_chat: 'Chat',
  category_mktg: 'Marketing',
  category_email: 'Email',
  category_calendar: 'Calendar',
}
