import { ErrorCode, IntegrationError } from './errors.ts'
import { createIntegrations, type Integrations } from './integrations.ts'
import type { MergeOptions, Options } from './options.ts'

type FromEnvironment = 'merge' | 'secrets'

/**
 * {@link createIntegrations} with what is secret taken from the environment: `MERGE_API_KEY`, `CONNECT_INTEGRATION_SECRET` (or
 * `CONNECT_INTEGRATION_SECRETS`, comma separated, first is primary), and where wanted `MERGE_API_BASE_URL`, `MERGE_LINK_SCRIPT_URL`,
 * `MERGE_WEBHOOK_SECRET` (or `MERGE_WEBHOOK_SECRETS`, comma separated) and `CONNECT_INTEGRATION_TICK_SECRET`. One of these that is set and empty is refused. A missing variable throws `CONFIG_INVALID` with its name. What is passed in `options` wins.
 */
export function integrationsFromEnv(
  options: Omit<Options, FromEnvironment> & { merge?: Partial<MergeOptions>; secrets?: Options['secrets'] },
  environment: Record<string, string | undefined> = process.env,
): Integrations {
  const { MERGE_API_BASE_URL: baseUrl, MERGE_LINK_SCRIPT_URL: linkScriptUrl } = environment
  return createIntegrations({
    ...options,
    merge: {
      ...(baseUrl ? { baseUrl } : {}),
      ...(linkScriptUrl ? { linkScriptUrl } : {}),
      ...options.merge,
      apiKey: options.merge?.apiKey ?? required(environment, 'MERGE_API_KEY', 'Copy it from your Merge dashboard.'),
    },
    secrets: options.secrets ?? secretsFrom(environment),
    ...webhookSecretsFrom(environment, options.webhookSecrets),
    ...tickSecretFrom(environment, options.tickSecret),
  })
}

function secretsFrom(environment: Record<string, string | undefined>): string[] {
  const several = environment.CONNECT_INTEGRATION_SECRETS
  const text = several?.trim()
    ? several
    : required(
        environment,
        'CONNECT_INTEGRATION_SECRET',
        `It seals account tokens at rest; make one with: node -e "console.log(require('crypto').randomBytes(32).toString('base64'))"`,
      )
  return text.split(',').map((secret) => secret.trim())
}

/** Set and empty is a deployment that forgot its secret: refused by `checkOptions`, where absent means none. */
function webhookSecretsFrom(environment: Record<string, string | undefined>, given: readonly string[] | undefined) {
  const { MERGE_WEBHOOK_SECRETS: several, MERGE_WEBHOOK_SECRET: one } = environment
  if (given !== undefined) return { webhookSecrets: given }
  if (several?.trim()) return { webhookSecrets: several.split(',').map((secret) => secret.trim()) }
  const text = one ?? several
  return text === undefined ? {} : { webhookSecrets: [text.trim()] }
}

function tickSecretFrom({ CONNECT_INTEGRATION_TICK_SECRET: text }: Record<string, string | undefined>, given: string | undefined) {
  const tickSecret = given ?? text?.trim()
  return tickSecret === undefined ? {} : { tickSecret }
}

function required(environment: Record<string, string | undefined>, name: string, hint: string): string {
  const value = environment[name]?.trim()
  if (!value) throw new IntegrationError(ErrorCode.CONFIG_INVALID, `The environment variable ${name} is not set. ${hint}`)
  return value
}
