import { ErrorCode, IntegrationError } from '../errors.ts'

/** Far above a page of 100 records, far below what would hurt. */
const MAXIMUM_BYTES = 32 * 1024 * 1024

/**
 * Reads a body whole, at most 32 MiB of it after decompression, as strict UTF-8.
 * A larger one throws `UPSTREAM_BAD_RESPONSE` without being read on; so do bytes that are not UTF-8.
 */
export async function readBody(response: Response, signal: AbortSignal): Promise<string> {
  if (response.body === null) return ''
  signal.throwIfAborted()
  const reader = response.body.getReader()
  const stop = () => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for (;;) {
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) break
      size += value.byteLength
      if (size > MAXIMUM_BYTES) {
        stop()
        throw new IntegrationError(
          ErrorCode.UPSTREAM_BAD_RESPONSE,
          `Merge sent an answer of more than ${MAXIMUM_BYTES} bytes; it was not read to its end.`,
        )
      }
      chunks.push(value)
    }
    return decode(chunks)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** One for all bodies: each is decoded in one piece, so that nothing of it is left in here. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(chunks: readonly Uint8Array[]): string {
  try {
    const [only] = chunks
    return utf8.decode(chunks.length === 1 ? only : Buffer.concat(chunks))
  } catch {
    throw new IntegrationError(ErrorCode.UPSTREAM_BAD_RESPONSE, 'Merge sent an answer that is not UTF-8.')
  }
}
