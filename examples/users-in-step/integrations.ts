import { createIntegrations, type Integrations, type Options } from '@connect-integration/server'

/** Only what the app needs is read, and only that is stored. In production `integrationsFromEnv` takes `merge` and `secrets` from the environment. */
export function connectHr(options: Pick<Options, 'merge' | 'secrets' | 'storage' | 'fetch'>): Integrations {
  return createIntegrations({
    ...options,
    sync: {
      models: ['hris.Employee'],
      omit: { 'hris.Employee': ['ssn', 'date_of_birth', 'home_location', 'marital_status', 'ethnicity', 'gender'] },
    },
  })
}
