import { integrationsFromEnv } from '@connect-integration/server'
import { sqliteStorage } from '@connect-integration/storage-sql'

/** By name too, for `npx connect-integration migrate`. */
export const storage = sqliteStorage(process.env.DATABASE_FILE ?? 'integrations.db')

/** The whole configuration. What is secret comes from the environment: MERGE_API_KEY and CONNECT_INTEGRATION_SECRET. */
export default integrationsFromEnv({
  storage,
  merge: { plan: 'professional' },
  sync: {
    models: ['hris.Employee', 'hris.Company', 'hris.Employment', 'hris.TimeOff', 'hris.Group', 'hris.Location'],
    omit: { 'hris.Employee': ['ssn', 'date_of_birth', 'home_location', 'marital_status'] },
    lookEvery: 5_000, // So that a demo shows every change at once; leave it out in production.
  },
})
