import type { SinkBatch } from '../../../src/index.ts'

/** What an application keeps that lets its records come through `sync.sink`: at least once each, so what is older is left alone unless a rebuild sends it. */
export interface SinkCopy {
  write(batch: SinkBatch): void
  /** Its text while it lives, `null` once it is deleted. */
  kept(accountId: string, model: string, id: string): string | null | undefined
}

export function createSinkCopy(): SinkCopy {
  const rows = new Map<string, { generation: number; modifiedAt: string; data: string | null }>()
  const key = (...parts: string[]): string => parts.join(' ')
  return {
    write({ accountId, model, generation, changes }) {
      for (const { id, op, modifiedAt, data } of changes) {
        const before = rows.get(key(accountId, model, id))
        if (
          before !== undefined &&
          (generation < before.generation || (generation === before.generation && modifiedAt < before.modifiedAt))
        )
          continue
        rows.set(key(accountId, model, id), { generation, modifiedAt, data: op === 'delete' ? null : JSON.stringify(data) })
      }
    },
    kept: (...parts) => rows.get(key(...parts))?.data,
  }
}
