import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** Whether these very bytes were signed with one of the secrets. Never throws, whatever the header holds. */
export type Verify = (body: Uint8Array, signature: string | null | undefined) => boolean

/**
 * HMAC-SHA256 over the raw bytes, in base64url, with its one `=` or without; nothing else is a signature, and neither is another spelling
 * of the same 32 bytes. All secrets are tried each time, so that the time taken does not tell which one fits: what the
 * organization's new secret signs and what was still signed with the old one are both taken while it is changed.
 * Source: docs.merge.dev, merge-webhooks.
 */
export function createVerify(secrets: readonly string[]): Verify {
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'))
  return (body, signature) => {
    if (typeof signature !== 'string' || !SIGNATURE.test(signature)) return false
    const claimed = Buffer.from(signature, 'base64url')
    let fits = false
    for (const key of keys) fits = timingSafeEqual(createHmac('sha256', key).update(body).digest(), claimed) || fits
    return fits
  }
}

/** 43 characters say 258 bits: the last one has two to spare, and they are zero. */
const SIGNATURE = /^[\w-]{42}[AEIMQUYcgkosw048]=?$/
