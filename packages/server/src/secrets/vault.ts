import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import type { Key, Keyring } from './keyring.ts'
import { Secret } from './secret.ts'

/**
 * Encryption at rest: `ci1.<key id>.<base64url(nonce ‖ ciphertext ‖ tag)>`, AES-256-GCM under a key derived
 * per account (HKDF-SHA256). What is sealed is bound to its row: moved to another row it does not open.
 */
export interface Vault {
  seal(secret: Secret, purpose: Purpose, row: Row): Promise<string>
  /** Throws `CRYPTO_KEY_UNKNOWN` when the key was taken out of `secrets`, `CRYPTO_TAMPERED` when the text or its row was changed. */
  open(sealed: string, purpose: Purpose, row: Row): Promise<Secret>
  /** Whether it was sealed with the key that seals now. Tells nothing about whether it opens. */
  isCurrent(sealed: string): boolean
  /** A keyed digest: recognises a value without keeping it. */
  digest(secret: Secret, purpose: Purpose, row: Row): string
  /** Whether this digest was made of this secret, with any of the keys: also one from before a rotation. */
  isDigest(digest: string, secret: Secret, purpose: Purpose, row: Row): boolean
}

/** `candidate-token`: an account token that Merge has not confirmed yet, which must never be taken for one that it has. */
export type Purpose = 'account-token' | 'public-token' | 'candidate-token'

/** The fields of a row that never change. */
export type Row = Pick<Account, 'id' | 'organizationId' | 'userId' | 'originId'>

export function createVault(keyring: Keyring, randomBytes: (size: number) => Uint8Array): Vault {
  return {
    async seal(secret, purpose, row) {
      const key = dataKey(keyring.primary.bytes, purpose, row)
      return `${FORMAT}.${keyring.primary.id}.${encrypt(key, randomBytes(NONCE_BYTES), secret, binding(FORMAT, purpose, row))}`
    },

    async open(sealed, purpose, row) {
      const [format, keyId = '', text = '', ...rest] = sealed.split('.')
      if (format !== FORMAT || rest.length > 0 || Buffer.from(text, 'base64url').length < NONCE_BYTES + TAG_BYTES) throw tampered(row)
      const key = keyring.find(keyId)
      if (key === undefined) {
        throw new IntegrationError(
          ErrorCode.CRYPTO_KEY_UNKNOWN,
          `The token of linked account ${row.id} was sealed with key ${keyId}, which is not among "secrets". Add that key again, after the primary one.`,
          { accountId: row.id },
        )
      }
      return decrypt(dataKey(key.bytes, purpose, row), text, binding(FORMAT, purpose, row)) ?? Promise.reject(tampered(row))
    },

    isCurrent: (sealed) => sealed.startsWith(`${FORMAT}.${keyring.primary.id}.`),
    digest: (secret, purpose, row) => digestWith(keyring.primary, secret, purpose, row),
    isDigest: (digest, secret, purpose, row) => keyring.keys.some((key) => digestWith(key, secret, purpose, row) === digest),
  }
}

const FORMAT = 'ci1'
export const NONCE_BYTES = 12
const TAG_BYTES = 16

function digestWith(key: Key, secret: Secret, purpose: Purpose, row: Row): string {
  return createHmac('sha256', dataKey(key.bytes, purpose, row))
    .update(secret.reveal())
    .digest('base64url')
}

function dataKey(key: Uint8Array, purpose: Purpose, row: Row): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, row.id, `connect-integration/v1/${purpose}`, 32))
}

/** base64url(nonce ‖ ciphertext ‖ tag). `nonce`: random, never used before with this key. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, secret: Secret, bound: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(bound)
  return Buffer.concat([nonce, cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** `null`: with another key, bound to something else, or changed. */
export function decrypt(key: Uint8Array, text: string, bound: Uint8Array): Secret | null {
  const body = Buffer.from(text, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(bound)
    decipher.setAuthTag(body.subarray(-TAG_BYTES))
    return new Secret(Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8'))
  } catch {
    return null
  }
}

/** Length-prefixed, so that no two rows can spell the same bytes. */
export function binding(format: string, purpose: Purpose, row: Row): Uint8Array {
  const fields = [format, purpose, row.organizationId, row.userId ?? '', row.id, row.originId]
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

export function tampered(row: Row): IntegrationError {
  return new IntegrationError(
    ErrorCode.CRYPTO_TAMPERED,
    `The stored token of linked account ${row.id} does not belong to its row or was changed. Restore the row from a backup, or have the customer relink.`,
    { accountId: row.id },
  )
}
