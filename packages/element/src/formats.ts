/** Numbers and times as one language writes them. */
export interface Formats {
  number(value: number): string
  /** The plural category, such as `one` or `other`. */
  plural(value: number): string
  /** `3 minutes ago`; empty for less than a minute, also when the clocks differ, and for what is no time. */
  ago(iso: string, now: number): string
}

/** Made once for each language; one that this browser does not know is written as English. */
export function formatsFor(language: string): Formats {
  let formats = made.get(language)
  if (!formats) {
    formats = make(known(language))
    made.set(language, formats)
  }
  return formats
}

/** Puts values into the `{…}` of a text. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => isolated(values[name] ?? ''))
}

/** A run of its own, whichever way its script runs: an Arabic name does not turn the words around it. */
export function isolated(value: string): string {
  return `\u2068${value}\u2069`
}

const made = new Map<string, Formats>()

function make(language: string): Formats {
  const numbers = new Intl.NumberFormat(language)
  const plurals = new Intl.PluralRules(language)
  const times = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return {
    number: (value) => numbers.format(value),
    plural: (value) => plurals.select(value),
    ago(iso, now) {
      const seconds = (now - Date.parse(iso)) / 1000
      const [unit, length] = UNITS.find(([, least]) => seconds >= least) ?? []
      return unit && length ? times.format(-Math.floor(seconds / length), unit) : ''
    },
  }
}

function known(language: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

const UNITS: [Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
