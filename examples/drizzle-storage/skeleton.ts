import type { Storage } from '@connect-integration/server/storage'
import type { StorageFactory } from '@connect-integration/testkit'

/** Where a new adapter begins. `place` is whatever names a store of yours: a file, a URL with a schema, a prefix of keys. */
export function myStorage(place: string, { clock = Date }: { clock?: { now(): number } } = {}): Storage {
  const later = async (method: string): Promise<never> => {
    throw new Error(`${method} is not written yet (${place}, at ${clock.now()})`)
  }
  return {
    contract: 1,
    profile: 'atomic',
    migrate: async () => undefined,
    close: async () => undefined,
    reserve: () => later('reserve'),
    get: () => later('get'),
    update: () => later('update'),
    list: () => later('list'),
    schedule: () => later('schedule'),
    claim: () => later('claim'),
    renew: () => later('renew'),
    commit: () => later('commit'),
    changes: () => later('changes'),
    purge: () => later('purge'),
    stats: () => later('stats'),
  }
}

const createStorage: StorageFactory = ({ clock, place }) => ({
  storage: myStorage(place, { clock }),
  clock,
  close: async () => undefined,
})

export default createStorage
