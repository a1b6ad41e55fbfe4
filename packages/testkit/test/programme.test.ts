import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryStorage } from '@connect-integration/server/storage/memory'
import { runStorageCheck, type StorageCheck, type StorageFactory, storageChecks } from '@connect-integration/testkit'
import { describe, expect, test } from 'vitest'
import { processChecks } from '../src/processes/index.ts'
import { processSaboteurs } from './fixtures/process-saboteurs.ts'
import { PROGRAMME } from './fixtures/programme.ts'
import { sabotaged } from './fixtures/sabotage.ts'
import { saboteurs } from './fixtures/saboteurs.ts'

const DURABILITY = 'storage: the settings that make a commit outlive a power cut are on'
const UNSYNCED = 'the file is written without waiting for the disk'

describe('the 68 mistakes', () => {
  test('are 68, as many of each method as were named', () => {
    const counts = Object.fromEntries(Object.entries(PROGRAMME).map(([method, mistakes]) => [method, Object.keys(mistakes).length]))
    expect(counts).toEqual({ reserve: 9, get: 4, update: 8, schedule: 4, claim: 11, commit: 22, purge: 5, list: 3, durability: 2 })
  })

  test('are each done by a saboteur of its own, which is held against a check by name', () => {
    const done = Object.values(PROGRAMME).flatMap((mistakes) => Object.values(mistakes))
    expect(new Set(done).size).toBe(68)
    const known = new Map([...saboteurs, ...processSaboteurs].map(({ mistake, caughtBy }) => [mistake, caughtBy]))
    known.set(UNSYNCED, DURABILITY)
    const ids = [...storageChecks, ...processChecks].map(({ id }) => id)
    expect(done.filter((mistake) => !ids.includes(known.get(mistake) ?? ''))).toEqual([])
  })

  test('have names of their own', () => {
    for (const list of [saboteurs, processSaboteurs]) expect(new Set(list.map(({ mistake }) => mistake)).size).toBe(list.length)
  })
})

describe('the durability that a fixture tells', () => {
  const withSynchronous = (level: string): StorageFactory => {
    return async ({ clock, place }) => {
      const path = join(tmpdir(), `${place}.db`)
      const file = new DatabaseSync(path)
      file.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${level}`)
      return {
        storage: memoryStorage({ clock }),
        durability: async () => [{ name: 'PRAGMA synchronous', value: file.prepare('PRAGMA synchronous').get()?.synchronous, needed: 2 }],
        close: async () => {
          file.close()
          for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
        },
      }
    }
  }
  const check = storageChecks.find(({ id }) => id === DURABILITY)!

  test('passes with FULL, and catches OFF and NORMAL', async () => {
    expect(await runStorageCheck(check, withSynchronous('FULL'))).toEqual({ skipped: null })
    for (const level of ['OFF', 'NORMAL'])
      await expect(runStorageCheck(check, withSynchronous(level))).rejects.toThrow('PRAGMA synchronous is not')
  })

  test('has to tell of something', async () => {
    const silent: StorageFactory = async (request) => ({ ...(await withSynchronous('FULL')(request)), durability: async () => [] })
    await expect(runStorageCheck(check, silent)).rejects.toThrow('names no setting')
  })
})

describe('every check is tripped by a saboteur:', () => {
  const factories = new Map<string, Promise<StorageFactory>>()
  const factoryOf = ({ mistake, edits }: (typeof saboteurs)[number]) => {
    const known = factories.get(mistake) ?? sabotaged(edits)
    factories.set(mistake, known)
    return known
  }
  const trips = async (check: StorageCheck, saboteur: (typeof saboteurs)[number]) => {
    const factory = await factoryOf(saboteur)
    return runStorageCheck(check, factory).then(
      () => false,
      () => true,
    )
  }

  for (const method of new Set(storageChecks.map((check) => check.method))) {
    test(`those of ${method}`, async () => {
      const untripped: string[] = []
      for (const check of storageChecks.filter((each) => each.method === method && each.needs !== 'durability')) {
        // Those that are held against this check, then those against its method, then the others.
        const closeness = ({ caughtBy }: (typeof saboteurs)[number]) =>
          Number(caughtBy === check.id) * 2 + Number(caughtBy.startsWith(method))
        let tripped = false
        for (const saboteur of saboteurs.toSorted((a, b) => closeness(b) - closeness(a))) {
          tripped = await trips(check, saboteur)
          if (tripped) break
        }
        if (!tripped) untripped.push(check.id)
      }
      expect(untripped).toEqual([])
    })
  }

  test('those of several processes', () => {
    const caught = new Set(processSaboteurs.map(({ caughtBy }) => caughtBy))
    expect(processChecks.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
  })
})
