import { memoryStorage } from '../../../src/storage/memory.ts'
import type { Storage } from '../../../src/storage/port.ts'
import type { RealWork } from '../../support/real-work.ts'

/** An empty store for one history. */
export type OpenStorage = (clock: { now(): number }) => Promise<OpenedStorage>

export interface OpenedStorage {
  storage: Storage
  /** Whether it waits for the real world, if only for a module to be loaded. */
  isReal: boolean
  close(): Promise<void>
}

/** What one thread needs for the histories it runs, one after the other. */
export interface ThreadStorage {
  open: OpenStorage
  close(): Promise<void>
}

/** Another store than memory, for threads: a module (a URL) that exports `openThread`, and what it is given. */
export interface OtherStorage {
  module: string
  options: unknown
}

export const inMemory: OpenStorage = async (clock) => ({ storage: memoryStorage({ clock }), isReal: false, close: async () => {} })

export async function openThread(other: OtherStorage | undefined): Promise<ThreadStorage> {
  if (other === undefined) return { open: inMemory, close: async () => {} }
  const module = (await import(other.module)) as { openThread(options: unknown): Promise<ThreadStorage> }
  return module.openThread(other.options)
}

/** The store as virtual time needs it. */
export function led({ storage, isReal }: Pick<OpenedStorage, 'storage' | 'isReal'>, time: Pick<RealWork, 'real'>): Storage {
  if (!isReal) return storage
  const methods = Object.entries(storage).map(([name, value]) => [
    name,
    typeof value === 'function' ? (...args: unknown[]) => time.real(() => (value as Method).apply(storage, args)) : value,
  ])
  return Object.fromEntries(methods) as Storage
}

type Method = (...args: unknown[]) => Promise<unknown>
