import type { Goal, Line } from './line.ts'

/** The lines as a table for people, then one footnote each. */
export function table(lines: readonly Line[]): string {
  const cells = [
    ['', 'goal', 'where we stand', 'min … max', ''],
    ...lines.map((line) => [
      line.what,
      goalText(line),
      line.absent === null ? figure(line, line.median) : '–',
      spread(line),
      verdict(line),
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const rows = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  return [...rows, '', 'Absolute figures of this machine, for context only:', ...lines.map((line) => `  ${line.what}: ${line.note}`)].join(
    '\n',
  )
}

function goalText(line: Line): string {
  if (line.goal === null) return '–'
  const sign = 'atMost' in line.goal ? '≤' : '≥'
  return `${sign} ${figure(line, bound(line.goal))}`
}

function bound(goal: Goal): number {
  return 'atMost' in goal ? goal.atMost : goal.atLeast
}

function spread(line: Line): string {
  if (line.absent !== null) return '–'
  return line.exact ? 'exact' : `${figure(line, line.min)} … ${figure(line, line.max)}`
}

function verdict(line: Line): string {
  if (line.absent !== null) return 'not measured'
  if (line.void !== null) return `void: ${line.void}`
  return line.met === null ? '' : line.met ? 'met' : 'not met'
}

function figure(line: Line, value: number): string {
  if (line.unit !== 'ratio') return value.toLocaleString('en-US')
  return value < 0.1 ? value.toPrecision(2) : value.toFixed(2)
}
