/**
 * Merge's timestamps carry microseconds; a JavaScript `Date` would drop them, and an older
 * row could then pass for a newer one. Integer microseconds are exact in a double until 2255.
 */

/** ISO 8601 to microseconds since the epoch; without a zone it is UTC. `null` when it is no timestamp. */
export function parseStamp(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const match = ISO.exec(value)
  if (match === null) return null
  const [, date, time, fraction = '', zone = 'Z'] = match
  const milliseconds = Date.parse(`${date}T${time}${zone === 'z' ? 'Z' : zone}`)
  if (Number.isNaN(milliseconds)) return null
  return milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

/** Epoch milliseconds to the whole second before, as Merge's filters take it. */
export function formatSecond(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

const ISO = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:?\d{2})?$/
