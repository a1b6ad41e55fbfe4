import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Storage } from '../storage/port.ts'
import type { Logger, Sleep, SteadyClock } from '../system.ts'
import { createDeadline } from './deadline.ts'
import { type NamedAccount, type Notice, parseNotice } from './parse.ts'
import type { WebhookEventName } from './payloads.ts'
import type { Verify } from './verify.ts'
import { createWakeAccount } from './wake-account.ts'

/** The most bytes that a webhook may have. */
export const MAXIMUM_BYTES = 2 * 1024 * 1024
/** How long a body may take to arrive. */
export const READ_MS = 10_000
/** Merge gives up after 10 seconds and then tries twice more, within three: an answer has to come well before that. */
const ANSWER_WITHIN_MS = 4_500

export interface WebhookInput {
  /** The body as it arrived, byte for byte: nothing parsed and written again. */
  body: Uint8Array
  /** The header `x-merge-webhook-signature`. */
  signature: string | null | undefined
}

/** What became of a webhook. */
export interface WebhookVerdict {
  /**
   * What to answer Merge with: 200 when there is nothing left to do or what there is has been stored, 401 only when no secret fits, and 503
   * for our own trouble. Merge tries a 503 again and forgets everything else.
   */
  status: 200 | 401 | 503
  /** `refused`: not signed by Merge. `failed`: our own trouble. `unknown`: nothing that concerns an account of this store. */
  outcome: 'linking' | 'looking' | 'unknown' | 'refused' | 'failed'
  /** What Merge called it; `null` where it was not signed, and for the dashboard's test. */
  event: WebhookEventName | (string & {}) | null
  /** Ours, where it concerns one. */
  accountId: string | null
}

export interface WebhookContext {
  verify: Verify
  storage: Storage
  clock: SteadyClock
  sleep: Sleep
  logger: Logger
  /** Stores the token of `LinkedAccount.linked`, sealed, until Merge has said whose it is; or, of a `relink`, that there was one. `null`: there is no such account here. */
  keepCandidate: (named: NamedAccount, accountToken: Secret, relink: boolean) => Promise<{ accountId: string; kept: boolean } | null>
  /** There may be work now. */
  ring: () => void
}

/**
 * Verify, then make the effect durable, then say 2xx. A webhook is a hint: it has an account looked at, or hands over a token that Merge has
 * to confirm. So one that is forged, repeated, late or out of order changes nothing but when Merge is asked. Throws
 * `WEBHOOK_RAW_BODY_REQUIRED` when it is not given bytes; everything else is a verdict, and what failed is logged.
 */
export function createWebhookReceiver(context: WebhookContext): (input: WebhookInput) => Promise<WebhookVerdict> {
  const { logger } = context
  const wake = createWakeAccount(context)
  const soon = createDeadline(context, ANSWER_WITHIN_MS)
  let refusals = 0

  async function perform(notice: Exclude<Notice, { kind: 'unknown' }>): Promise<Pick<WebhookVerdict, 'outcome' | 'accountId'>> {
    const kept = notice.kind === 'linked' ? await context.keepCandidate(notice.account, notice.accountToken, notice.relink) : null
    if (kept?.kept) return { outcome: 'linking', accountId: kept.accountId }
    const accountId = await wake(notice.account)
    return { outcome: accountId === null ? 'unknown' : 'looking', accountId }
  }

  return async ({ body, signature }) => {
    if (!(body instanceof Uint8Array)) throw rawBodyRequired()
    if (body.byteLength > MAXIMUM_BYTES) {
      logger.warn('A webhook was not taken: it is larger than any of Merge’s', { bytes: body.byteLength, limit: MAXIMUM_BYTES })
      return { status: 503, outcome: 'failed', event: null, accountId: null }
    }
    if (!context.verify(body, signature)) {
      // Anybody can send these, so only the first is worth a warning: it may be a wrong secret.
      logger[refusals++ === 0 ? 'warn' : 'debug'](
        'A webhook was refused: none of "webhookSecrets" (MERGE_WEBHOOK_SECRET) fits its signature. If it came from Merge, compare the secret with the signature key in the dashboard, and see that no middleware changes the body.',
        { bytes: body.byteLength, signed: typeof signature === 'string' },
      )
      return { status: 401, outcome: 'refused', event: null, accountId: null }
    }
    const notice = parseNotice(body)
    if (notice.kind === 'unknown') return { status: 200, outcome: 'unknown', event: notice.event, accountId: null }
    try {
      const done = await soon(perform(notice))
      if (done.accountId !== null) context.ring()
      return { status: 200, event: notice.event, ...done }
    } catch (error) {
      logger.error('A webhook could not be carried out; Merge will send it again', {
        event: notice.event,
        ...describeError(error),
      })
      return { status: 503, outcome: 'failed', event: notice.event, accountId: null }
    }
  }
}

/** Says where the bytes went, and what to move so that they come through. */
export function rawBodyRequired(): IntegrationError {
  return new IntegrationError(
    ErrorCode.WEBHOOK_RAW_BODY_REQUIRED,
    'The body of a webhook had been read and parsed before it got here, so its signature cannot be checked: a signature is over the bytes as they were sent. ' +
      'Express: mount this handler before express.json() and bodyParser, or give the route express.raw({ type: "*/*" }). ' +
      'Fastify: in the plugin with this route, addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => done(null, body)). ' +
      'Nest: NestFactory.create(AppModule, { rawBody: true }). Next pages router: export const config = { api: { bodyParser: false } }. ' +
      'Koa, Hono: mount it before koa-body or whatever else calls request.json().',
  )
}
