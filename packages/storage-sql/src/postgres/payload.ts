import { toStored } from '../text.ts'

/** How one record's data is stored. */
export interface Content {
  /** JSON that can be queried and cast to jsonb. */
  readonly data: string
  /** The text itself, where `data` is not it. */
  readonly exact: string | null
}

/** An escaped NUL or surrogate; which of them have their other half is looked at closely. */
const ESCAPE = /\\u(?:0000|d[89a-f])/i
/** Of a number with an exponent that may be beyond jsonb's range. */
const EXPONENT = /[eE][+-]?\d{4}/
const LARGE_NUMBER = /\d[eE][+-]?\d{4}/

/** More levels than any record has; the server's own limit depends on its stack. */
const DEEPEST = 500
/** With as many brackets as this no database is in trouble, however they are nested. */
const HARMLESS = 1_000

/**
 * The text itself, unless a database would refuse it: then the nearest value that can be queried, and the text beside it. What a look
 * at each character would find besides is found by the database; with `careful` it is found here, for a database that has refused the page.
 */
export function contentOf(data: string, careful: boolean): Content {
  if (!careful && !isSuspicious(data) && isWellFormed(data) && !isTooDeep(data)) return { data, exact: null }
  const value = parsed(data)
  const fits = value !== undefined && isWellFormed(data) && fit(value)
  return fits
    ? { data, exact: null }
    : { data: JSON.stringify(value === undefined || isDeep(value) ? null : repaired(value)), exact: toStored(data) }
}

/** What jsonb, or a text of PostgreSQL, may refuse. Each part first by what is rare and found fast: one pattern for all of it costs many times as much. */
function isSuspicious(data: string): boolean {
  return (data.includes('\\u') && ESCAPE.test(data)) || data.includes('\0') || (EXPONENT.test(data) && LARGE_NUMBER.test(data))
}

/** Found here and not by the database: a server refuses what is beyond its stack, but PGlite does not outlive it. */
function isTooDeep(data: string): boolean {
  return data.length > HARMLESS && opens(data, HARMLESS) && isDeep(parsed(data))
}

/** Whether more brackets than that are opened in it. */
function opens(data: string, most: number): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = data.indexOf(bracket); at >= 0 && count <= most; at = data.indexOf(bracket, at + 1)) count += 1
  }
  return count > most
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/** Whether jsonb takes all of it as it is. */
function fit(value: unknown): boolean {
  if (isDeep(value)) return false
  const pending = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next === 'string' && (next.includes('\0') || !isWellFormed(next))) return false
    // What JavaScript has no number for may be beyond PostgreSQL's too.
    if (typeof next === 'number' && (!Number.isFinite(next) || next === 0)) return false
    if (typeof next === 'object' && next !== null) pending.push(...Object.keys(next), ...Object.values(next))
  }
  return true
}

function repaired(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value).replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(repaired)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [repaired(key), repaired(part)]))
}

function isDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= DEEPEST; depth++) {
    level = level.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []))
    if (level.length === 0) return false
  }
  return true
}

/** `String.prototype.isWellFormed` and `toWellFormed`, which TypeScript's ES2023 does not know yet. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed()
}
