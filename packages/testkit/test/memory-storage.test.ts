import { memoryStorage } from '@connect-integration/server/storage/memory'
import { describeStorage, manualClock, storageChecks } from '@connect-integration/testkit'
import { expect, test } from 'vitest'

describeStorage(
  'memoryStorage',
  async () => {
    const clock = manualClock()
    return { storage: memoryStorage({ clock }), clock, close: async () => undefined }
  },
  { test },
)

test('every check has an id of its own that starts with its method, and says what it protects', () => {
  expect(new Set(storageChecks.map(({ id }) => id)).size).toBe(storageChecks.length)
  for (const { id, method, protects } of storageChecks) {
    expect(id.startsWith(`${method}: `), id).toBe(true)
    expect(protects.length, id).toBeGreaterThan(20)
  }
})
