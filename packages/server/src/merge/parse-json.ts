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
    if (error instanceof RangeError) return parseDeep(text)
    throw error
  }
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs

/** The same without a reviver: such numbers are parsed as marked texts, and then put in the place of these. One such record must not cost its neighbours their digits. */
function parseDeep(text: string): unknown {
  const mark = unusedIn(text)
  const isSuspect = (token: string) => !token.startsWith('"') && SUSPECT.test(token) && String(Number(token)) !== token
  const root = { value: JSON.parse(text.replace(TOKEN, (token) => (isSuspect(token) ? `"${mark}${token}"` : token))) as unknown }
  const rest: Record<string, unknown>[] = [root]
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    for (const name of Object.keys(next)) {
      const value = next[name]
      if (typeof value === 'string' && value.startsWith(mark)) next[name] = rawJSON(value.slice(mark.length))
      else if (typeof value === 'object' && value !== null) rest.push(value as Record<string, unknown>)
    }
  }
  return root.value
}

/** A character of the private use area that is nowhere in it, neither as itself nor spelled `\uE000`. */
function unusedIn(text: string): string {
  const spelled = text.toLowerCase()
  for (let code = 0xe000; code <= 0xf8ff; code++) {
    const mark = String.fromCharCode(code)
    if (!text.includes(mark) && !spelled.includes(`\\u${code.toString(16)}`)) return mark
  }
  throw new SyntaxError('There is no character left to mark a number with.')
}

/** Of ECMAScript 2026, in Node.js since 21; not in TypeScript's library yet. */
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver: (name: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON(source: string): unknown
}
