import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import type { Keyring } from './keyring.ts'
import { Secret } from './secret.ts'

/**
 * Encryption at rest: `ci1.<key id>.<base64url(nonce ‖ ciphertext ‖ tag)>`, AES-256-GCM under a key derived
 * per account (HKDF-SHA256). What is sealed is bound to its row: moved to another row it does not open.
 */
export interface Vault {
  seal(secret: Secret, purpose: Purpose, row: Row): Promise<string>
  /** Throws `CRYPTO_KEY_UNKNOWN` when the key was taken out of `secrets`, `CRYPTO_TAMPERED` when the text or its row was changed. */
  open(sealed: string, purpose: Purpose, row: Row): Promise<Secret>
  /** A keyed digest: recognises a value without keeping it. */
  digest(secret: Secret, purpose: Purpose, row: Row): string
}

export type Purpose = 'account-token' | 'public-token'

/** The fields of a row that never change. */
export type Row = Pick<Account, 'id' | 'organizationId' | 'userId' | 'originId'>

export function createVault(keyring: Keyring, randomBytes: (size: number) => Uint8Array): Vault {
  return {
    async seal(secret, purpose, row) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', dataKey(keyring.primary.bytes, purpose, row), nonce)
      cipher.setAAD(binding(purpose, row))
      const body = Buffer.concat([nonce, cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${FORMAT}.${keyring.primary.id}.${body.toString('base64url')}`
    },

    async open(sealed, purpose, row) {
      const [format, keyId = '', text = '', ...rest] = sealed.split('.')
      const body = Buffer.from(text, 'base64url')
      if (format !== FORMAT || rest.length > 0 || body.length < NONCE_BYTES + TAG_BYTES) throw tampered(row)
      const key = keyring.find(keyId)
      if (key === undefined) {
        throw new IntegrationError(
          ErrorCode.CRYPTO_KEY_UNKNOWN,
          `The token of linked account ${row.id} was sealed with key ${keyId}, which is not among "secrets". Add that key again, after the primary one.`,
          { accountId: row.id },
        )
      }
      const decipher = createDecipheriv('aes-256-gcm', dataKey(key.bytes, purpose, row), body.subarray(0, NONCE_BYTES))
      decipher.setAAD(binding(purpose, row))
      decipher.setAuthTag(body.subarray(-TAG_BYTES))
      try {
        const opened = Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
        return new Secret(opened.toString('utf8'))
      } catch {
        throw tampered(row)
      }
    },

    digest(secret, purpose, row) {
      return createHmac('sha256', dataKey(keyring.primary.bytes, purpose, row))
        .update(secret.reveal())
        .digest('base64url')
    },
  }
}

const FORMAT = 'ci1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

function dataKey(key: Uint8Array, purpose: Purpose, row: Row): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, row.id, `connect-integration/v1/${purpose}`, 32))
}

/** Length-prefixed, so that no two rows can spell the same bytes. */
function binding(purpose: Purpose, row: Row): Uint8Array {
  const fields = [FORMAT, purpose, row.organizationId, row.userId ?? '', row.id, row.originId]
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

function tampered(row: Row): IntegrationError {
  return new IntegrationError(
    ErrorCode.CRYPTO_TAMPERED,
    `The stored token of linked account ${row.id} does not belong to its row or was changed. Restore the row from a backup, or have the customer relink.`,
    { accountId: row.id },
  )
}
