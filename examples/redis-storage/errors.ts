import { ErrorCode, IntegrationError, type Storage } from '@connect-integration/server/storage'

/** Answers that stay the same until somebody does something; the others, and a connection that failed, may pass. */
const LASTING = ['NOAUTH', 'WRONGPASS', 'NOPERM', 'WRONGTYPE', 'NOSCRIPT', 'ERR']

/** What ioredis says, without a code, when there is no answer. */
const CONNECTION = /^(MaxRetriesPerRequestError|AbortError): |: (Connection is closed|Stream isn't writeable|Command timed out)/

/**
 * The same storage, whose failures say what to do. Only the first word of Redis's answer is passed on, and not as a cause: ioredis puts the
 * command with all its arguments on an error, which here are customers' records.
 */
export function explaining(storage: Storage): Storage {
  const methods = Object.entries(storage).map(([name, method]) => {
    if (typeof method !== 'function') return [name, method]
    const call = (...args: unknown[]) => (method as (...args: unknown[]) => Promise<unknown>)(...args).catch(explain)
    return [name, call]
  })
  return Object.fromEntries(methods) as Storage
}

function explain(error: unknown): never {
  if (IntegrationError.isInstance(error)) throw error
  const { name, message, code } = error as Error & { code?: string }
  const isAnswer = name === 'ReplyError'
  const isConnection = code !== undefined || CONNECTION.test(`${name}: ${message}`)
  if (!isAnswer && !isConnection) throw error
  const what = isAnswer ? `Redis refused a command (${message.split(' ')[0]})` : `Redis cannot be reached (${code ?? name})`
  const text = `${what}. Check the server, its memory and this user's rights. A page or purge may be stored in part; calling again completes it.`
  throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, text, { retryable: !isAnswer || !LASTING.includes(message.split(' ')[0] ?? '') })
}
