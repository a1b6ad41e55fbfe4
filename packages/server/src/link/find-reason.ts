import { describeError } from '../errors.ts'
import type { Caller } from '../merge/call.ts'
import { UNDESCRIBED_ISSUE } from '../merge/gateway.ts'
import { plainText } from '../merge/plain-text.ts'
import type { Account } from '../storage/port.ts'
import type { LinkContext } from './context.ts'
import type { BrokenReason } from './details.ts'

/** A run of an account must not wait longer than this for a text. */
const LATEST_MS = 10_000

/**
 * Why the customer has to sign in again: what Merge's list says of the account, else its newest ongoing issue. `message: null`: neither says
 * anything that a customer could read. Failure: `null`, logged and never thrown; a text is not worth a run.
 */
export async function findReason(context: LinkContext, { id, category, linkedAccountId }: Account): Promise<BrokenReason | null> {
  if (linkedAccountId === null) return null
  const late = new AbortController()
  const done = new AbortController()
  context.sleep(LATEST_MS, { signal: done.signal }).then(
    () => late.abort(),
    () => {},
  )
  const caller: Caller = { lane: 'sync', signal: late.signal }
  try {
    const found = await context.gateway.findLinkedAccount(category, linkedAccountId, caller)
    const text = plainText(found?.statusDetail) ?? (await newestIssue(context, category, linkedAccountId, caller))
    return text === null ? { code: 'SIGN_IN_NEEDED', message: null } : { code: 'SOURCE_REPORTED', message: text }
  } catch (error) {
    context.logger.info('Why an account has to be signed in to again could not be asked', {
      accountId: id,
      code: describeError(error).code,
    })
    return null
  } finally {
    done.abort()
  }
}

async function newestIssue(context: LinkContext, category: string, linkedAccountId: string, caller: Caller): Promise<string | null> {
  const issues = await context.gateway.issues(category, linkedAccountId, caller)
  const newest = issues.find(({ status, description }) => status === 'ongoing' && description !== UNDESCRIBED_ISSUE)
  return plainText(newest?.description)
}
