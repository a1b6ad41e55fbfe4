/** Marks a text that is stored in another spelling; a code point that is no character and never will be. */
const MARK = '\uffff'

/**
 * How a text is stored: as it is, unless a database would change it. NUL ends a text for some drivers,
 * and a surrogate without its other half has no UTF-8; such a rare text is stored as a mark and a JSON string
 * that spells these out. Two different texts never have one spelling, so that stored ids compare as given.
 */
export function toStored(text: string): string {
  const safe = isWellFormed(text) && !text.includes('\0') && !text.startsWith(MARK)
  return safe ? text : MARK + JSON.stringify(text)
}

export function storedOrNull(text: string | null): string | null {
  return text === null ? null : toStored(text)
}

/** What {@link toStored} was given, character for character. */
export function fromStored(stored: string): string {
  return stored.startsWith(MARK) ? JSON.parse(stored.slice(MARK.length)) : stored
}

/** `String.prototype.isWellFormed`, which TypeScript's ES2023 does not know yet. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
