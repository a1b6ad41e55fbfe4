import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { generate } from '../scripts/generate-elements/generate.mjs'

interface Described {
  name: string
  description?: string
}

const read = (path: string) => readFileSync(path, 'utf8')
const readJson = (path: string) => JSON.parse(read(path))
const manifest = readJson('packages/element/custom-elements.json')
const declarations: {
  tagName: string
  attributes: Described[]
  events: (Described & { type: { text: string } })[]
  members: Described[]
}[] = manifest.modules[0].declarations
const tags = [...read('packages/element/src/define.ts').matchAll(/^defineElement\('(.+?)'/gm)].map(([, tag]) => tag).sort()

describe('what is told about the elements', () => {
  let generated: Map<string, string>
  beforeAll(() => {
    generated = generate()
  })

  it('is what their sources say: after a change, and with every release, run `npm run generate:elements`', () => {
    expect(generated.size).toBe(5)
    for (const [path, text] of generated) expect(read(path), path).toBe(text)
  })
})

describe('the manifest', () => {
  it('has every element that can be defined', () => {
    expect(tags.length).toBeGreaterThanOrEqual(2)
    expect(declarations.map(({ tagName }) => tagName)).toEqual(tags)
  })

  it('names files that the package has as entries', () => {
    const { exports } = readJson('packages/element/package.json')
    const entries = Object.values<{ default?: string }>(exports).map((target) => target.default)
    const modules: { path: string }[] = manifest.modules
    expect(modules.filter(({ path }) => !entries.includes(`./${path}`)).map(({ path }) => path)).toEqual([])
  })

  it('says nothing of what is private', () => {
    const names = declarations.flatMap(({ members }) => members.map(({ name }) => name))
    expect(names).toEqual(expect.arrayContaining(['endpoint', 'accountId', 'open', 'refresh', 'messages']))
    expect(names.filter((name) => /^[#_]|^(text|localized|english)$/.test(name))).toEqual([])
  })

  it('gives every event a type', () => {
    const events = declarations.flatMap(({ events }) => events)
    expect(events.find(({ name }) => name === 'connect-success')?.type.text).toBe('CustomEvent<ConnectSuccessDetail>')
    expect(events.filter(({ type }) => !type.text.startsWith('CustomEvent<'))).toEqual([])
  })
})

describe('what editors are told', () => {
  const webTypes: { name: string; attributes: Described[]; js: { events: Described[] } }[] =
    readJson('packages/element/web-types.json').contributions.html.elements
  const customData: { name: string; attributes: Described[] }[] = readJson('packages/element/vscode.html-custom-data.json').tags
  const namesOf = (list: Described[] | undefined) => list?.map(({ name }) => name)

  it.each(tags)('has the attributes of <%s>, each with a description', (tag) => {
    const declaration = declarations.find(({ tagName }) => tagName === tag)
    const webType = webTypes.find(({ name }) => name === tag)
    const custom = customData.find(({ name }) => name === tag)
    expect(namesOf(webType?.attributes)).toEqual(namesOf(declaration?.attributes))
    expect(namesOf(custom?.attributes)).toEqual(namesOf(declaration?.attributes))
    expect(namesOf(webType?.js.events)).toEqual(namesOf(declaration?.events))
    expect([...(webType?.attributes ?? []), ...(custom?.attributes ?? [])].filter(({ description }) => !description)).toEqual([])
  })
})
