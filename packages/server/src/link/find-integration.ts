import type { AccountDetails, Integration } from '../merge/gateway.ts'
import type { LinkContext } from './context.ts'

/** Name and logo of what Merge says an account is of. For the eye only: an account is linked all the same when they cannot be had (`null`). */
export async function findIntegration(context: LinkContext, { integrationSlug }: AccountDetails): Promise<Integration | null> {
  if (integrationSlug === null) return null
  try {
    const entry = (await context.gateway.integrations()).find(({ slug }) => slug === integrationSlug)
    return entry === undefined ? null : { name: entry.name, slug: entry.slug, logoUrl: entry.logoUrl, color: entry.color }
  } catch {
    return null
  }
}
