import { describeError, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import { attach } from './attach.ts'
import type { LinkContext } from './context.ts'
import { type Candidate, readDetails, writeDetails } from './details.ts'

/** A token that Merge does not confirm is asked about again, in case it was new to Merge as well, and then no more. */
const MOST_REFUSALS = 3
const ASK_AGAIN_MS = 60_000

/**
 * `attached`: one became the row's token, or, of a row that is being deleted, was deleted with. `againInMs`: when to ask for those that are
 * left, milliseconds from now; `null`: none is left.
 */
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
  const answers = new Map<string, Answer>()
  let attached = false
  for (const candidate of open.toReversed()) {
    if (waitOf(candidate, context.clock.now()) > 0) continue
    const answer = await ask(context, account, candidate)
    if (answer === 'attached') {
      attached = true
      break
    }
    answers.set(candidate.digest, answer)
  }
  const settled = (candidates: readonly Candidate[], now: number) =>
    // What came while Merge was asked stays for the next time.
    candidates
      .filter((candidate) => !attached || !open.some(({ digest }) => digest === candidate.digest))
      .map((candidate) => {
        const answer = answers.get(candidate.digest)
        return answer === undefined ? candidate : { ...candidate, ...answer, tryAt: now + waitAfter(answer.refusals) }
      })
  const row = await amend(context.storage, account.id, account.organizationId, (current) => {
    const details = readDetails(current)
    const now = context.clock.now()
    return { details: writeDetails({ ...details, candidates: settled(details.candidates, now) }), updatedAt: now }
  })
  const left = row === null ? [] : readDetails(row).candidates.filter(({ token }) => token !== null)
  const now = context.clock.now()
  const waits = left.map((candidate) => (answers.has(candidate.digest) ? waitAfter(candidate.refusals) : waitOf(candidate, now)))
  return { attached, againInMs: waits.length === 0 ? null : Math.min(...waits) }
}

const NOTHING: Settled = { attached: false, againInMs: null }

/**
 * Milliseconds until it may be asked about. Where that is longer than any of its waits, the clock was wrong when it was stored, or is wrong
 * now: then it may be asked about at once.
 */
function waitOf({ tryAt, refusals }: Candidate, now: number): number {
  const wait = Math.max(0, tryAt - now)
  return wait > waitAfter(refusals) ? 0 : wait
}

/** Milliseconds from one question to the next, after so many refusals. */
function waitAfter(refusals: number): number {
  return ASK_AGAIN_MS * 2 ** Math.max(0, refusals - 1)
}

/** What a candidate becomes, but for when it is asked about again. Its token is left alone until it is dropped: it may be sealed anew meanwhile. */
interface Answer {
  refusals: number
  token?: null
}

async function ask(context: LinkContext, account: Account, candidate: Candidate): Promise<'attached' | Answer> {
  const { token, refusals } = candidate
  try {
    const accountToken = await context.vault.open(token ?? '', 'candidate-token', account)
    const source = { accountToken, linkedAccountId: candidate.linkedAccountId, integration: null, publicToken: null }
    const result = await attach(context, source, [account.category], [account])
    if (result !== null) return 'attached'
    return refusals + 1 < MOST_REFUSALS ? { refusals: refusals + 1 } : { refusals: refusals + 1, token: null }
  } catch (error) {
    const code = describeError(error).code
    if (!IntegrationError.isInstance(error) || code.startsWith('STORE_')) throw error
    context.logger.warn('A token that a webhook brought could not be confirmed yet', { accountId: account.id, code })
    return code.startsWith('CRYPTO_') ? { refusals, token: null } : { refusals }
  }
}
