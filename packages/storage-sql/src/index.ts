export { type SqliteStorageOptions, sqliteStorage } from './sqlite/storage.ts'
