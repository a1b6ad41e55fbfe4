import type { Lane } from './error-budget.ts'

/**
 * Whose public tokens Merge has refused of late. Anybody who may sign in can post made-up ones, each a failed answer that counts against
 * all customers: so the next ones of the same asker have a small share of the error budget to themselves, until one is good. So have those
 * that come while another one is under way: nothing is known of it yet.
 */
export interface Doubts {
  /** Asks in the lane that this asker has now. `null` for an answer: Merge refused the token. */
  ask<T>(asker: string, question: (lane: Lane) => Promise<T | null>): Promise<T | null>
}

const MOST_ASKERS = 10_000

export function createDoubts(): Doubts {
  const refused = new Set<string>()
  const underWay = new Set<string>()
  return {
    async ask(asker, question) {
      if (refused.has(asker) || underWay.has(asker)) return hear(asker, await question('doubted'))
      underWay.add(asker)
      try {
        return hear(asker, await question('link'))
      } finally {
        underWay.delete(asker)
      }
    },
  }

  function hear<T>(asker: string, answer: T | null): T | null {
    refused.delete(asker)
    if (answer === null) refused.add(asker)
    const [oldest = asker] = refused
    if (refused.size > MOST_ASKERS) refused.delete(oldest)
    return answer
  }
}
