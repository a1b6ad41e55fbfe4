import type { SinkBatch } from '../../../src/index.ts'
import type { Happened } from '../trial/happened.ts'

/** What an application keeps that lets its records come through `sync.sink`: at least once each, so what is older is left alone unless a rebuild sends it. */
export interface SinkCopy {
  /** Throws where it refuses, and where it has done its work and its answer is lost. `late`: whoever writes has lost the lease, and does not know it yet. */
  write(batch: SinkBatch, late: boolean): void
  /** It fails from now on: the next so many writes, or all of them until `Infinity` is taken back by 0. */
  fail(when: 'before' | 'after', times: number): void
  /** Its text while it lives, `null` once it is deleted. */
  kept(accountId: string, model: string, id: string): string | null | undefined
  /** ISO 8601: of what is kept. */
  age(accountId: string, model: string, id: string): string | undefined
  /** What is kept was written by a worker that had lost its lease. */
  isLate(accountId: string, model: string, id: string): boolean
}

const HOUR = 3_600_000

export function createSinkCopy({ note, now }: { note: (what: Happened) => void; now: () => number }): SinkCopy {
  const rows = new Map<string, { generation: number; modifiedAt: string; data: string | null; late: boolean }>()
  const key = (...parts: string[]): string => parts.join(' ')
  let trouble: { when: 'before' | 'after'; left: number; failed: boolean; since: number } = {
    when: 'before',
    left: 0,
    failed: false,
    since: 0,
  }

  function keep({ accountId, model, generation, changes }: SinkBatch, late: boolean): void {
    for (const { id, op, modifiedAt, data } of changes) {
      const before = rows.get(key(accountId, model, id))
      if (before !== undefined && (generation < before.generation || (generation === before.generation && modifiedAt < before.modifiedAt)))
        continue
      rows.set(key(accountId, model, id), { generation, modifiedAt, data: op === 'delete' ? null : JSON.stringify(data), late })
    }
  }

  return {
    write(batch, late) {
      if (trouble.left <= 0) return keep(batch, late)
      trouble.left--
      trouble.failed = true
      const { when } = trouble
      if (when === 'after') keep(batch, late)
      note(when === 'before' ? 'sink refused a write' : 'answer of the sink lost')
      throw new Error(when === 'before' ? 'The sink is down.' : 'The answer of the sink was lost.')
    },
    fail(when, times) {
      const { left, failed, since } = trouble
      if (left === Number.POSITIVE_INFINITY && failed && now() - since >= HOUR) note('sink down for an hour or more')
      trouble = { when, left: times, failed: false, since: now() }
    },
    kept: (...parts) => rows.get(key(...parts))?.data,
    age: (...parts) => rows.get(key(...parts))?.modifiedAt,
    isLate: (...parts) => rows.get(key(...parts))?.late === true,
  }
}
