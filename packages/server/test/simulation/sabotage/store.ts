import { ErrorCode, IntegrationError } from '../../../src/errors.ts'
import type { Page, Storage } from '../../../src/storage/port.ts'
import { ORGANIZATION } from '../world/customer.ts'

type Wrap = (inner: Storage) => Storage

/** Stores with one fault each, none of which shows in an ordinary test. */
export const STORE_SABOTAGES: Record<string, Wrap> = {
  'ignores the fence': (inner) => {
    const newest = new Map<string, number>()
    return {
      ...inner,
      async claim(query) {
        const claims = await inner.claim(query)
        for (const { account, fence } of claims) newest.set(account.id, fence)
        return claims
      },
      commit: (page) => inner.commit({ ...page, fence: newest.get(page.accountId) ?? page.fence }),
    }
  },

  'has no version guard': (inner) => {
    let generation = 1_000
    return {
      ...inner,
      commit(page) {
        generation++
        return inner.commit({ ...page, records: page.records.map((record) => ({ ...record, generation })) })
      },
    }
  },

  'writes the checkpoint first': (inner) => ({
    ...inner,
    commit: halfway(inner, (page) => inner.commit({ ...page, records: [] })),
  }),

  'writes the records first, and lets go of them when the checkpoint fails': (inner) => ({
    ...inner,
    commit: halfway(inner, (page) => inner.commit({ ...page, records: page.records.slice(0, page.records.length / 2) })),
  }),

  'keeps half of a page and says that all is well': (inner) => {
    const isUnlucky = everySo(11)
    return {
      ...inner,
      commit: (page) => inner.commit(isUnlucky() ? { ...page, records: page.records.slice(0, page.records.length / 2) } : page),
    }
  },

  'forgets when an account is due': (inner) => {
    const isUnlucky = everySo(9)
    return {
      ...inner,
      commit: (page) => inner.commit(page.release && isUnlucky() ? { ...page, release: { ...page.release, delayMs: null } } : page),
    }
  },

  'keeps everything of a deleted account': (inner) => ({ ...inner, async purge() {} }),

  'pays no heed to a rebuild': (inner) => ({
    ...inner,
    commit: (page) => inner.commit({ ...page, records: page.records.map((record) => ({ ...record, generation: 0 })) }),
  }),

  'stores a mass deletion unasked': (inner) => ({
    ...inner,
    commit({ deleteAtMost: _, ...page }) {
      return inner.commit(page)
    },
  }),

  'leaves deletions out where it keeps versions alone': (inner) => ({
    ...inner,
    commit: (page) => inner.commit({ ...page, records: page.records.filter(({ deleted, data }) => !deleted || data !== 'null') }),
  }),

  'hands out an account that is held': (inner) => ({
    ...inner,
    async claim(query) {
      const claims = await inner.claim(query)
      return claims.map((claim) => ({
        ...claim,
        account: { ...claim.account, status: claim.account.status === 'held' ? ('active' as const) : claim.account.status },
      }))
    },
  }),

  'loses the marks of a sweep': (inner) => ({
    ...inner,
    commit({ sweep: _, ...page }) {
      return inner.commit(page)
    },
  }),
}

/** A split commit with nothing wrong but the split: records under the fence and guarded, then the checkpoint. It loses nothing, and must not be blamed. */
export const HARMLESS_STORE: Wrap = (inner) => ({
  ...inner,
  commit: halfway(inner, async (page) => {
    const account = await inner.get({ id: page.accountId, organizationId: ORGANIZATION })
    const { sweep: _, release: __, ...first } = page
    return inner.commit({ ...first, checkpoint: account?.models[page.model]?.checkpoint ?? null })
  }),
})

/** Now and then only the first half of a commit happens, and the store cannot be reached after it. */
function halfway(inner: Storage, firstHalf: (page: Page) => Promise<unknown>): Storage['commit'] {
  const isUnlucky = everySo(13)
  return async (page) => {
    if (page.records.length === 0 || !isUnlucky()) return inner.commit(page)
    await firstHalf(page)
    throw new IntegrationError(ErrorCode.STORE_UNAVAILABLE, 'The simulated store went away in the middle of a commit.')
  }
}

function everySo(often: number): () => boolean {
  let calls = 0
  return () => ++calls % often === 0
}
