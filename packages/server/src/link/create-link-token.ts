import { ErrorCode, IntegrationError } from '../errors.ts'
import type { LinkTokenRequest } from '../merge/gateway.ts'
import { hasStatus } from '../merge/has-status.ts'
import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { decideConnect } from './decide.ts'
import { readDetails, writeDetails } from './details.ts'
import { withDomain } from './email-domain.ts'
import { isValidOriginId, type OwnerKey, slotOf } from './origin-id.ts'

export interface CreateLinkTokenInput {
  /** `hris`, `ats`, `crm`, `accounting`, `ticketing`, `filestorage`, `knowledgebase` … */
  category: string
  /** Shown to your customer in Merge's modal: be truthful. 1 to 100 characters. */
  organizationName: string
  /** Identifies the person who links; no mail is sent. 1 to 100 characters. */
  userEmail: string
  /** Opens this integration directly, by slug. */
  integration?: string
  /** Your customer's name for the connection. */
  displayName?: string
  /** Merge's modal speaks `en` and `de`; anything else is left out. */
  language?: string
  /** Minutes, 30 to 720; 30 when absent. */
  linkExpiryMins?: number
  /** Asks for a link to send instead of a modal to open; it may live up to 7 days (10,080 minutes). */
  magicLink?: boolean
  /** Merge's `common_models`, passed on as they are. */
  commonModels?: unknown[]
}

export interface LinkTokenResult {
  /** Ours; the account exists as `pending` until the customer has finished. */
  accountId: string
  /** For one opening of the modal. Never store, log or cache it. */
  linkToken: string
  /** ISO 8601. */
  expiresAt: string
  magicLinkUrl?: string
}

const SOON_MS = 30_000
/** The longest life of any link, a magic one. */
const LONGEST_LINK_MS = 10_080 * 60_000

/**
 * Starts or continues an attempt to connect. The pending row with its end user origin id is stored before Merge
 * is asked, and an attempt that was broken off is continued with the same row and origin id: neither a second click nor a
 * second tab makes a second account. An existing token is never touched.
 *
 * Throws `INPUT_INVALID`; `ALREADY_CONNECTED` (only with `one-per-category`); `BUSY` while the connection is being
 * deleted, which the work loop then tries again within 30 seconds; `UPSTREAM_*` when Merge cannot be asked: the row
 * stays, and the next click continues it.
 */
export async function createLinkToken(context: LinkContext, owner: OwnerKey, input: CreateLinkTokenInput): Promise<LinkTokenResult> {
  check(context, input)
  const account = await reserve(context, owner, input)
  const decision = decideConnect(account.status)
  if (decision === 'already_connected') {
    throw new IntegrationError(
      ErrorCode.ALREADY_CONNECTED,
      `The ${input.category} integration of this owner is connected already. Relink or delete it, or use originIds: 'many-per-category'.`,
      { accountId: account.id },
    )
  }
  if (decision === 'busy') {
    // Somebody waits for the deletion now, and what Merge did not answer for long is tried again hours later.
    await context.storage.schedule(account.id, SOON_MS)
    throw new IntegrationError(ErrorCode.BUSY, 'This connection is being deleted. Try again when it is gone.', { accountId: account.id })
  }
  return offerLink(context, account, input)
}

/**
 * A link token for an existing row, under its own origin id: also how a relink begins.
 * The row is read again after Merge's answer; if it went meanwhile, the token is not handed out.
 */
export async function offerLink(
  context: LinkContext,
  account: Account,
  input: Omit<CreateLinkTokenInput, 'category'>,
): Promise<LinkTokenResult> {
  const minutes = input.linkExpiryMins ?? 30
  const { linkToken, magicLinkUrl } = await askForLinkToken(context, {
    originId: account.originId,
    category: account.category,
    organizationName: input.organizationName,
    userEmail: input.userEmail,
    ...(input.integration === undefined ? {} : { integration: input.integration }),
    ...modalLanguage(input.language),
    ...(input.linkExpiryMins === undefined ? {} : { linkExpiryMins: minutes }),
    ...(input.magicLink ? { magicLink: true } : {}),
    ...(input.commonModels ? { commonModels: input.commonModels } : {}),
  })
  const now = context.clock.now()
  const expiresAt = now + minutes * 60_000
  const row = await amend(context.storage, account.id, account.organizationId, (current) => {
    if (current.status === 'deleting') return null
    const details = readDetails(current)
    return {
      details: writeDetails({
        ...details,
        organizationName: input.organizationName,
        emailDomains: withDomain(details.emailDomains, input.userEmail),
        displayName: input.displayName ?? details.displayName,
        linkExpiresAt: laterEnd(expiresAt, details.linkExpiresAt, now),
        // Whoever completes this link has signed in anew.
        announced: false,
        signedInAt: null,
      }),
      updatedAt: now,
    }
  })
  if (row === null || row.status === 'deleting') {
    throw new IntegrationError(ErrorCode.LINK_CANCELLED, 'The connection was deleted while it was being opened. Start again.', {
      accountId: account.id,
    })
  }
  context.openModals.opened(row.id, minutes * 60_000)
  return {
    accountId: row.id,
    linkToken: linkToken.reveal(),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(magicLinkUrl === null ? {} : { magicLinkUrl }),
  }
}

/**
 * When the later of two links of one attempt expires. A stored moment that lies further ahead than any link lives is by a clock that was ahead,
 * and is dropped: it would keep the attempt open for as long.
 */
function laterEnd(expiresAt: number, before: number | null, now: number): number {
  return before === null || before > now + LONGEST_LINK_MS ? expiresAt : Math.max(expiresAt, before)
}

async function askForLinkToken(context: LinkContext, request: LinkTokenRequest) {
  try {
    return await context.gateway.createLinkToken(request)
  } catch (error) {
    if (request.integration === undefined || !hasStatus(error, 400)) throw error
    throw new IntegrationError(
      ErrorCode.INPUT_INVALID,
      `Merge refused the link token (400): most likely "integration" (${request.integration}) is no slug of an integration that is enabled for ${request.category}. integrations.catalog() lists them.`,
      { status: 400 },
    )
  }
}

/** `de-AT` speaks German to Merge; what Merge's modal does not speak is left out. */
function modalLanguage(language: string | undefined): { language?: string } {
  const primary = language?.toLowerCase().split('-')[0]
  return primary === 'en' || primary === 'de' ? { language: primary } : {}
}

async function reserve(context: LinkContext, owner: OwnerKey, input: CreateLinkTokenInput): Promise<Account> {
  const slot = slotOf(owner, input.category, context.strategy, input.integration)
  for (let attempt = 0; ; attempt++) {
    const unique = Buffer.from(context.randomBytes(16)).toString('hex')
    let originId = context.originId({ ...owner, category: input.category, strategy: context.strategy, unique })
    // An origin id is never used twice: after a deletion the next one gets a tail of its own.
    if (attempt > 0) originId = isValidOriginId(`${originId}_${unique.slice(0, 8)}`) ? `${originId}_${unique.slice(0, 8)}` : `oid_${unique}`
    if (!isValidOriginId(originId)) {
      throw new IntegrationError(
        ErrorCode.CONFIG_INVALID,
        '"originId" returned something that is not 1 to 100 characters of A–Z a–z 0–9 _ . : -',
      )
    }
    try {
      const { account } = await context.storage.reserve({
        id: `int_${Buffer.from(context.randomBytes(16)).toString('hex')}`,
        ...owner,
        category: input.category,
        originId,
        slot,
        status: 'pending',
        details: null,
        createdAt: context.clock.now(),
      })
      return account
    } catch (error) {
      if (!(IntegrationError.isInstance(error) && error.code === ErrorCode.STORE_CONFLICT) || attempt >= 5) throw error
    }
  }
}

function check({ categories }: LinkContext, input: CreateLinkTokenInput): void {
  if (!categories.has(input.category)) {
    throw new IntegrationError(
      ErrorCode.INPUT_INVALID,
      `"category" is ${JSON.stringify(input.category)?.slice(0, 40)}; Merge has ${[...categories].join(', ')}. One that it has added since is named in "categories".`,
    )
  }
  checkPerson(input)
  if (input.integration !== undefined && !/^[a-z0-9-]{1,64}$/.test(input.integration)) {
    throw new IntegrationError(
      ErrorCode.INPUT_INVALID,
      '"integration" must be a slug such as "bamboohr": lower case letters, digits and hyphens.',
    )
  }
  checkDisplayName(input.displayName)
  const longest = input.magicLink ? LONGEST_LINK_MS / 60_000 : 720
  const minutes = input.linkExpiryMins
  if (minutes !== undefined && !(Number.isInteger(minutes) && minutes >= 30 && minutes <= longest)) {
    throw new IntegrationError(ErrorCode.INPUT_INVALID, `"linkExpiryMins" must be a whole number of minutes from 30 to ${longest}.`)
  }
}

/** Merge requires both, 1 to 100 characters each. */
export function checkPerson(input: { organizationName: string; userEmail: string }): void {
  for (const name of ['organizationName', 'userEmail'] as const) {
    const value = input[name]
    if (typeof value !== 'string' || value.trim() === '' || value.length > 100) {
      throw new IntegrationError(ErrorCode.INPUT_INVALID, `"${name}" is needed by Merge: a text of 1 to 100 characters.`)
    }
  }
}

export function checkDisplayName(value: string | undefined): void {
  if (value !== undefined && (typeof value !== 'string' || value.trim() === '' || value.length > 100)) {
    throw new IntegrationError(ErrorCode.INPUT_INVALID, '"displayName" must be a text of 1 to 100 characters.')
  }
}
