import { createHash } from 'node:crypto'
import { ErrorCode, IntegrationError } from '../errors.ts'
import { readKeyring } from './keyring.ts'
import type { Secret } from './secret.ts'
import { binding, createVault, decrypt, encrypt, NONCE_BYTES, type Purpose, type Row, tampered, type Vault } from './vault.ts'

/** A key management service in place of keys: the key that seals never leaves it, and it rotates its own. */
export interface KeyManagement {
  /** Encrypts a fresh key of 32 bytes. Once for each token that is stored. */
  wrap(key: Uint8Array): Promise<Uint8Array>
  /** Gives it back, whichever of its own keys it was wrapped with; rejects what it never wrapped. Asked once for each token while it is in use in this process. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>
  /** What tokens were sealed with before: they open with these until `rotateSecrets()` has sealed them anew. */
  previous?: readonly string[]
}

/** The vault that `secrets` stands for. Throws `CONFIG_INVALID` for a bad key. */
export function openVault(secrets: readonly string[] | KeyManagement, randomBytes: (size: number) => Uint8Array): Vault {
  return 'wrap' in secrets ? createEnvelopeVault(secrets, randomBytes) : createVault(readKeyring(secrets), randomBytes)
}

const FORMAT = 'ci2'
const MOST_KEPT = 1_000

/**
 * `ci2.<base64url(wrapped key)>.<base64url(nonce ‖ ciphertext ‖ tag)>`: a key of its own for each token, wrapped by the service, and bound to
 * its row like `ci1`. Unwrapped keys are kept in memory, the newest 1,000. A service that cannot be asked throws `CRYPTO_UNAVAILABLE`,
 * which is retryable, without a word of what it said.
 */
function createEnvelopeVault(service: KeyManagement, randomBytes: (size: number) => Uint8Array): Vault {
  const former = service.previous?.length ? createVault(readKeyring(service.previous), randomBytes) : null
  const unwrapped = new Map<string, Promise<Uint8Array>>()

  function keyOf(wrapped: string, row: Row): Promise<Uint8Array> {
    const known = unwrapped.get(wrapped)
    if (known) return known
    const key = asked(() => service.unwrap(Buffer.from(wrapped, 'base64url')), row)
    unwrapped.set(wrapped, key)
    const [oldest = ''] = unwrapped.keys()
    if (unwrapped.size > MOST_KEPT) unwrapped.delete(oldest)
    key.catch(() => unwrapped.delete(wrapped))
    return key
  }

  return {
    async seal(secret, purpose, row) {
      const key = randomBytes(32)
      const wrapped = Buffer.from(await asked(() => service.wrap(key), row)).toString('base64url')
      return `${FORMAT}.${wrapped}.${encrypt(key, randomBytes(NONCE_BYTES), secret, binding(FORMAT, purpose, row))}`
    },
    async open(sealed, purpose, row) {
      const [format, wrapped = '', text = '', ...rest] = sealed.split('.')
      if (format === 'ci1') return openFormer(former, sealed, purpose, row)
      if (format !== FORMAT || wrapped === '' || rest.length > 0) throw tampered(row)
      const opened = decrypt(await keyOf(wrapped, row), text, binding(FORMAT, purpose, row))
      if (opened === null) throw tampered(row)
      return opened
    },
    isCurrent: (sealed) => sealed.startsWith(`${FORMAT}.`),
    digest,
    isDigest: (known, secret, purpose, row) =>
      known === digest(secret, purpose, row) || former?.isDigest(known, secret, purpose, row) === true,
  }
}

function openFormer(former: Vault | null, sealed: string, purpose: Purpose, row: Row): Promise<Secret> {
  if (former !== null) return former.open(sealed, purpose, row)
  throw new IntegrationError(
    ErrorCode.CRYPTO_KEY_UNKNOWN,
    `The token of linked account ${row.id} was sealed with a key from before. Pass the former "secrets" as "secrets.previous", and call rotateSecrets().`,
    { accountId: row.id },
  )
}

/** Tokens are long and random, so a digest needs no key to tell nothing. */
function digest(secret: Secret, purpose: Purpose, row: Row): string {
  return createHash('sha256')
    .update(binding(FORMAT, purpose, row))
    .update(secret.reveal())
    .digest('base64url')
}

/** What a service says of a failure may have anything in it, so nothing of it is passed on. A key of another length is a failure too. */
async function asked(ask: () => Promise<Uint8Array>, row: Row): Promise<Uint8Array> {
  const answer = await Promise.resolve()
    .then(ask)
    .catch(() => null)
  if (answer instanceof Uint8Array && answer.length >= 32) return answer
  throw new IntegrationError(
    ErrorCode.CRYPTO_UNAVAILABLE,
    `The key management service did not answer for the token of linked account ${row.id}. See that "secrets.wrap" and "secrets.unwrap" can reach it.`,
    { accountId: row.id },
  )
}
