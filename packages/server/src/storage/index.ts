/** The storage port, for those who write an adapter. */
export { ErrorCode, IntegrationError, type IntegrationErrorDetails } from '../errors.ts'
export type {
  Account,
  AccountKey,
  AccountPatch,
  AccountQuery,
  Change,
  ChangesQuery,
  Claim,
  ClaimQuery,
  Committed,
  ModelState,
  NewAccount,
  Page,
  Status,
  Storage,
  StorageStats,
  VersionedRecord,
} from './port.ts'
export { CLOCK_SLACK_MS } from './port.ts'
