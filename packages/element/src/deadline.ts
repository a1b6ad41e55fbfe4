import type { ConnectErrorCode } from './error-codes.ts'
import { ConnectError } from './errors.ts'

/** Calls `callback` once after so many milliseconds; the answer takes the call back. */
export type After = (milliseconds: number, callback: () => void) => () => void

export const afterTimeout: After = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds)
  return () => clearTimeout(timer)
}

/**
 * Runs `task` with a signal of its own. After 20 seconds, or when `outer`
 * aborts, that signal aborts and the promise rejects with `code` at once, even
 * if the task does not listen: what a user passes in may hang without hanging us.
 */
export function withDeadline<T>(
  task: (signal: AbortSignal) => Promise<T>,
  after: After,
  outer?: AbortSignal,
  code: ConnectErrorCode = 'network',
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController()
    const stop = () => {
      controller.abort()
      reject(new ConnectError(code, 'no answer in time'))
    }
    const cancel = after(PATIENCE_MS, stop)
    outer?.addEventListener('abort', stop)
    task(controller.signal).then(resolve, reject).finally(cancel)
  })
}

const PATIENCE_MS = 20_000
