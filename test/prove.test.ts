import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noCounts } from '../packages/server/test/simulation/trial/outcome.ts'

const { openState, write } = await import(pathToFileURL('scripts/prove/state.mjs').href)
const { asRun, fingerprint, loaded } = await import(pathToFileURL('scripts/prove/fingerprint.mjs').href)

describe('a run of the proofs', () => {
  let base: string
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'prove-'))
  })
  afterEach(() => rmSync(base, { recursive: true }))

  const open = (more = {}) => {
    const folders = { cache: join(base, 'cache'), records: join(base, 'proof') }
    return openState({ storage: 'memory', shard: 1, shards: 1, anew: false, source: 'this', folders, ...more })
  }
  const record = (source: string, histories: number) =>
    write(join(base, 'proof', 'memory.json'), { source, ...noCounts(), histories, steals: 7, failures: [], complete: false })
  const saved = (done: number) => {
    const state = open()
    Object.assign(state, { done, counts: { ...noCounts(), histories: done } })
    state.save()
  }

  it('begins at nothing, and goes on where it was saved', () => {
    expect(open()).toMatchObject({ done: 0, counts: noCounts(), failures: [], outdated: false })
    saved(40)
    expect(open()).toMatchObject({ done: 40, counts: { histories: 40 } })
  })

  it('goes on from the record of the same code, if that came further than this checkout', () => {
    record('this', 90)
    expect(open()).toMatchObject({ done: 90, counts: { histories: 90, steals: 7 }, outdated: false })
    saved(40)
    expect(open().done).toBe(90)
    saved(120)
    expect(open().done).toBe(120)
  })

  it('takes nothing from a record of other code, and says so', () => {
    record('other', 90)
    expect(open()).toMatchObject({ done: 0, outdated: true })
  })

  it('takes nothing from the record of the whole into a shard, and nothing at all when it is to begin anew', () => {
    record('this', 90)
    expect(open({ shards: 2 }).done).toBe(0)
    saved(40)
    expect(open({ anew: true }).done).toBe(0)
    rmSync(join(base, 'proof'), { recursive: true })
    expect(open().done).toBe(0)
  })

  it('keeps what was saved before when a save is cut off', () => {
    saved(40)
    const [file = ''] = globSync(join(base, 'cache', '*.state.json'))
    writeFileSync(`${file}.new`, '{"done": 4')
    expect(open().done).toBe(40)
  })
})

describe('the code that a proof is of', () => {
  it('is the same with other comments, types and spacing', () => {
    const one = asRun('/** Adds. */\nexport function add(a: number, b: number): number {\n  return a + b // both\n}\n')
    expect(asRun('export function add(a: bigint, b: any) { return a + b }')).toBe(one)
    expect(asRun('export function add(a: number, b: number): number { return a - b }')).not.toBe(one)
    expect(asRun('export const text = "// no comment"')).toContain('// no comment')
  })

  it('is that of what the threads load, and of nothing else', () => {
    const names = loaded(['packages/server/test/simulation/trial/many-thread.ts']).map(([name]: [string]) => name)
    expect(names).toEqual(
      expect.arrayContaining(['packages/server/src/sync/plan.ts', 'packages/server/test/simulation/history/generate.ts']),
    )
    expect(names.filter((name: string) => !/^packages\/server\/(src|test\/(simulation|support))\//.test(name))).toEqual([])
    expect(names.filter((name: string) => /src\/(http|node)\/|sync\/look\.ts$/.test(name))).toEqual([])
    const onSql = loaded(['packages/storage-sql/test/fixtures/simulated.ts']).map(([name]: [string]) => name)
    expect(onSql).toEqual(
      expect.arrayContaining(['packages/storage-sql/src/sqlite/commit.ts', 'packages/storage-sql/src/postgres/storage.ts']),
    )
    expect(fingerprint('memory')).toMatch(/^[\da-f]{12}$/)
  })
})

describe('the reports in docs/proof', () => {
  const reports = globSync('docs/proof/*.json')

  it.each(reports)('%s tells of histories, and of none that went wrong', (path) => {
    const { ok, histories, wrong, problems, failures, complete, tooSeldom, storage } = JSON.parse(readFileSync(path, 'utf8'))
    expect({ ok, wrong, problems, failures }).toEqual({ ok: true, wrong: 0, problems: {}, failures: [] })
    expect(path).toMatch(new RegExp(`\\b${storage}\\.json$`))
    expect(histories).toBeGreaterThan(0)
    if (complete) expect(tooSeldom).toEqual([])
  })
})
