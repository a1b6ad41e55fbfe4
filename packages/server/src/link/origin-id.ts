import { ErrorCode, IntegrationError } from '../errors.ts'

export type OriginIdStrategy = 'many-per-category' | 'one-per-category'

export interface OwnerKey {
  organizationId: string
  userId: string | null
}

/** What the end user origin id is made of. */
export interface OriginIdInput extends OwnerKey {
  category: string
  strategy: OriginIdStrategy
  /** Fresh and random: 32 hex digits. */
  unique: string
}

/**
 * Merge's `end_user_origin_id` of a new account: `{owner}_{category}_{unique}`, or `{owner}_{category}` with one account per
 * category; opaque (`oid_…`) where that would not fit Merge's 100 characters or has characters outside `A–Z a–z 0–9 _ . : -`.
 */
export function generateOriginId(input: OriginIdInput): string {
  const owner = input.userId === null ? input.organizationId : `${input.organizationId}_${input.userId}`
  const readable = input.strategy === 'one-per-category' ? `${owner}_${input.category}` : `${owner}_${input.category}_${input.unique}`
  return isValidOriginId(readable) ? readable : `oid_${input.unique}`
}

/** 1 to 100 characters (Merge's OpenAPI) of a set that survives every URL, log and collation. */
export function isValidOriginId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_.:-]{1,100}$/.test(value)
}

/** Who may hold which place: the unique `slot` of an attempt to connect. */
export function slotOf(owner: OwnerKey, category: string, strategy: OriginIdStrategy, integration?: string): string {
  const name = ownerName(owner)
  return strategy === 'one-per-category' ? `1:${name}:${category}` : `2:${name}:${category}:${integration ?? '*'}:pending`
}

/** Unambiguous, whatever characters the ids have. */
function ownerName(owner: OwnerKey): string {
  const organization = encodeURIComponent(owner.organizationId)
  return owner.userId === null ? organization : `${organization}/${encodeURIComponent(owner.userId)}`
}

/** Throws `INPUT_INVALID` for an id that cannot name an owner. */
export function checkOwner(owner: OwnerKey): OwnerKey {
  for (const [name, value] of [
    ['organizationId', owner.organizationId],
    ['userId', owner.userId],
  ] as const) {
    if (name === 'userId' && value === null) continue
    if (typeof value !== 'string' || value === '' || value.length > 255 || !value.isWellFormed()) {
      throw new IntegrationError(
        ErrorCode.INPUT_INVALID,
        `"${name}" must be a string of 1 to 255 characters: your own id of the ${name === 'userId' ? 'user' : 'organization'}.`,
      )
    }
  }
  return owner
}
