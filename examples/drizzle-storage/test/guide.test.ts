import { readFileSync } from 'node:fs'
import { memoryStorage } from '@connect-integration/server/storage/memory'
import { manualClock, runStorageCheck, type StorageCheck, storageChecks } from '@connect-integration/testkit'
import { expect, test } from 'vitest'
import { myStorage } from '../skeleton.ts'

const guide = readFileSync(new URL('../../../docs/guides/write-an-adapter.md', import.meta.url), 'utf8')
const ORDER = [...guide.matchAll(/^\| \d+ \| `(\w+)` \|/gm)].map(([, method = '']) => method)

/** The skeleton with these methods as the reference adapter has them. */
async function holds(check: StorageCheck, written: readonly string[]): Promise<boolean> {
  const clock = manualClock()
  const reference = Object.entries(memoryStorage({ clock })).filter(([name]) => written.includes(name))
  const storage = { ...myStorage('place', { clock }), ...Object.fromEntries(reference) }
  return runStorageCheck(check, () => ({ storage, clock, close: async () => undefined })).then(
    () => true,
    () => false,
  )
}

test('the order in the guide has every method of the skeleton, and each step turns more checks green', async () => {
  const methods = Object.entries(myStorage('place')).filter(([, value]) => typeof value === 'function')
  expect([...ORDER, 'migrate', 'close'].toSorted()).toEqual(methods.map(([name]) => name).toSorted())
  let red = [...storageChecks]
  for (let count = 1; count <= ORDER.length; count++) {
    const outcomes: [StorageCheck, boolean][] = []
    for (const check of red) outcomes.push([check, await holds(check, ORDER.slice(0, count))])
    const still = outcomes.filter(([, isGreen]) => !isGreen).map(([check]) => check)
    expect(still.length, `red checks after ${ORDER[count - 1]}`).toBeLessThan(red.length)
    red = still
  }
  expect(red).toEqual([])
})

test('every check that the guide names exists', () => {
  const section = guide.slice(guide.indexOf('## 5.'), guide.indexOf('## 6.'))
  const named = [...section.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+) …`|`([^`]+)`/g)])
  const beginnings = named.map(([, beginning, whole]) => beginning ?? whole ?? '')
  expect(beginnings.length).toBeGreaterThan(20)
  const kill = readFileSync(new URL('../../../docs/spec/storage.md', import.meta.url), 'utf8')
  const ids = [...storageChecks.map(({ id }) => id), ...[...kill.matchAll(/\[check: ([^\]]+)\]/g)].map(([, id = '']) => id)]
  expect(beginnings.filter((beginning) => !ids.some((id) => id.includes(beginning)))).toEqual([])
})
