import { createHmac } from 'node:crypto'
import type { Timeline } from '../engine/timeline.ts'
import type { OddWebhook } from '../history/history.ts'
import { CATEGORY, type MergeAccount } from '../merge/server.ts'
import type { Happened } from '../trial/happened.ts'
import type { Workers } from './workers.ts'

/** Brings Merge's webhooks, signed as Merge signs them, to whoever answers. What is not taken is tried twice more within three minutes, and then forgotten. */
export interface Mail {
  changed(account: MergeAccount): void
  /** `token`: another than the account's own. Resolves when it was taken, or given up. */
  linked(account: MergeAccount, options: { relink: boolean; token?: string }): Promise<void>
  odd(kind: OddWebhook): void
}

export const WEBHOOK_SECRET = 'the signature key of the simulation'
const TRIES_AFTER = [0, 30_000, 120_000]

interface Letter {
  body: Uint8Array
  signature: string
}

export function createMail({ timeline, workers, note }: { timeline: Timeline; workers: Workers; note: (what: Happened) => void }): Mail {
  async function deliver({ body, signature }: Letter): Promise<void> {
    for (const pause of TRIES_AFTER) {
      if (pause > 0) await timeline.wait(pause)
      const worker = workers.available()
      if (worker === undefined) continue
      const taken = worker.integrations.receiveWebhook({ body, signature }).then(
        ({ status }) => status !== 503,
        () => false,
      )
      if (!(await Promise.race([taken, worker.process.dead.then(() => false)]))) continue
      note('signed webhook')
      return workers.ring()
    }
  }

  return {
    changed: (account) => void deliver(letter('LinkedAccount.sync_completed', account, { is_initial_sync: false })),
    linked: (account, { relink, token = account.token }) =>
      deliver(letter('LinkedAccount.linked', account, { account_token: token, is_relink: relink })),
    odd(kind) {
      note('odd webhook')
      void deliver(ODD[kind]())
    },
  }
}

function letter(event: string, account: Pick<MergeAccount, 'id' | 'originId'>, data: Record<string, unknown>): Letter {
  const linked_account = { id: account.id, end_user_origin_id: account.originId, category: CATEGORY }
  return signed(JSON.stringify({ hook: { event }, linked_account, data }))
}

function signed(text: string): Letter {
  const body = new Uint8Array(Buffer.from(text))
  return { body, signature: createHmac('sha256', WEBHOOK_SECRET).update(body).digest('base64url') }
}

const STRANGER = { id: 'linked_elsewhere', originId: 'of_another_application' }

const ODD: Record<OddWebhook, () => Letter> = {
  forged: () => ({ ...letter('LinkedAccount.linked', STRANGER, { account_token: 'token_of_a_forger' }), signature: 'A'.repeat(43) }),
  garbage: () => signed('{"hook": {"event": "Linked'),
  ping: () => signed('{"response": "Test successful."}'),
  stranger: () => letter('LinkedAccount.linked', STRANGER, { account_token: 'token_elsewhere' }),
  huge: () => ({ body: new Uint8Array(2 * 1024 * 1024 + 1), signature: 'A'.repeat(43) }),
}
