import { Secret } from '../secrets/secret.ts'

/** All that is read of a body: what happened, by name, and where to look. Nothing in it is believed. */
export type Notice =
  /** The one event with a token in it. `relink`: of an account that had been linked before. */
  | { kind: 'linked'; event: string; account: NamedAccount; accountToken: Secret; relink: boolean }
  /** Something of this account may be new at Merge. */
  | { kind: 'changed'; event: string; account: NamedAccount }
  /** Nothing that concerns an account here: an event of another kind, one that is newer than this code, the dashboard's test. */
  | { kind: 'unknown'; event: string | null }

/** The ids by which an account may be looked up, and nothing else. */
export interface NamedAccount {
  linkedAccountId: string
  /** `null`: none that could be ours. */
  originId: string | null
  /** As named; part of the key that an origin id is looked up by. */
  category: string | null
}

/** Reads a body whose signature was found good. Never throws: what cannot be understood is `unknown`. */
export function parseNotice(body: Uint8Array): Notice {
  const { hook, linked_account: account, data } = fieldsOf(parsed(body))
  const event = textOf(fieldsOf(hook).event, EVENT)
  const fields = fieldsOf(account)
  const linkedAccountId = textOf(fields.id, ID)
  if (event === null || linkedAccountId === null || !CONCERNS_AN_ACCOUNT.test(event)) return { kind: 'unknown', event }
  const named = { linkedAccountId, originId: textOf(fields.end_user_origin_id, ORIGIN_ID), category: textOf(fields.category, CATEGORY) }
  const token = event === 'LinkedAccount.linked' ? textOf(fieldsOf(data).account_token, TOKEN) : null
  return token === null
    ? { kind: 'changed', event, account: named }
    : { kind: 'linked', event, account: named, accountToken: new Secret(token), relink: fieldsOf(data).is_relink === true }
}

const CONCERNS_AN_ACCOUNT = /^(LinkedAccount|Issue)\.|\.(synced|added|changed|removed)$/

const EVENT = /^[\w.]{1,200}$/
const ID = /^[\w-]{1,255}$/
/** Our own origin ids, all of them: whatever else stands there is another application's. */
const ORIGIN_ID = /^[\w.:-]{1,100}$/
const CATEGORY = /^[a-z]{1,40}$/
/** What may stand in a header. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch {
    return null
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function textOf(value: unknown, shape: RegExp): string | null {
  return typeof value === 'string' && shape.test(value) ? value : null
}
