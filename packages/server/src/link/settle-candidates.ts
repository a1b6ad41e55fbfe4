import { describeError, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import { attach } from './attach.ts'
import type { LinkContext } from './context.ts'
import { type Candidate, readDetails, writeDetails } from './details.ts'

/** A token that Merge does not confirm is asked about again, in case it was new to Merge as well, and then no more. */
const MOST_REFUSALS = 3
const ASK_AGAIN_MS = 60_000
const LONGEST_WAIT_MS = ASK_AGAIN_MS * 2 ** MOST_REFUSALS

/** `attached`: one became the row's token, or, of a row that is being deleted, was deleted with. `again`: when to ask for those that are left, epoch milliseconds; `null`: none is. */
export interface Settled {
  attached: boolean
  againInMs: number | null
}

/**
 * Asks Merge about the tokens that webhooks brought for this row, newest first. The one it confirms is attached, with all the rules that an
 * exchange has; then the others are moot. One it does not confirm is asked about three times, a minute and two apart, and
 * remembered, so that the same webhook does not ask again. Does nothing, and asks nobody, for a row without any.
 * Merge cannot be asked: they stay. Throws `STORE_*` only.
 */
export async function settleCandidates(context: LinkContext, account: Account): Promise<Settled> {
  const open = readDetails(account).candidates.filter(({ token }) => token !== null)
  if (open.length === 0) return NOTHING
  const now = context.clock.now()
  const answers = new Map<string, Partial<Candidate>>()
  let attached = false
  for (const candidate of open.toReversed()) {
    if (waitOf(candidate, now) > 0) continue
    const answer = await ask(context, account, candidate)
    if (answer === 'attached') {
      attached = true
      break
    }
    answers.set(candidate.digest, answer)
  }
  const settled = (candidates: readonly Candidate[]) =>
    // What came while Merge was asked stays for the next time.
    candidates
      .filter((candidate) => !attached || !open.some(({ digest }) => digest === candidate.digest))
      .map((candidate) => ({ ...candidate, ...answers.get(candidate.digest) }))
  const row = await amend(context.storage, account.id, account.organizationId, (current) => {
    const details = readDetails(current)
    return { details: writeDetails({ ...details, candidates: settled(details.candidates) }), updatedAt: now }
  })
  const left = row === null ? [] : readDetails(row).candidates.filter(({ token }) => token !== null)
  return { attached, againInMs: left.length === 0 ? null : Math.min(...left.map((candidate) => waitOf(candidate, now))) }
}

/** Another worker's clock wrote it, which may be months ahead: nobody waits longer than anybody would. */
function waitOf({ tryAt }: Candidate, now: number): number {
  return tryAt > now + LONGEST_WAIT_MS ? 0 : Math.max(0, tryAt - now)
}

const NOTHING: Settled = { attached: false, againInMs: null }

async function ask(context: LinkContext, account: Account, candidate: Candidate): Promise<'attached' | Partial<Candidate>> {
  const tryAt = context.clock.now() + ASK_AGAIN_MS * 2 ** candidate.refusals
  try {
    const accountToken = await context.vault.open(candidate.token ?? '', 'candidate-token', account)
    const source = { accountToken, linkedAccountId: candidate.linkedAccountId, integration: null, publicToken: null }
    const result = await attach(context, source, [account.category], [account])
    if (result !== null) return 'attached'
    const refusals = candidate.refusals + 1
    return refusals < MOST_REFUSALS ? { refusals, tryAt } : { refusals, token: null }
  } catch (error) {
    const code = describeError(error).code
    if (!IntegrationError.isInstance(error) || code.startsWith('STORE_')) throw error
    context.logger.warn('A token that a webhook brought could not be confirmed yet', { accountId: account.id, code })
    return code.startsWith('CRYPTO_') ? { token: null } : { tryAt }
  }
}
