import type { Pair } from './compare.ts'

/** What a figure has to be at most, or at least. */
export type Goal = { atMost: number } | { atLeast: number }

/** One line of the report. */
export interface Line {
  /** What was compared with what. */
  what: string
  unit: 'ratio' | 'bytes' | 'count'
  /** `null`: reported only. */
  goal: Goal | null
  median: number
  min: number
  max: number
  samples: number
  /** A size: the same in every run, so there is no spread. */
  exact: boolean
  met: boolean | null
  /** Why this says nothing; `null` when it does. */
  void: string | null
  /** Why it was not measured here; `null` when it was. Its figures are 0 then. */
  absent: string | null
  /** Absolute figures of this machine and this run: context, never a result. */
  note: string
}

export interface LineOptions {
  what: string
  goal: Goal | null
  void?: string | null
  note: string
}

/** The median of what each pair says by itself: load that comes and goes during a run meets both halves of a pair. */
export function ratioLine<Answer>(pairs: readonly Pair<Answer>[], figure: (answer: Answer) => number, options: LineOptions): Line {
  return line(
    'ratio',
    pairs.map((pair) => figure(pair.ours) / figure(pair.peer)),
    false,
    options,
  )
}

/** Shares of a whole, one from each sample. */
export function shareLine(shares: readonly number[], options: LineOptions): Line {
  return line('ratio', shares, false, options)
}

/** How often something happened, one count from each sample. */
export function countLine(counts: readonly number[], options: LineOptions): Line {
  return line('count', counts, false, options)
}

/** A size. */
export function bytesLine(bytes: number, options: LineOptions): Line {
  return line('bytes', [bytes], true, options)
}

/** What could not be measured here, which is no failure. */
export function absentLine(what: string, goal: Goal | null, reason: string): Line {
  return { ...line('ratio', [0], true, { what, goal, note: reason }), met: null, absent: reason }
}

/** A ratio of two sizes. */
export function exactRatioLine(ratio: number, options: LineOptions): Line {
  return line('ratio', [ratio], true, options)
}

function line(unit: Line['unit'], figures: readonly number[], exact: boolean, options: LineOptions): Line {
  const middle = median(figures)
  const isVoid = options.void ?? null
  return {
    what: options.what,
    unit,
    goal: options.goal,
    median: middle,
    min: Math.min(...figures),
    max: Math.max(...figures),
    samples: figures.length,
    exact,
    met: options.goal === null || isVoid !== null ? null : meets(options.goal, middle),
    void: isVoid,
    absent: null,
    note: options.note,
  }
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function meets(goal: Goal, figure: number): boolean {
  return 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast
}
