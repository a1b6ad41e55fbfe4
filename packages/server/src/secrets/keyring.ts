import { createHash } from 'node:crypto'
import { ErrorCode, IntegrationError } from '../errors.ts'

/** The keys that seal account tokens. The first seals; all of them open. */
export interface Keyring {
  readonly primary: Key
  readonly keys: readonly Key[]
  find(id: string): Key | undefined
}

export interface Key {
  /** First 8 hex digits of the key's SHA-256: tells keys apart without telling them. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** Reads base64 (or base64url) keys of at least 32 bytes. A bad one throws `CONFIG_INVALID` and says which, never what it was. */
export function readKeyring(secrets: readonly string[]): Keyring {
  const keys = secrets.map(readKey)
  const primary = keys[0]
  if (primary === undefined) {
    throw new IntegrationError(ErrorCode.CONFIG_INVALID, `"secrets" is empty: account tokens are never stored in clear. ${HOW_TO_MAKE_ONE}`)
  }
  return { primary, keys, find: (id) => keys.find((key) => key.id === id) }
}

function readKey(secret: unknown, index: number): Key {
  const place = `"secrets[${index}]"`
  const text = typeof secret === 'string' ? secret.trim() : ''
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
    throw new IntegrationError(ErrorCode.CONFIG_INVALID, `${place} is not base64. ${HOW_TO_MAKE_ONE}`)
  }
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < 32) {
    throw new IntegrationError(
      ErrorCode.CONFIG_INVALID,
      `${place} holds ${bytes.length} bytes; at least 32 random bytes are needed. ${HOW_TO_MAKE_ONE}`,
    )
  }
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes }
}

const HOW_TO_MAKE_ONE = `Make one with: node -e "console.log(require('crypto').randomBytes(32).toString('base64'))"`
