import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { processChecks } from '../packages/testkit/src/processes/index.ts'
import { storageChecks } from '../packages/testkit/src/storage/checks/index.ts'
import { checkBreaches, pageBreaches, tableBelow } from './spec/page.ts'
import { guideBreaches } from './spec/quotes.ts'
import { titlesOf } from './spec/titles.ts'
import { ROWS, transitions } from './spec/transitions.ts'
import { literalsOf } from './spec/unions.ts'

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null)
const literals = (path: string, type: string, property: string) => literalsOf(path, read(path) ?? '', type, property)
const pages = globSync('docs/spec/*.md').map((path) => path.replaceAll('\\', '/'))
const guides = globSync('docs/guides/*.md').map((path) => path.replaceAll('\\', '/'))
const sync = read('docs/spec/sync.md') ?? ''

describe('the spec', () => {
  it.each(pages)('%s promises nothing without a test that exists', (path) => {
    expect(pageBreaches(path, read(path) ?? '', read)).toEqual([])
  })

  it.each([...pages, ...guides])('%s quotes what the examples have, and every link leads somewhere', (path) => {
    expect(guideBreaches(path, read(path) ?? '', read, existsSync)).toEqual([])
  })

  it('names each check of the storage contract, and none that does not exist', () => {
    const ids = [...storageChecks, ...processChecks].map(({ id }) => id)
    expect(checkBreaches('docs/spec/storage.md', read('docs/spec/storage.md') ?? '', ids)).toEqual([])
  })

  it('has pages and guides to look at', () => {
    expect(pages).toContain('docs/spec/sync.md')
    expect(guides.length).toBeGreaterThanOrEqual(2)
    expect(sync.match(/\[test: /g)?.length).toBeGreaterThan(50)
  })
})

describe('the table of transitions in docs/spec/sync.md', () => {
  const [header = [], ...rows] = tableBelow(sync, 'Transitions')
  const states = header.slice(2)
  const eventOf = ([name = '']: string[]) => name.replaceAll('`', '')

  it('has a column for each state that the code has', () => {
    const known = literals('packages/server/src/sync/progress.ts', 'ModelProgress', 'state')
    expect(states.toSorted()).toEqual(known.toSorted())
  })

  it('has a row for each event that the code has', () => {
    const kinds = literals('packages/server/src/sync/advance.ts', 'Answer', 'kind')
    expect(Object.keys(ROWS).toSorted()).toEqual(kinds.toSorted())
    const decisions = literals('packages/server/src/sync/plan.ts', 'Plan', 'do')
    expect(ROWS.planned.toSorted()).toEqual(decisions.map((decision) => `planned ${decision}`).toSorted())
    expect(rows.map(eventOf).toSorted()).toEqual(Object.values(ROWS).flat().toSorted())
  })

  it.each(rows.map((row) => [eventOf(row), row] as const))('says where the code goes at: %s', (event, row) => {
    const leads = Object.entries(transitions()).find(([name]) => name === event)?.[1]
    const claimed = Object.fromEntries(states.map((state, index) => [state, nextStates(state, row[index + 2] ?? '')]))
    const real = Object.fromEntries(Object.entries(leads ?? {}).map(([state, next]) => [state, next.toSorted()]))
    expect(claimed).toEqual(real)
  })
})

/** `·` stays as it is, `–` cannot happen, and `idle or waiting` are the states that it can lead to. */
function nextStates(state: string, cell: string): string[] {
  if (cell === '·') return [state]
  return cell === '–' ? [] : cell.split(/, | or /).toSorted()
}

describe('the law of the spec', () => {
  const files: Record<string, string> = {
    'a.test.ts': `
      test('one', () => {})
      test.skip('left out', () => {})
      test.each([['two', 2], ['three', 3]])('%s of %i', () => {})
      test.each(MADE)('made while it runs: %s', () => {})
      test.each(MADE)('%s', () => {})
      for (const name of names) test(\`\${name} is a name of its own\`, () => {})
      // test('in a comment', () => {})
    `,
  }
  const breaches = (line: string) => pageBreaches('page.md', line, (path) => files[path] ?? null)

  it.each([
    '- It holds. [test: a.test.ts "one"]',
    '> It holds. [test: a.test.ts "two of 2"]',
    '- It holds. [test: a.test.ts "%s of %i"] [test: a.test.ts "one"]',
    '- It holds. [test: a.test.ts "made while it runs: anything"]',
    '- It holds. [test: a.test.ts "Ada is a name of its own"]',
    'This explains, and promises nothing.',
    '| a table | never mind |',
    '```\n- in code\n```',
  ])('lets pass: %s', (line) => {
    expect(breaches(line)).toEqual([])
  })

  it.each([
    ['a promise without a test', '- It holds.'],
    ['a test that stands before the end', '- It [test: a.test.ts "one"] holds.'],
    ['a numbered promise without a test', '1. It holds.'],
    ['a file that is not there', '- It holds. [test: b.test.ts "one"]'],
    ['a title that is not there', '- It holds. [test: a.test.ts "four"]'],
    ['a part of a title', '- It holds. [test: a.test.ts "on"]'],
    ['a test that is skipped', '- It holds. [test: a.test.ts "left out"]'],
    ['a test in a comment', '- It holds. [test: a.test.ts "in a comment"]'],
    ['a row that the table does not have', '- It holds. [test: a.test.ts "four of 4"]'],
    ['a title that could be any', '- It holds. [test: a.test.ts "whatever"]'],
    ['a bad reference beside a good one', '- It holds. [test: a.test.ts "four"] [test: a.test.ts "one"]'],
    ['a reference without quotes', '- It holds. [test: a.test.ts one] [test: a.test.ts "one"]'],
    ['a promise in passing', 'Nothing is ever lost, and it never will be.'],
  ])('catches %s', (_, line) => {
    expect(breaches(line).length).toBeGreaterThan(0)
  })

  it.each([
    ['names every check', '- It holds. [check: get: a miss] [check: get: a hit]', 0],
    ['names a row of checks', '- It holds. [check: get: *]', 0],
    ['names a check that does not exist', '- It holds. [check: get: *] [check: get: a mis]', 1],
    ['leaves a check out', '- It holds. [check: get: a miss]', 1],
    ['names a check in code only', '```\n- It holds. [check: get: *]\n```', 2],
  ])('counts what is wrong with a page that %s', (_, page, breaches) => {
    expect(checkBreaches('page.md', page, ['get: a miss', 'get: a hit'])).toHaveLength(breaches)
  })

  it('finds the tests of the storage contract too', () => {
    const titles = titlesOf('checks.ts', "check('a page is whole', WHY, async () => {})")
    expect(titles.some((title) => title.matches('a page is whole'))).toBe(true)
  })
})

describe('the law of the guides', () => {
  const files: Record<string, string> = { 'examples/app/main.ts': 'const one = 1\nconst two = 2\nconst three = 3\n' }
  const breaches = (text: string) =>
    guideBreaches(
      'docs/guides/page.md',
      text,
      (path) => files[path] ?? null,
      (path) => path in files,
    )
  const quote = (info: string, code: string) => `Text.\n\n\`\`\`${info}\n${code}\n\`\`\`\n`

  it.each([
    quote('ts examples/app/main.ts', 'const two = 2\nconst three = 3'),
    quote('sh', 'node main.ts'),
    'See [the file](../../examples/app/main.ts) and [the web](https://example.com).',
  ])('lets pass: %j', (text) => {
    expect(breaches(text)).toEqual([])
  })

  it.each([
    ['lines that the file does not have', quote('ts examples/app/main.ts', 'const two = 3')],
    ['lines that are not next to each other', quote('ts examples/app/main.ts', 'const one = 1\nconst three = 3')],
    ['half a line', quote('ts examples/app/main.ts', 'two = 2')],
    ['a file that is not there', quote('ts examples/app/other.ts', 'const two = 2')],
    ['TypeScript from nowhere', quote('ts', 'const two = 2')],
    ['a link to nothing', 'See [the file](../examples/app/main.ts).'],
  ])('catches %s', (_, text) => {
    expect(breaches(text)).toHaveLength(1)
  })
})
