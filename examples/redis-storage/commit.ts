import type { Committed, Page, VersionedRecord } from '@connect-integration/server/storage'
import type { Redis } from 'ioredis'
import { fromStored, type Keys, toStored } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** How many records are on their way at a time. */
const BATCH = 500

/**
 * One page in the order that makes it safe without a transaction: each record under the fence and against its stored version, then what a
 * sweep missed, then the checkpoint, under the fence again. A worker that dies in between leaves records without their checkpoint: the next
 * one reads the old checkpoint, sends the page again, and finds that those are stored already. A worker that is taken over in
 * between is told `'fenced'`, and what it had stored by then stays: it was the newest when it was written.
 */
export async function commit(redis: Redis, scripts: Scripts, keys: Keys, page: Page, now: string): Promise<Committed | 'fenced' | 'held'> {
  const account = keys.account(page.accountId)
  const [fence, model] = [String(page.fence), toStored(page.model)]
  const incoming = newestOfEachId(page.records)
  const [status, current] = await redis.hmget(account, 'status', 'fence')
  if (!status || status === 'deleted' || current !== fence) return 'fenced'

  const { sweep, deleteAtMost = Number.POSITIVE_INFINITY } = page
  const missed = sweep?.retire ? await missedBy(redis, keys, page, incoming) : []
  const retirable = missed.filter(({ missingIn, modifiedAt }) => missingIn === sweep!.number - 1 && modifiedAt <= sweep!.retire!.olderThan)
  if ((await deletions(redis, keys, page, incoming)) + retirable.length > deleteAtMost) return 'held'

  const answers = await inBatches([...incoming], ([id, record]) => {
    const { generation, modifiedAt, page: number, deleted, hash, data } = record
    const version = [generation, modifiedAt, number, Number(deleted)]
    const at = [account, keys.record(page.accountId, page.model, id), keys.feed(page.accountId, page.model)]
    return scripts.putRecord(...at, fence, model, toStored(id), ...version, toStored(hash), toStored(data), sweep?.number ?? '')
  })
  const stored = answers.filter((answer) => answer !== 'fenced')
  if (stored.length < answers.length) return 'fenced'

  const settled = await inBatches(missed, ({ id, key }) => {
    const at = [account, key, keys.feed(page.accountId, page.model)]
    return scripts.missRecord(...at, fence, model, id, sweep!.number, sweep!.number - 1, sweep!.retire!.olderThan)
  })
  const retired = settled.filter((answer) => answer === 1).length
  if (settled.includes('fenced')) return 'fenced'

  const { checkpoint, release } = page
  const end = release ? [release.dirtySeen, release.delayMs ?? ''] : []
  const text = checkpoint === null ? '' : `=${toStored(checkpoint)}`
  const at = [account, keys.queue, keys.recorded]
  const seq = await scripts.writeCheckpoint(...at, toStored(page.accountId), now, fence, model, text, ...end)
  if (seq === 'fenced') return 'fenced'

  const changed = stored.filter(([isChanged]) => isChanged).length
  const deleted = stored.filter(([, isDeleted]) => isDeleted).length
  return { changed: changed + retired, deleted: deleted + retired, seq }
}

/** Copies before anything is written. An id that occurs twice counts once: the later place wins if its version is at least as new. */
function newestOfEachId(page: readonly VersionedRecord[]): Map<string, VersionedRecord> {
  const newest = new Map<string, VersionedRecord>()
  for (const { id, generation, modifiedAt, page: number, deleted, hash, data } of page) {
    const record = { id, generation, modifiedAt, page: number, deleted, hash, data }
    const other = newest.get(id)
    if (!other || compare(record, other) >= 0) newest.set(id, record)
  }
  return newest
}

/** By generation, then stamp, then fence, then page: positive when `one` is newer. Within a page the fence is the same. */
function compare(one: Version, other: Version, fences = 0): number {
  return one.generation - other.generation || one.modifiedAt - other.modifiedAt || fences || one.page - other.page
}

type Version = Pick<VersionedRecord, 'generation' | 'modifiedAt' | 'page'>

interface Missed {
  /** As it is stored. */
  id: string
  key: string
  missingIn: number | null
  modifiedAt: number
}

/** Live records that this sweep has not seen, in order of `seq`; what the page itself brings is not missing. */
async function missedBy(redis: Redis, keys: Keys, page: Page, incoming: ReadonlyMap<string, unknown>): Promise<Missed[]> {
  const stored = new Set([...incoming.keys()].map(toStored))
  const ids = await redis.zrange(keys.feed(page.accountId, page.model), 0, -1)
  const rows = await inBatches(
    ids.filter((id) => !stored.has(id)),
    async (id) => {
      const key = keys.record(page.accountId, page.model, fromStored(id))
      const [deleted, seenIn, missingIn, modifiedAt] = await redis.hmget(key, 'deleted', 'seenIn', 'missingIn', 'modifiedAt')
      const isMissed = deleted === '0' && Number(seenIn ?? Number.NaN) !== page.sweep?.number
      return isMissed ? [{ id, key, missingIn: missingIn == null ? null : Number(missingIn), modifiedAt: Number(modifiedAt) }] : []
    },
  )
  return rows.flat()
}

/** Live records that the page's own deletions would turn into tombstones. */
async function deletions(redis: Redis, keys: Keys, page: Page, incoming: ReadonlyMap<string, VersionedRecord>): Promise<number> {
  if (page.deleteAtMost === undefined) return 0
  const deleted = [...incoming.values()].filter((record) => record.deleted)
  const counted = await inBatches(deleted, async (record) => {
    const key = keys.record(page.accountId, page.model, record.id)
    const [isDeleted, generation, modifiedAt, fence, number] = await redis.hmget(
      key,
      'deleted',
      'generation',
      'modifiedAt',
      'fence',
      'page',
    )
    const stored = { generation: Number(generation), modifiedAt: Number(modifiedAt), page: Number(number) }
    return isDeleted === '0' && compare(record, stored, page.fence - Number(fence)) >= 0 ? 1 : 0
  })
  return counted.filter((count) => count === 1).length
}

/** In their order, many at a time. */
async function inBatches<Item, Answer>(items: readonly Item[], work: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let start = 0; start < items.length; start += BATCH) {
    answers.push(...(await Promise.all(items.slice(start, start + BATCH).map(work))))
  }
  return answers
}
