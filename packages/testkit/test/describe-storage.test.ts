import { memoryStorage } from '@connect-integration/server/storage/memory'
import { describeStorage, runStorageCheck, type StorageFactory, storageChecks, type TestFunction } from '@connect-integration/testkit'
import { afterEach, expect, test, vi } from 'vitest'

const factory: StorageFactory = async () => ({ storage: memoryStorage(), close: async () => undefined })
const anId = storageChecks[0]!.id

afterEach(() => vi.unstubAllGlobals())

test('registers one test per check, each with a store of its own', async () => {
  const tests = new Map<string, () => Promise<void>>()
  const close = vi.fn(async () => undefined)
  const create = vi.fn(async () => ({ storage: memoryStorage(), close }))
  describeStorage('mine', create, { test: (name, run) => tests.set(name, run) })
  expect(tests.size).toBe(storageChecks.length)
  expect(create).not.toHaveBeenCalled()
  await tests.get(`mine › ${anId}`)!()
  await tests.get(`mine › ${anId}`)!()
  expect(create).toHaveBeenCalledTimes(2)
  expect(close).toHaveBeenCalledTimes(2)
})

test('takes the global test when none is passed, and says so when there is none', () => {
  const globalTest = vi.fn<TestFunction>()
  vi.stubGlobal('test', globalTest)
  describeStorage('mine', factory)
  expect(globalTest).toHaveBeenCalledTimes(storageChecks.length)
  vi.stubGlobal('test', undefined)
  vi.stubGlobal('it', undefined)
  expect(() => describeStorage('mine', factory)).toThrow("pass your runner's, as in describeStorage(name, factory, { test })")
})

test('skips with a reason that shows, and refuses to skip what does not exist', () => {
  const names: string[] = []
  const options = { test: (name: string) => names.push(name), skip: { [anId]: 'the database is read-only' } }
  describeStorage('mine', factory, options)
  expect(names).toContain(`mine › ${anId} (skipped: the database is read-only)`)
  expect(names).toHaveLength(storageChecks.length)
  expect(() => describeStorage('mine', factory, { ...options, skip: { 'reserve: no such check': 'why' } })).toThrow(
    'reserve: no such check',
  )
})

test('skips what does not apply to the profile or the fixture', async () => {
  const ordered: StorageFactory = async () => ({ storage: { ...memoryStorage(), profile: 'ordered' }, close: async () => undefined })
  for (const check of storageChecks.filter(({ needs }) => needs === 'atomic')) {
    expect(await runStorageCheck(check, ordered)).toEqual({ skipped: 'the profile is "ordered"' })
    expect(await runStorageCheck(check, factory)).toEqual({ skipped: null })
  }
  for (const check of storageChecks.filter(({ needs }) => needs === 'reopen')) {
    expect(await runStorageCheck(check, factory)).toEqual({ skipped: 'the fixture has no "reopen"' })
  }
  for (const check of storageChecks.filter(({ needs }) => needs === 'clock')) {
    const skipped = 'the fixture has no "clock", so that the kit cannot set the one that the store goes by'
    expect(await runStorageCheck(check, factory)).toEqual({ skipped })
  }
})

test('a fixture whose clock cannot be set back is refused, and the message says why', async () => {
  const check = storageChecks.find(({ id }) => id.startsWith('claim: after the clock was set back'))!
  const forwardOnly: StorageFactory = async ({ clock }) => {
    const given = { now: () => clock.now(), advance: (milliseconds: number) => clock.advance(Math.max(0, milliseconds)) }
    return { storage: memoryStorage({ clock: given }), clock: given, close: async () => undefined }
  }
  await expect(runStorageCheck(check, forwardOnly)).rejects.toThrow('has to take negative numbers too')
})

test('a failure names the check, what was found and what it protects, and the store is given back', async () => {
  const check = storageChecks.find(({ method }) => method === 'schedule')!
  const close = vi.fn(async () => undefined)
  const broken: StorageFactory = async () => ({ storage: { ...memoryStorage(), schedule: async () => undefined }, close })
  const error: Error = await runStorageCheck(check, broken).then(
    () => expect.fail('passed'),
    (reason) => reason,
  )
  expect(error.message.startsWith(`${check.id}\n\n`)).toBe(true)
  expect(error.message).toContain(`What this protects: ${check.protects}`)
  expect(error.cause).toBeInstanceOf(Error)
  expect(close).toHaveBeenCalledOnce()
})
