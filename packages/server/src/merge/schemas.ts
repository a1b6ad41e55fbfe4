import * as z from 'zod/mini'

/**
 * What we rely on in Merge's answers, and nothing more: unknown fields and values pass.
 * Source: Merge's OpenAPI; shapes of `integration` differ between endpoints.
 */
const optionalText = z.nullish(z.string())

export const linkTokenSchema = z.object({ link_token: z.string(), integration_name: optionalText, magic_link_url: optionalText })

export const integrationSchema = z.object({
  name: z.string(),
  slug: optionalText,
  color: optionalText,
  image: optionalText,
  square_image: optionalText,
  categories: z.nullish(z.array(z.string())),
})

export const accountTokenSchema = z.object({ account_token: z.string(), id: z.string(), integration: z.nullish(integrationSchema) })

export const accountDetailsSchema = z.object({
  id: z.string(),
  end_user_origin_id: optionalText,
  end_user_email_address: z.nullish(z.unknown()),
  category: optionalText,
  status: optionalText,
  account_type: optionalText,
  integration: optionalText,
  integration_slug: optionalText,
  is_duplicate: z.nullish(z.unknown()),
})

export const syncStatusSchema = z.object({
  next: z.nullish(z.string()),
  results: z.array(
    z.object({
      model_id: z.string(),
      status: z.string(),
      is_initial_sync: z.nullish(z.boolean()),
      last_sync_result: optionalText,
      last_sync_start: optionalText,
      last_sync_finished: optionalText,
      next_sync_start: optionalText,
    }),
  ),
})

/**
 * Records stay opaque here: a page must not fail because one of them is odd. `next` must be there: without it a cut-off answer
 * would pass for the last page, and the watermark would move over what was never read.
 */
export const pageSchema = z.object({ next: z.nullable(z.string()), results: z.array(z.unknown()) })

/** One record alone: as opaque as in a page, and told by its id. */
export const recordSchema = z.custom<{ id?: unknown }>((value) => typeof value === 'object' && value !== null)

export const linkedAccountsSchema = z.object({
  next: z.nullish(z.string()),
  results: z.array(z.object({ id: z.string(), status: optionalText, end_user_origin_id: optionalText, category: optionalText })),
})

export const integrationsSchema = z.object({ next: z.nullish(z.string()), results: z.array(integrationSchema) })

export const issuesSchema = z.object({
  next: z.nullish(z.string()),
  results: z.array(
    z.object({
      id: z.string(),
      status: optionalText,
      error_description: z.string(),
      first_incident_time: optionalText,
      last_incident_time: optionalText,
    }),
  ),
})
