import { createHash } from 'node:crypto'
import { ErrorCode, IntegrationError } from '@connect-integration/server/storage'
import { toStored } from '../text.ts'
import { KEY_BYTES } from './migrations.ts'

/** An id or name as it is stored. One that is too long for an index is refused: cut off, two ids would be one. */
export function toKey(what: string, text: string): string {
  const stored = toStored(text)
  const bytes = Buffer.byteLength(stored)
  if (bytes <= KEY_BYTES) return stored
  throw new IntegrationError(
    ErrorCode.INPUT_INVALID,
    `${what} has ${bytes} bytes, and mysqlStorage takes ${KEY_BYTES} at most. Shorten it. Nothing was written.`,
  )
}

export function keyOrNull(what: string, text: string | null): string | null {
  return text === null ? null : toKey(what, text)
}

/** A hash is only ever compared, so a long one is stored as its own hash. Longer than any that is stored as it is: the two never meet. */
export function toHash(hash: string): string {
  return Buffer.byteLength(hash) <= 64 ? hash : `sha256:${createHash('sha256').update(hash).digest('hex')}`
}
