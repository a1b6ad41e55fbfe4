/** What befell an account, or was done on purpose and worked, by name. A run that counts has met each of them often enough. */
export const HAPPENED = [
  'rebuild',
  'mass deletion held and confirmed',
  'release',
  'resync',
  'history with a store of versions',
  'verify',
  'audit',
  // Clocks.
  'clock of a worker set back',
  'clock of a worker set forward',
  'clock of the store set back',
  'clock of the store set forward',
  'workers whose clocks are minutes to months apart',
  'history on a store that writes in order',
  // The sink.
  'sink refused a write',
  'answer of the sink lost',
  'sink down for an hour or more',
  'deletion marked, and the record gone before it was read again',
  // Readers and options.
  'feed written between two pages of a reader',
  'field omitted in mid-life',
  'versions in place of records in mid-life',
  // Little time.
  'tick of a cron job',
  'account read to its end by a cron job',
  'account too slow for its cron job, and told',
  // Merge's wording.
  'last page without next',
  'last page with an empty next',
  'sync-status empty at first',
  'sync-status without a row at first',
  'done without its times',
  'answer without a date',
  'odd row in sync-status',
  'account looked at by its own cadence',
  // Companies.
  'other company, by its instance',
  'other company, by its records alone',
  'company confirmed',
  'same company signed in again',
  // Links.
  'signed webhook',
  'odd webhook',
  'linked by the webhook alone',
  'adopted',
  'two clicks',
  'token of a webhook refused',
  'secrets rotated',
  'renamed',
  'synced while somebody waited',
  'clicked again',
  // Others.
  'outage of Merge',
  'record refused by the store',
] as const

export type Happened = (typeof HAPPENED)[number]
