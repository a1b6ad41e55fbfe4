import type { Storage } from '../../../src/storage/port.ts'

/** Records that the store cannot take, as a database that refuses a character in a text: a page with one of them is refused as a whole. */
export interface RefusedRecords {
  around(storage: Storage): Storage
  refuse(id: string): void
  take(id: string): void
  calm(): void
  /** Whether a page was refused for it. */
  wasRefused(id: string): boolean
}

export function createRefusedRecords(onRefusal: () => void): RefusedRecords {
  const refused = new Set<string>()
  const met = new Set<string>()
  return {
    around: (storage) => ({
      ...storage,
      async commit(page) {
        const hit = refused.size === 0 ? [] : page.records.filter(({ id }) => refused.has(id))
        if (hit.length > 0) {
          onRefusal()
          for (const { id } of hit) met.add(id)
          throw new Error('invalid byte sequence for encoding "UTF8": 0x00')
        }
        return storage.commit(page)
      },
    }),
    refuse: (id) => void refused.add(id),
    take: (id) => void refused.delete(id),
    calm: () => refused.clear(),
    wasRefused: (id) => met.has(id),
  }
}
