/** A number that JavaScript may not be able to repeat: many digits, or an exponent. Where there is none a text is parsed at full speed. */
const SUSPECTS = /[:[,]\s*-?(?:[\d.]{16,}|[\d.]+[eE])/
const SUSPECT = /^-?(?:[\d.]{16,}|[\d.]+[eE])/

/**
 * As `JSON.parse`, but what cannot be repeated from a JavaScript number (`12345678901234567890`, `1e400`) stays the text it was, and
 * `JSON.stringify` writes it again digit for digit. Throws what `JSON.parse` throws.
 */
export function parseJson(text: string): unknown {
  if (!SUSPECTS.test(text)) return JSON.parse(text)
  try {
    return parse(text, (_name, value, { source }) =>
      typeof value === 'number' && source !== undefined && SUSPECT.test(source) && String(value) !== source ? rawJSON(source) : value,
    )
  } catch (error) {
    // Nested so deeply that a reviver does not reach its ground.
    if (error instanceof RangeError) return JSON.parse(text)
    throw error
  }
}

/** Of ECMAScript 2026, in Node.js since 21; not in TypeScript's library yet. */
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver: (name: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON(source: string): unknown
}
