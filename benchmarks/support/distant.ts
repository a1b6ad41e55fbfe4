import { setTimeout } from 'node:timers/promises'
import type { Storage } from '@connect-integration/server/storage'

/** The same store with a network between: every call of it takes so many milliseconds more. */
export function distant(storage: Storage, awayMs: number): Storage {
  if (awayMs === 0) return storage
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        await setTimeout(awayMs)
        return value.apply(target, args)
      }
    },
  })
}
