const MOST = 300

/**
 * What Merge or the source says of a problem, made fit to be read by the customer: as {@link oneLine}, and `null` where it speaks of things
 * that no customer knows (Merge, tokens, error codes, addresses): our own words do better then.
 */
export function plainText(foreign: string | null | undefined): string | null {
  const line = oneLine(foreign)
  return line === null || TECHNICAL.test(line) || CODES.test(line) ? null : line
}

/**
 * A foreign text for an operator: one line of at most 300 characters, without tags and control characters. Show it as text, never as markup.
 * `null` where no words are left.
 */
export function oneLine(foreign: string | null | undefined): string | null {
  if (typeof foreign !== 'string') return null
  const text = foreign.slice(0, 10_000).toWellFormed().replace(INLINE, '').replace(TAGS, ' ')
  const line = text.replace(INVISIBLE, ' ').replaceAll('<', ' ').replace(/\s+/g, ' ').trim()
  if (!/\p{L}{2}/u.test(line)) return null
  return line.length <= MOST
    ? line
    : `${line
        .slice(0, MOST - 1)
        .replace(HALF, '')
        .trimEnd()}…`
}

/** Of a character that the cut went through. */
const HALF = /[\uD800-\uDBFF]$/

/** Tags within a line: what stands on both sides of them belongs together. */
const INLINE = /<\/?(?:a|b|code|em|i|span|strong|u)(?:\s[^<>]{0,1000})?>/gi

const TAGS = /<[^<>]{0,1000}>/g

/** Control characters, and those that turn the direction of what stands beside them. */
const INVISIBLE = /[\p{Cc}\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu

const TECHNICAL =
  /\b(?:merge|re-?link\w*|linked[ -]?accounts?|\w*tokens?|api|oauth\w*|https?|json|xml|webhooks?|endpoints?|null|undefined)\b/i

/** `INVALID_GRANT`, `401`, and what is as long and mixed as only an address, a key or an id is. */
const CODES = /\b(?:[A-Z0-9]+_[A-Z0-9_]+|[45]\d\d)\b|[\w.~+/=:@%&?#-]{25,}/
