import type { Change, Page, Storage } from '../../../src/storage/port.ts'
import type { Process } from './process.ts'

/** Watches a store from outside while it is used, and keeps a copy of each model as a reader of its change feed would. */
export interface Monitor {
  /** The store as one process sees it. */
  watched(process: Process): Storage
  /** The copy; empty for what was never stored. */
  copy(accountId: string, model: string): ReadonlyMap<string, Change>
  /** The newest age (microseconds) that a record ever had in the store. */
  newest(accountId: string, model: string, id: string): number | undefined
  /** Whether that process has the account, whatever it thinks itself. */
  holds(process: Process, accountId: string): boolean
  readonly breaks: readonly string[]
  /** An account was claimed from a process that lives and still thinks that it holds it. */
  readonly steals: number
  /** … from one that died. */
  readonly takeovers: number
  readonly fenced: number
  readonly commits: number
  readonly purges: number
  /** Rows written so far. */
  readonly written: number
}

export interface MonitorOptions {
  storage: Storage
  onCommit: () => void
  /** Told of every row that is written. */
  onChange: (accountId: string, model: string, change: Change) => void
  /** Told before a page is known to be held for its deletions. */
  onHeld: (page: Page) => void
  /** Told of every look that has ended: how long it had the account, in milliseconds, without what its process stood still. */
  onLooked: (length: number) => void
  now: () => number
}

const LOOKED_AT: ReadonlySet<string> = new Set(['active', 'relink_needed', 'error'])

interface Copy {
  seq: number
  rows: Map<string, Change>
  /** Of a record that a rebuild read: how many there had been. */
  generations: Map<string, number>
  newest: Map<string, number>
}

export function createMonitor({ storage, onCommit, onChange, onHeld, onLooked, now }: MonitorOptions): Monitor {
  const copies = new Map<string, Copy>()
  const fences = new Map<string, number>()
  const holders = new Map<string, Process>()
  const looks = new Map<string, { process: Process; since: number; still: number }>()
  const purged = new Set<string>()
  const breaks: string[] = []
  const counts = { steals: 0, takeovers: 0, fenced: 0, commits: 0, purges: 0, written: 0 }

  const copyOf = (accountId: string, model: string): Copy => {
    const key = `${accountId} ${model}`
    const copy = copies.get(key) ?? { seq: 0, rows: new Map(), generations: new Map(), newest: new Map() }
    copies.set(key, copy)
    return copy
  }

  /** Reads what a commit changed, as a reader of the feed would, and holds it against what was there. `changed`: how much it says it was. */
  async function follow(page: Page, changed: number | null): Promise<void> {
    const copy = copyOf(page.accountId, page.model)
    const { changes } = await storage.changes({ accountId: page.accountId, model: page.model, after: copy.seq, limit: 100_000 })
    if (purged.has(page.accountId)) return
    if (changed !== null && changes.length !== changed)
      breaks.push(`${page.model}: a commit reported ${changed} changes, and the feed has ${changes.length}`)
    const sent = new Map(page.records.map(({ id, generation }) => [id, generation]))
    for (const change of changes) {
      const generation = sent.get(change.id) ?? 0
      const anew = generation > (copy.generations.get(change.id) ?? 0)
      if (anew) copy.generations.set(change.id, generation)
      if (change.seq !== copy.seq + 1) breaks.push(`${page.model}: seq ${copy.seq} is followed by ${change.seq}`)
      copy.seq = change.seq
      const before = copy.rows.get(change.id)
      if (before !== undefined && !anew && change.modifiedAt < before.modifiedAt) {
        const what = before.op === 'delete' && change.op === 'upsert' ? 'a tombstone was revived by' : 'a newer version was overwritten by'
        breaks.push(`${page.model} ${change.id}: ${what} an older one`)
      }
      copy.rows.set(change.id, change)
      copy.newest.set(change.id, Math.max(change.modifiedAt, copy.newest.get(change.id) ?? 0))
      counts.written++
      onChange(page.accountId, page.model, change)
    }
  }

  return {
    watched: (process) => ({
      ...storage,

      async claim(query) {
        const claims = await storage.claim(query)
        for (const { account, fence } of claims) {
          const holder = holders.get(account.id)
          if (holder !== undefined && holder !== process) counts[holder.isAlive ? 'steals' : 'takeovers']++
          if (fence <= (fences.get(account.id) ?? 0)) breaks.push(`a claim got fence ${fence}, which was used before`)
          if (purged.has(account.id)) breaks.push('a deleted account was claimed')
          holders.set(account.id, process)
          looks.delete(account.id)
          if (LOOKED_AT.has(account.status)) looks.set(account.id, { process, since: now(), still: process.stoodStill })
          fences.set(account.id, fence)
        }
        return claims
      },

      async commit(page) {
        const current = fences.get(page.accountId) === page.fence && !purged.has(page.accountId)
        const answer = await storage.commit(page).catch(async (error: unknown) => {
          // It may have done something all the same.
          await follow(page, null)
          throw error
        })
        if (answer === 'fenced') {
          counts.fenced++
          return answer
        }
        if (answer === 'held') {
          onHeld(page)
          return answer
        }
        counts.commits++
        if (!current) breaks.push(`${page.model}: a page was accepted from a worker that had lost its lease`)
        if (page.release && holders.get(page.accountId) === process) {
          holders.delete(page.accountId)
          const look = looks.get(page.accountId)
          if (look?.process === process) onLooked(now() - look.since - (process.stoodStill - look.still))
        }
        await follow(page, answer.changed)
        onCommit()
        return answer
      },

      async purge(accountId) {
        purged.add(accountId)
        counts.purges++
        await storage.purge(accountId)
        holders.delete(accountId)
      },
    }),
    copy: (accountId, model) => copyOf(accountId, model).rows,
    newest: (accountId, model, id) => copyOf(accountId, model).newest.get(id),
    holds: (process, accountId) => holders.get(accountId) === process,
    breaks,
    get steals() {
      return counts.steals
    },
    get takeovers() {
      return counts.takeovers
    },
    get fenced() {
      return counts.fenced
    },
    get commits() {
      return counts.commits
    },
    get purges() {
      return counts.purges
    },
    get written() {
      return counts.written
    },
  }
}
