import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const { fetchOnce } = await import(pathToFileURL('scripts/fetch.mjs').href)

const fillWith = (text: string) => (partial: string) => writeFileSync(join(partial, 'file'), text)

describe('fetchOnce', () => {
  let base: string
  let folder: string

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'fetch-once-'))
    folder = join(base, 'tools', 'thing')
  })

  afterEach(() => rmSync(base, { recursive: true }))

  it('fills the folder the first time and leaves it alone afterwards', () => {
    fetchOnce(folder, fillWith('first'))
    fetchOnce(folder, fillWith('second'))
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first')
    expect(readdirSync(join(base, 'tools'))).toEqual(['thing'])
  })

  it('leaves nothing behind when filling fails, and the next call starts anew', () => {
    const failing = (partial: string) => {
      fillWith('half')(partial)
      throw new Error('the registry is away')
    }
    expect(() => fetchOnce(folder, failing)).toThrow('the registry is away')
    expect(readdirSync(join(base, 'tools'))).toEqual([])
    fetchOnce(folder, fillWith('whole'))
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('whole')
  })

  it('uses what another process has made meanwhile', () => {
    fetchOnce(folder, (partial: string) => {
      fillWith('ours')(partial)
      mkdirSync(folder)
      fillWith('theirs')(folder)
    })
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('theirs')
    expect(readdirSync(join(base, 'tools'))).toEqual(['thing'])
  })

  it('clears away what a process that is gone has left, and nothing of one that lives', () => {
    const ofTheDead = `${folder}.partial-999999999`
    const ofTheLiving = `${folder}.partial-${process.ppid}`
    for (const path of [ofTheDead, ofTheLiving]) mkdirSync(path, { recursive: true })
    fetchOnce(folder, fillWith('first'))
    expect(existsSync(ofTheDead)).toBe(false)
    expect(existsSync(ofTheLiving)).toBe(true)
  })
})
