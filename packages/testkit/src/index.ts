export type { CheckClock, CheckContext, StorageCheck, StorageMethod } from './storage/check.ts'
export { storageChecks } from './storage/checks/index.ts'
export {
  type DescribeStorageOptions,
  describeStorage,
  runStorageCheck,
  type StorageFactory,
  type StorageFixture,
  type TestFunction,
} from './storage/describe-storage.ts'
export { type ManualClock, manualClock } from './storage/manual-clock.ts'
