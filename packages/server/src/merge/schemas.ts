import * as z from 'zod/mini'

/**
 * What we rely on in Merge's answers, and nothing more: unknown fields and values pass.
 * Source: Merge's OpenAPI; shapes of `integration` differ between endpoints.
 */
const optionalText = z.nullish(z.string())

/** Whatever is no text, or an empty one, is as good as left out: nothing but this field depends on it. */
const looseText = z.pipe(
  z.optional(z.unknown()),
  z.transform((value) => (typeof value === 'string' && value !== '' ? value : null)),
)

const looseTexts = z.pipe(
  z.optional(z.unknown()),
  z.transform((value) => (Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [])),
)

const someText = z.string().check(z.minLength(1))

export const linkTokenSchema = z.object({ link_token: z.string(), integration_name: optionalText, magic_link_url: optionalText })

export const integrationSchema = z.object({
  name: someText,
  slug: looseText,
  color: looseText,
  image: looseText,
  square_image: looseText,
  categories: looseTexts,
})

/** The public token is spent with this answer, so an odd integration must not cost the account token: Merge's catalog has its name as well. */
export const accountTokenSchema = z.object({
  account_token: z.string(),
  id: z.string(),
  integration: z.catch(z.nullish(integrationSchema), null),
})

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
  instance_id: looseText,
  instance_display_value: looseText,
})

/**
 * A page of any list. Its rows stay opaque here: a page must not fail because one of them is odd. `results` must be there: it tells a page
 * from any other answer. `next` may be left out on the last page, as Merge's own samples do; an answer that was cut off is no JSON any more.
 */
export const listSchema = z.object({ next: z.nullish(z.string()), results: z.array(z.unknown()) })

/** One record alone: as opaque as in a page, and told by its id. */
export const recordSchema = z.custom<{ id?: unknown }>((value) => typeof value === 'object' && value !== null)

// Rows of lists, each read on its own.

export const modelStatusSchema = z.object({
  model_id: someText,
  status: someText,
  is_initial_sync: z.optional(z.unknown()),
  last_sync_result: looseText,
  last_sync_start: looseText,
  last_sync_finished: looseText,
  next_sync_start: looseText,
  data_fresh_as_of: looseText,
  sync_status_reason: looseText,
})

export const linkedAccountSchema = z.object({
  id: someText,
  status: looseText,
  end_user_origin_id: looseText,
  category: looseText,
  status_detail: looseText,
  subdomain: looseText,
  integration: z.catch(z.nullish(z.object({ slug: looseText })), null),
})

export const issueSchema = z.object({
  id: someText,
  status: looseText,
  error_description: looseText,
  first_incident_time: looseText,
  last_incident_time: looseText,
})
