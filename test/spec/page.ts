import { titlesOf } from './titles.ts'

/** Reads a file of the repository by its path from the root; `null` when there is none. */
export type ReadFile = (path: string) => string | null

const REFERENCE = /\[test: (\S+) "(.+?)"\]/g
/** A check of the storage contract by its name; `*` stands for anything. Held against the kit itself by `checkBreaches`. */
const CHECK = /\[check: (.+?)\](?= |$)/g
/** A promise is a list item or a quotation, in one line. Everything else explains: headings, tables, paragraphs. */
const PROMISE = /^\s*(?:[-*]|\d+\.|>) /
/** Words that promise: outside of a promise they would go untested. */
const PROMISING = /\b(?:must|shall|always|never|guarantee[sd]?)\b/i

/** What is wrong with a page of the spec, one line per place: a promise without a test, or a test that is not there. */
export function pageBreaches(path: string, text: string, readFile: ReadFile): string[] {
  return textLines(text).flatMap(({ line, number }) => {
    const place = `${path}:${number}`
    const references = [...line.matchAll(REFERENCE)].map(([, file = '', title = '']) => ({ file, title }))
    const wrong = references.flatMap(({ file, title }) => referenceBreaches(file, title, readFile)).map((what) => `${place}: ${what}`)
    if (line.split('[test:').length - 1 !== references.length) wrong.push(`${place}: a reference should read [test: path "title"]`)
    if (PROMISE.test(line)) {
      if (!/\[(?:test: \S+ ".+?"|check: .+)\]$/.test(line)) wrong.push(`${place}: this promise does not end with its test`)
    } else if (!/^[|#]/.test(line) && PROMISING.test(line)) {
      wrong.push(`${place}: "${PROMISING.exec(line)?.[0]}" promises something; make it a list item with its test`)
    }
    return wrong
  })
}

/** What is wrong between a page and the checks of the kit: one that is named and does not exist, or exists and is named nowhere. */
export function checkBreaches(path: string, text: string, ids: readonly string[]): string[] {
  const named = textLines(text).flatMap(({ line, number }) => [...line.matchAll(CHECK)].map(([, name = '']) => ({ name, number })))
  const patterns = named.map(({ name, number }) => ({ name, number, pattern: new RegExp(`^${name.split('*').map(escaped).join('.+')}$`) }))
  const unknown = patterns.filter(({ pattern }) => !ids.some((id) => pattern.test(id)))
  const missing = ids.filter((id) => !patterns.some(({ pattern }) => pattern.test(id)))
  return [
    ...unknown.map(({ name, number }) => `${path}:${number}: the kit has no check "${name}"`),
    ...missing.map((id) => `${path}: the check "${id}" is named nowhere`),
  ]
}

function referenceBreaches(file: string, title: string, readFile: ReadFile): string[] {
  const source = readFile(file)
  if (source === null) return [`there is no file ${file}`]
  return titlesOf(file, source).some((test) => test.matches(title)) ? [] : [`${file} has no test "${title}"`]
}

/** The page's lines with their numbers, without fenced code. */
function textLines(text: string): { line: string; number: number }[] {
  let fenced = false
  return text.split('\n').flatMap((line, index) => {
    const fence = line.startsWith('```')
    if (fence) fenced = !fenced
    return fence || fenced ? [] : [{ line: line.trimEnd(), number: index + 1 }]
  })
}

/** The table below a heading, cell by cell; the line under the header is left out. Throws where there is none. */
export function tableBelow(text: string, heading: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  const first = lines.findIndex((line, index) => start >= 0 && index > start && line.startsWith('|'))
  if (first < 0) throw new Error(`The page has no table below a heading "${heading}".`)
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'))
  const rows = lines.slice(first, length < 0 ? undefined : first + length).map(cellsOf)
  return rows.filter((_, index) => index !== 1)
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
