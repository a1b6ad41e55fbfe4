import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileOf, type Span, spansOf, type Unreached } from './precise.ts'

/** A branch that no history came to. */
export interface Branch {
  /** In the repository. */
  file: string
  line: number
  /** The innermost function with a name around it. */
  in: string
  /** How it begins, on one line. */
  code: string
}

/** What none of several threads came to. A file that one of them has not loaded was not reached by it at all. */
export function together(measured: readonly Unreached[]): Unreached {
  const files = new Set(measured.flatMap((one) => Object.keys(one)))
  return Object.fromEntries([...files].sort().map((file) => [file, inAll(measured.flatMap((one) => (one[file] ? [one[file]] : [])))]))
}

function inAll(measured: readonly Span[][]): Span[] {
  const length = Math.max(0, ...measured.flat().map(([, to]) => to))
  const reached = new Uint8Array(length).fill(1)
  const [first = [], ...others] = measured
  for (const [from, to] of first) reached.fill(0, from, to)
  for (const spans of others) {
    let before = 0
    for (const [from, to] of [...spans, [length, length] satisfies Span]) {
      reached.fill(1, before, from)
      before = to
    }
  }
  return spansOf(reached)
}

/** The branches, in the order of their files and lines. Punctuation between two blocks is none. */
export function branchesOf(unreached: Unreached): Branch[] {
  return Object.entries(unreached).flatMap(([file, spans]) => {
    // As V8 has seen it: types are spaces, and every place is where it was.
    const text = stripTypeScriptTypes(readFileSync(fileOf(file), 'utf8'))
    return spans.flatMap(([from, to]): Branch[] => {
      const code = beginningOf(text.slice(from, to))
      if (code === '') return []
      const before = text.slice(0, from + text.slice(from, to).search(/\S/))
      return [{ file, line: before.split('\n').length, in: functionAround(before), code }]
    })
  })
}

const LONGEST = 80

/** Without comments and without what stands before the first word, which is not the same in every version of V8. */
export function beginningOf(text: string): string {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, ' ').replace(/\s+/g, ' ')
  return plain
    .replace(/^[^\w'"`[]+/, '')
    .trim()
    .slice(0, LONGEST)
}

const NAMED = /(?:^|\n)(?:export )?(?:async )?(?:function\*?|const|class) (\w+)/g

/** The last declaration at the edge of the file that begins before a place. */
function functionAround(before: string): string {
  return [...before.matchAll(NAMED)].at(-1)?.[1] ?? ''
}
