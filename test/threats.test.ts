import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { applyPatch, readPatch } from '../scripts/prove/patch.mjs'
import { patchFiles, readPatchFile, THREATS, testFiles } from '../scripts/prove/threats.mjs'
import { titlesOf } from './spec/titles.ts'

const PAGE = 'docs/spec/threats.md'
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null)
/** `| T1 | attack | defence | files |` */
const rows = new Map(
  [...(read(PAGE) ?? '').matchAll(/^\| ([A-Z]\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, id = '', attack, defence, tests = '']) => [
    id,
    { attack, defence, files: [...tests.matchAll(/`(.+?)`/g)].map(([, path = '']) => path) },
  ]),
)
const found = testFiles()

describe('a threat', () => {
  it.each(THREATS)('%s is told in docs/spec/threats.md, tested where that says, and has a patch that applies', (id) => {
    const row = rows.get(id)
    expect(row, `${PAGE} does not tell it`).toBeDefined()
    const told = row?.files.filter((path) => titlesOf(path, read(path) ?? '').some(({ written }) => written.startsWith(`${id} `))) ?? []
    expect(told, `files in ${PAGE} with a test whose title begins with "${id} "; they are in ${found.get(id)?.join(', ')}`).toEqual(
      row?.files,
    )
    expect(told).not.toEqual([])
    expect(patchFiles(), 'test/sabotage has no patch for it').toContain(`${id}.patch`)
    const changed = applyPatch(readPatch(readPatchFile(`${id}.patch`)), read)
    expect(
      [...changed.keys()].filter((path) => !/^packages\/[^/]+\/src\//.test(path)),
      'a patch takes a defence away, in src',
    ).toEqual([])
  })

  it('has no patch beside it for something that is none, and no line', () => {
    expect(patchFiles().filter((file) => !THREATS.includes(file.replace(/\.patch$/, '')))).toEqual([])
    expect([...rows.keys()]).toEqual(THREATS)
  })

  it('is not claimed by a title with an id that nobody has', () => {
    const paths = globSync('{packages,examples}/*/test/**/*.test.ts', { exclude: (name) => name === 'node_modules' })
    const strays = paths.flatMap((path) =>
      titlesOf(path, read(path) ?? '').flatMap(({ written }) => {
        const id = /^([TSBWMD]\d+) /.exec(written)?.[1]
        return id === undefined || THREATS.includes(id) ? [] : [`${path}: ${written}`]
      }),
    )
    expect(paths.length).toBeGreaterThan(100)
    expect(strays).toEqual([])
  })
})
